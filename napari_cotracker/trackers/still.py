"""Leaves every point where it was placed: what any tracker must beat, and a quick test of the plumbing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..core.declarations import TrackerEntry
from ..core.queries import Queries
from ..core.tracker import Control, Estimate, TrackJob, TrackUpdate

FRAMES_PER_UPDATE = 64


@dataclass(frozen=True)
class StillSettings:
    """Keeping a point where it is needs no settings."""


class StillTracker:
    """Every point stays; visibility 1, confidence 1 at the query and falling with the frames since."""

    def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        """Run the job; reads no frame."""
        queries = job.queries
        for first in range(0, len(job.frames), FRAMES_PER_UPDATE):
            yield from control.rest(first / len(job.frames))
            if control.cancelled():
                return
            queries = queries.join(control.new_queries())
            frames = np.array(job.frames[first : first + FRAMES_PER_UPDATE], np.int64)
            yield _stay(queries, frames, (first + len(frames)) / len(job.frames))


def estimate(job: TrackJob) -> Estimate:
    """Next to nothing."""
    cells = FRAMES_PER_UPDATE * len(job.queries)
    return Estimate(peak_bytes=32 * cells, seconds=1e-8 * len(job.frames) * len(job.queries))


def _stay(queries: Queries, frames: np.ndarray[tuple[int], np.dtype[np.int64]], done: float) -> TrackUpdate:
    away = np.abs(frames[:, None] - queries.t).astype(np.float32)
    return TrackUpdate(
        frames, queries.ids, np.repeat(queries.xy[None], len(frames), 0),
        np.ones_like(away), 1 / (1 + away / 8), done, "keeping points still",
    )


TRACKER = TrackerEntry(
    name="still",
    title="Still: every point stays where it is (for comparison)",
    settings=StillSettings,
    make=lambda settings: StillTracker(),
    estimate=estimate,
    bidirectional=True,
)
