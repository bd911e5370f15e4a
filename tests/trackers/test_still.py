"""The baseline: points stay."""

import numpy as np

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.trackers.still import TRACKER
from tests.moving_films import moving_film


def test_points_stay_in_all_frames_of_either_direction_and_grow_less_sure() -> None:
    film, _ = moving_film(100, (32, 24))
    queries = Queries(np.array([3, 90]), np.array([[1.5, 2.5], [7, 8]]))
    for frames in (range(100), range(99, -1, -1)):
        job = TrackJob(film, queries, frames, settings=TRACKER.settings())
        updates = list(TRACKER.make(job.settings).track(job, Control()))
        seen = np.concatenate([update.frames for update in updates])
        assert seen.tolist() == list(frames)
        for update in updates:
            assert (update.xy == queries.xy).all()
            at_query = update.frames[:, None] == queries.t
            assert ((update.confidence == 1) == at_query).all()
        assert updates[-1].done == 1
    assert film.asked == []


def test_cancel_and_added_points() -> None:
    film, _ = moving_film(200, (16, 16))

    class AddThenCancel(Control):
        chunks = 0

        def cancelled(self) -> bool:
            return self.chunks == 2

        def new_queries(self) -> Queries | None:
            self.chunks += 1
            return Queries(np.array([0]), np.array([[3.0, 4.0]]), np.array([9])) if self.chunks == 2 else None

    job = TrackJob(film, Queries(np.zeros(1), np.array([[1.0, 1.0]])), range(200))
    updates = list(TRACKER.make(TRACKER.settings()).track(job, AddThenCancel()))
    assert [update.ids.tolist() for update in updates] == [[0], [0, 9]]
    assert updates[-1].done < 1
