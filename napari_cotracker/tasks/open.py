"""Open whatever the user calls a video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core import registry
from ..core.errors import VideoError
from ..core.video import Video


def open_video(source: Any) -> Video:
    """A video from a path, an array, or a `Video`, which is handed back as it is.

    Parameters
    ----------
    source : path, array or Video
        A film, a folder of pictures, one picture of a sequence or its pattern (``shot.####.png``,
        ``shot.%04d.png``); or an array (T, H, W, 3), (T, H, W).

    Raises
    ------
    VideoError
        If nothing here can read it; the message lists what can be read.
    """
    if isinstance(source, Video):
        return source
    if isinstance(source, str | Path):
        source = Path(source).expanduser()
    sources = registry.video_sources()
    for kind in sources:
        if kind.accepts(source):
            return kind.open(source)
    got = repr(str(source)) if isinstance(source, Path) else type(source).__name__
    raise VideoError(f"expected a video ({', '.join(kind.name for kind in sources)}), got {got}")
