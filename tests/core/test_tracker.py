"""The plain values that go into a tracker and come out of it."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, RemoteControl, TrackJob, TrackUpdate


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


def test_a_control_of_another_thread_says_what_it_was_told() -> None:
    control = RemoteControl()
    assert not control.cancelled() and not control.paused() and control.new_queries() is None
    control.hold(True)
    assert control.paused()
    control.hold(False)
    assert not control.paused()
    for track in (3, 8):
        control.add(Queries.from_array([[track, 1, 2]], ids=[track]))
    added = control.new_queries()
    assert added is not None and added.ids.tolist() == [3, 8], "all that were added meanwhile, once"
    assert control.new_queries() is None
    control.cancel()
    assert control.cancelled()
