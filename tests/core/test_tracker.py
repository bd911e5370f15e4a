"""The plain values that go into a tracker and come out of it."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackJob, TrackUpdate


def test_a_job_travels_to_another_process() -> None:
    job = TrackJob(SimpleNamespace(path="film.mp4"), Queries.from_array([[0, 1, 2]], ids=[5]), range(9, -1, -1))  # type: ignore[arg-type]
    copy = pickle.loads(pickle.dumps(job))
    assert copy.frames == range(9, -1, -1)
    assert copy.queries.ids.tolist() == [5]
    assert len(copy.anchors) == 0


def test_a_heartbeat_carries_no_cells_but_says_how_far() -> None:
    beat = TrackUpdate.heartbeat(0.25, "encoding")
    assert (beat.done, beat.message) == (0.25, "encoding")
    assert beat.frames.size == beat.ids.size == 0
    grid = np.zeros((4, 3, 2), np.float32)
    grid[np.ix_(beat.frames, beat.ids)] = beat.xy
    assert not grid.any(), "an update without cells can be written like any other"


def test_the_plain_control_never_interferes() -> None:
    control = Control()
    assert not control.cancelled()
    assert not control.paused()
    assert control.new_queries() is None
