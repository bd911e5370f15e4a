"""Pictures made of a clip, frame by frame, written as a film or as images."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from numpy.typing import NDArray

from ..core.tracker import Control, TrackUpdate
from ..core.video import Video
from . import written
from .progress import Cancelled, beats

Draw = Callable[[int, NDArray[Any]], NDArray[Any]]

AHEAD = 2
"""Frames that are read while others are drawn."""


@dataclass(frozen=True)
class Rendered:
    """What a render has made.

    Parameters
    ----------
    path : Path
        As it was asked for.
    kind : str
    frames : int
    files : tuple of Path
        All that was written.
    notes : tuple of str
        What could not be kept as it was, a sentence each.
    seconds : float
    """

    path: Path
    kind: str
    frames: int
    files: tuple[Path, ...]
    notes: tuple[str, ...]
    seconds: float


def render(video: Video, draw: Draw, path: str | Path, options: Any = None, control: Control | None = None, *,
           frames: range | None = None, overwrite: bool = False, native: bool = True
           ) -> Generator[TrackUpdate, None, Rendered | None]:
    """Draw every frame of a clip and write what comes of it; yields a heartbeat for every frame.

    Parameters
    ----------
    video : Video
    draw : callable
        ``draw(frame, picture) -> picture``: from a 0-based frame and its (H, W, C) pixels to
        (H, W, 1/3/4) uint8, uint16 or floats, all of one size and type.
    path : str or Path
        ``film.mp4``, ``.mov``, ``.mkv``, ``shot.####.exr``, ``shot.%04d.png``, ``.tif``, or a folder.
    options : `napari_cotracker.videos.kinds.RenderOptions` or mapping, optional
    control : Control, optional
        Asked before every frame.
    frames : range, optional
        Which frames, step 1; all if not given.
    overwrite : bool
        Whether files that this program did not write may be replaced.
    native : bool
        Whether pictures come in the plate's own depth with its alpha, rather than as 8-bit RGB.

    Returns
    -------
    Rendered or None
        None if it was cancelled; nothing is left behind then, nor when the generator is closed early.

    Raises
    ------
    VideoError
        If it cannot be written; nothing is left behind.
    TakenError
        If files are there that may not be replaced.
    MissingExtraError
        For OpenEXR images without the ``vfx`` extra.
    """
    from ..videos.rendering import Rendering

    began = monotonic()
    rendering = Rendering(path, video, options, frames=frames)
    written.check_free(*rendering.targets, overwrite=overwrite)
    chosen = rendering.frames
    try:
        with rendering, closing(_read_ahead(video, chosen, native)) as pictures:
            for update, frame in beats(chosen, control):
                if frame is None:
                    yield update
                    continue
                rendering.add(draw(frame, next(pictures)))
                rate = rendering.count / max(monotonic() - began, 1e-6)
                yield replace(update, message=f"rendering, {rate:.1f} frames/s")
    except Cancelled:
        return None
    written.note(*rendering.targets)
    return Rendered(rendering.path, rendering.kind.name, len(chosen), tuple(rendering.targets),
                    tuple(rendering.notes), monotonic() - began)


def render_options() -> type[Any]:
    """The dataclass of the options of films and images."""
    from ..videos.kinds import RenderOptions

    return RenderOptions


def _read_ahead(video: Video, frames: Iterable[int], native: bool) -> Generator[NDArray[Any], None, None]:
    """The picture of each frame; the next ones are read meanwhile."""
    read = video.read_native if native else video.read
    waiting: deque[Future[NDArray[Any]]] = deque()
    pool = ThreadPoolExecutor(1, thread_name_prefix="reader")
    try:
        for frame in frames:
            waiting.append(pool.submit(read, [frame]))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()[0]
        while waiting:
            yield waiting.popleft().result()[0]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
