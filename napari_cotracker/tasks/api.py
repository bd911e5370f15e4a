"""What other programs may rely on: open, track, read and write, each one call."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ..core.errors import TrackingError
from ..core.queries import Queries
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from .export import read_tracks, write_tracks
from .keeping import Kept, track_kept
from .open import open_video
from .plan import TrackOptions
from .track import track as track_by_pieces

__all__ = ["open_video", "read_tracks", "track", "write_tracks"]


def track(
    video: Any,
    queries: Queries | ArrayLike,
    *,
    model: str = "auto",
    mode: str = "auto",
    device: str = "auto",
    checkpoint: str | Path | None = None,
    iters: int = 6,
    support_grid: int = 6,
    resolution: tuple[int, int] | None = None,
    direction: str = "both",
    precision: str = "auto",
    fast: bool = False,
    accept_licence: bool = False,
    on_update: Callable[[TrackUpdate], None] | None = None,
    control: Control | None = None,
    session: str | Path | None = None,
    resume: bool = False,
) -> Tracks:
    """Track points through a video.

    Parameters
    ----------
    video : path, Video or array
        An array is (T, H, W, 3) RGB or (T, H, W) grey; of bytes, other integers or floats.
    queries : Queries, (N, 3) array, or data frame with columns t, x and y
        Points as (t, x, y): 0-based frame, pixels from the centre of the top-left pixel, y down.
    model : str
        ``auto`` is the best that is bundled; ``cotracker3`` the official network, for any use that
        is not commercial.
    mode : {"auto", "online", "offline"}
        ``auto`` is offline up to 120 frames and online beyond.
    device : str
        ``auto`` is cuda, else mps, else cpu; or one of these by name, such as ``cuda:1``.
    checkpoint : path, optional
        A weights file of your own.
    iters : int
        Refinement iterations per window.
    support_grid : int
        g × g helper points that join the network's attention where fewer than 25 points are tracked; 0 for none.
    resolution : (height, width), optional
        At which the network sees the frames, in multiples of 8; None is the checkpoint's own.
    direction : {"both", "forward", "backward"}
        From each query.
    precision : {"auto", "float32", "half"}
        Arithmetic of the network's heavy layers. ``auto`` is half on CUDA; ``hybrid`` also takes half on
        processors that multiply bfloat16; float32 otherwise.
    fast : bool
        Online only: windows start from extrapolated motion and need fewer iterations.
    accept_licence : bool
        Whether you accept the licence of weights that have to be fetched; remembered.
    on_update : callable, optional
        Called with every `TrackUpdate` as it comes.
    control : Control, optional
        Cancels the run, which then returns what it has: a `napari_cotracker.core.tracker.RemoteControl`, told
        by another thread or by `on_update`.
    session : path, optional
        A session file to be made, into which every piece of the answer is written before `on_update` hears it: it is
        left by a run that breaks off, however that comes. Points that `control` adds are not written.
    resume : bool
        Whether to go on with the run in `session`, if that is there: only what is missing is tracked.

    Returns
    -------
    Tracks
        Positions (T, N, 2) in pixels, NaN where not tracked, and two raw scores.

    Raises
    ------
    CotrackerError
        If the run cannot start or go on; the message says why and what to do. Where something was tracked until
        then, a `TrackingError` carries it as `tracks`.

    Examples
    --------
    >>> from napari_cotracker import track
    >>> tracks = track("film.mp4", [[0, 320, 240]])  # doctest: +SKIP
    """
    points = queries if isinstance(queries, Queries) else Queries.from_array(queries)
    options = TrackOptions(
        model=model, mode=mode, device=device, checkpoint=checkpoint, iters=iters, support_grid=support_grid,
        resolution=resolution, direction=direction, precision=precision, fast=fast, accept_licence=accept_licence,
    )
    film = open_video(video)
    run = track_by_pieces(film, points, options, control=control) if session is None else _kept(
        track_kept(film, points, options, Path(session), resume=resume, control=control))
    try:
        while True:
            update = next(run)
            if on_update is not None:
                on_update(update)
    except StopIteration as stop:
        result: Tracks = stop.value
        return result
    finally:
        run.close()
        if film is not video:
            film.close()


def _kept(run: Generator[TrackUpdate, None, Kept]) -> Generator[TrackUpdate, None, Tracks]:
    tracks, problem = yield from run
    if problem:
        broken = TrackingError(f"the tracks could not be written into the session to their end: {problem}")
        broken.tracks = tracks
        raise broken
    return tracks
