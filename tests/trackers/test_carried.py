"""What a window hands on, put down and taken up; that answers are the same is tested in `test_bookmarks`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.tracker import Bookmark, Control, TrackJob
from napari_cotracker.trackers.cotracker3_online import OnlineTracker
from tests.trackers.networks import moving_clip, small_settings, some_queries


class Marks(Control):
    def __init__(self) -> None:
        self.stood: list[Bookmark] = []

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        self.stood.append(bookmark())


JOB = TrackJob(moving_clip(40), some_queries((0, 20, 20), (30, 30, 20)), range(40))


def test_it_is_small_and_tells_which_tracks_have_begun() -> None:
    marks = Marks()
    list(OnlineTracker(small_settings()).track(JOB, marks))
    first, last = marks.stood[0], marks.stood[-1]
    assert (int(first["start"]), first["ids"].tolist()) == (8, [0])
    assert (int(last["start"]), last["ids"].tolist()) == (32, [0, 1])
    assert last["xy"].shape == (4 + 2, 16, 2)  # the support grid, then the tracks
    assert sum(array.nbytes for array in last.values()) < 6 * 16 * 16 + 100


@pytest.mark.parametrize(("change", "message"), [
    ({"xy": np.zeros((3, 16, 2), np.float32)}, "expected xy of shape"), ({"ids": np.array([0, 9])}, "track 9"),
])
def test_what_does_not_fit_is_refused_in_a_sentence(change: Bookmark, message: str) -> None:
    marks = Marks()
    list(OnlineTracker(small_settings()).track(JOB, marks))
    job = TrackJob(JOB.video, JOB.queries, JOB.frames, bookmark={**marks.stood[-1], **change})
    with pytest.raises(TrackingError, match=message):
        list(OnlineTracker(small_settings()).track(job, Control()))
