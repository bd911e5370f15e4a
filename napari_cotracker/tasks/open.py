"""Open whatever the user calls a video."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..core import registry
from ..core.errors import VideoError
from ..core.rate import read_rate
from ..core.video import Video

_KNOWS = ("expected frames per second for an image sequence or an array only, got some for {}, which knows its own; "
          "leave them out")


def open_video(source: Any, fps: Fraction | float | None = None) -> Video:
    """A video from a path, an array, or a `Video`, which is handed back as it is.

    Parameters
    ----------
    source : path, array or Video
        A film, a folder of pictures, one picture of a sequence or its pattern (``shot.####.png``,
        ``shot.%04d.png``); or an array (T, H, W, 3), (T, H, W).
    fps : Fraction or float, optional
        Frames per second of an array or an image sequence; if not given, what its files tell, else 24.

    Raises
    ------
    VideoError
        If nothing here can read it; the message lists what can be read. Or if the frames per second make no
        sense, or it knows them itself.
    """
    fps = None if fps is None else read_rate(fps)
    if isinstance(source, Video):
        if fps not in {None, source.fps}:
            raise VideoError(_KNOWS.format(f"a video of {float(source.fps):g}"))
        return source
    if isinstance(source, str | Path):
        source = Path(source).expanduser()
    sources = registry.video_sources()
    for kind in sources:
        if kind.accepts(source):
            if fps is not None and not kind.takes_rate:
                raise VideoError(_KNOWS.format(f"{str(source)!r:.200}"))
            return kind.open(source) if fps is None else kind.open(source, fps=fps)
    got = repr(str(source)) if isinstance(source, Path) else type(source).__name__
    hint = "; make one array of pictures with numpy.stack" if isinstance(source, list | tuple) else ""
    raise VideoError(f"expected a video ({', '.join(kind.name for kind in sources)}), got {got}{hint}")


def open_array(array: Any, *, contrast_limits: tuple[float, float] | None = None, time: int = 0,
               held: Mapping[int, int] | None = None) -> Video:
    """A video from an array of any number of axes, as an image layer shows it.

    Parameters
    ----------
    array : array-like
        Grey (..., H, W) or colour (..., H, W, 3 or 4); lazy ones stay lazy.
    contrast_limits : (float, float), optional
        Values to show black and white.
    time : int
        The axis that counts the frames.
    held : mapping of int to int, optional
        Index at which each other axis is held that is neither time nor picture.

    Raises
    ------
    VideoError
        If it cannot be a video.
    """
    from ..videos.array import ArrayVideo
    from ..videos.slab import Slab

    whole = time == 0 and not held
    return ArrayVideo(array if whole else Slab(array, time, held or {}), contrast_limits=contrast_limits)
