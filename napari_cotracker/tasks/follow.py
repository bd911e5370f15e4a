"""Tracking as the child does it for the window: the pieces of the answer are all, what is returned is small."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.errors import CotrackerError
from ..core.queries import Queries
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Anchors
from ..core.video import Video
from .plan import Plan, TrackOptions, make_plan
from .progress import mapped
from .track import track

POLL_SECONDS = 0.05
BEAT_SECONDS = 0.5


def follow(video: Video, queries: Queries, options: TrackOptions | None = None, anchors: Anchors | None = None,
           control: Control | None = None) -> Generator[TrackUpdate, None, dict[str, Any]]:
    """Track points, for a listener that gathers the updates itself.

    Parameters
    ----------
    video, queries, options, anchors, control
        As of `napari_cotracker.tasks.track.track`.

    Yields
    ------
    TrackUpdate
        Those without a single cell that counts are heartbeats.

    Returns
    -------
    dict
        ``meta`` of the tracks, ``bad_frames`` (numbers of frames that could not be decoded, ascending)
        and ``ids`` of all points that were followed: one that was added too late is not among them. A run
        that was cancelled before it began has an empty ``meta``.

    Raises
    ------
    CotrackerError
        As `track`; what was tracked until then has been yielded.
    """
    options, control = options or TrackOptions(), control or Control()
    yield from load(make_plan(video, queries, options, anchors), control)
    if control.cancelled():
        return {"meta": {}, "bad_frames": [], "ids": []}
    tracks = yield from mapped(track(video, queries, options, anchors=anchors, control=control), without_empty_cells)
    return {"meta": dict(tracks.meta), "bad_frames": sorted(int(frame) for frame in video.bad_frames),
            "ids": tracks.ids.tolist()}


def without_empty_cells(update: TrackUpdate) -> TrackUpdate:
    """The same update without frames and tracks of which it says nothing; a heartbeat if nothing is left."""
    known = np.isfinite(update.xy[..., 0]) & np.isfinite(update.xy[..., 1])
    if known.all():
        return update
    rows, columns = np.any(known, axis=1), np.any(known, axis=0)
    if not rows.any():
        return TrackUpdate.heartbeat(update.done, update.message)
    cells = np.ix_(rows, columns)
    return replace(
        update, frames=update.frames[rows], ids=update.ids[columns], xy=update.xy[cells],
        visibility=update.visibility[cells], confidence=update.confidence[cells],
    )


def load(plan: Plan, control: Control) -> Iterator[TrackUpdate]:
    """Load what a run needs, yielding heartbeats; a cancel does not wait for it, and the next run finds it loaded.

    Nothing is fetched. What goes wrong here goes wrong in the run again, and is told there.
    """
    thread = threading.Thread(target=_make, args=(plan,), name="load", daemon=True)
    thread.start()
    beat = time.monotonic()
    while thread.is_alive() and not control.cancelled():
        thread.join(POLL_SECONDS)
        if time.monotonic() - beat > BEAT_SECONDS:
            beat = time.monotonic()
            yield TrackUpdate.heartbeat(0.0, f"loading {plan.choice.model.name}")


def _make(plan: Plan) -> None:
    from ..trackers.weights import require_local

    with suppress(Exception):
        path = require_local(plan.choice)
        if path is not None or plan.choice.file is None:
            plan = plan.with_checkpoint(path)
            plan.entry.make(plan.settings)


def rehearse(options: TrackOptions | None = None) -> None:
    """Run the default model over a tiny clip: libraries, network and first computations are not waited for later.

    Where it cannot be done (a broken installation, no memory), the first run tells why.
    """
    from ..videos.array import ArrayVideo

    # a store of features of its own, with next to nothing in it
    options = options or TrackOptions(memory_budget=1, disk_budget=0)
    clip = ArrayVideo(np.zeros((2, 64, 64, 3), np.uint8))
    with suppress(CotrackerError):
        for _ in track(clip, Queries(np.array([0]), np.array([[32, 32]])), options):
            pass
