"""The Lucas-Kanade tracker as a job: directions, lengths, sizes, control."""

import numpy as np
import pytest

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.core.tracks import Anchors, State
from napari_cotracker.trackers.lucas_kanade import TRACKER, LucasKanadeSettings
from tests.moving_films import Film, moving_film, texture


def run(film: Film, queries: Queries, frames: range, control: Control | None = None, anchors: Anchors | None = None):
    job = TrackJob(film, queries, frames, anchors or Anchors.none(), LucasKanadeSettings())
    return list(TRACKER.make(job.settings).track(job, control or Control()))


def table(updates: list, n_frames: int, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, N, 2) positions and (T, N) visibility from updates."""
    xy = np.full((n_frames, len(ids), 2), np.nan, np.float32)
    visibility = np.full((n_frames, len(ids)), np.nan, np.float32)
    for update in updates:
        columns = [list(ids).index(track) for track in update.ids]
        if len(update.frames):
            xy[np.ix_(update.frames, columns)] = update.xy
            visibility[np.ix_(update.frames, columns)] = update.visibility
    return xy, visibility


@pytest.mark.parametrize("frames", [range(0, 24), range(23, -1, -1)], ids=["forward", "backward"])
def test_a_moving_turning_picture_is_followed_either_way(frames: range) -> None:
    film, where = moving_film(24, turn=0.01)
    start = frames[0]
    points = np.array([[60, 50], [80, 60], [100, 70], [70, 80]], np.float32)
    queries = Queries(np.full(4, start), points, np.array([5, 3, 9, 1]))
    updates = run(film, queries, frames)
    xy, visibility = table(updates, 24, queries.ids)
    truth = np.stack([where(points, start, t) for t in range(24)])
    assert np.linalg.norm(xy - truth, axis=2).max() < 0.5
    assert (xy[start] == points).all() and (visibility[start] == 1).all()
    assert visibility.min() > 0.6
    assert updates[-1].done == pytest.approx(1)


@pytest.mark.parametrize(("n_frames", "size"), [(1, (64, 48)), (2, (33, 17)), (3, (5, 200)), (2, (1, 1))])
def test_any_length_and_any_size_gives_an_answer(n_frames: int, size: tuple[int, int]) -> None:
    film, _ = moving_film(n_frames, size, velocity=(0, 0))
    queries = Queries(np.zeros(2), np.array([[0, 0], [size[0] - 1, size[1] - 1]]))
    xy, _ = table(run(film, queries, range(n_frames)), n_frames, queries.ids)
    assert np.isfinite(xy).all()


def test_cells_before_a_query_are_nan_and_the_query_is_exact() -> None:
    film, _ = moving_film(12)
    queries = Queries(np.array([0, 7]), np.array([[50.25, 40.5], [70.125, 60.75]]))
    xy, visibility = table(run(film, queries, range(12)), 12, queries.ids)
    assert np.isnan(xy[:7, 1]).all() and np.isnan(visibility[:7, 1]).all()
    assert np.isfinite(xy[7:]).all()
    assert (xy[7, 1] == queries.xy[1]).all()


def test_thousands_of_points_in_a_large_batch_are_as_good_as_one() -> None:
    film, where = moving_film(4, (200, 160))
    points = np.random.default_rng(0).uniform([40, 40], [160, 120], (3000, 2)).astype(np.float32)
    queries = Queries(np.zeros(3000), points)
    many, _ = table(run(film, queries, range(4)), 4, queries.ids)
    assert np.percentile(np.linalg.norm(many[3] - where(points, 0, 3), axis=1), 99) < 0.3
    alone, _ = table(run(film, queries.select(np.array([2500])), range(4)), 4, np.array([2500]))
    np.testing.assert_allclose(alone[:, 0], many[:, 2500], atol=2e-3)


def test_grey_flat_and_still_pictures_keep_points_in_place() -> None:
    film = Film(np.full((5, 40, 60, 3), 77, np.uint8))
    queries = Queries(np.zeros(1), np.array([[20.0, 20.0]]))
    xy, visibility = table(run(film, queries, range(5)), 5, queries.ids)
    np.testing.assert_allclose(xy[:, 0], [[20, 20]] * 5, atol=1e-3)
    assert (visibility[1:] < 1).all()


def test_scores_are_graded_and_fall_where_the_picture_is_covered() -> None:
    film, _ = moving_film(16)
    frames = film.frames.copy()
    frames[8:] = texture(120, 160, seed=8)
    queries = Queries(np.zeros(3), np.array([[60, 60], [80, 70], [90, 50]]))
    _, visibility = table(run(Film(frames), queries, range(16)), 16, queries.ids)
    assert visibility[1:8].min() > visibility[9:].max()
    assert len(np.unique(visibility[1:8])) > 3


def test_cancel_stops_and_keeps_what_was_done() -> None:
    film, _ = moving_film(20)

    class StopAfterFive(Control):
        asked = 0

        def cancelled(self) -> bool:
            self.asked += 1
            return self.asked > 5

    queries = Queries(np.zeros(1), np.array([[60.0, 60.0]]))
    xy, _ = table(run(film, queries, range(20), StopAfterFive()), 20, queries.ids)
    assert np.isfinite(xy[:5]).all() and np.isnan(xy[5:]).all()


def test_a_pause_yields_heartbeats_and_then_goes_on() -> None:
    film, _ = moving_film(4)

    class PauseTwice(Control):
        left = 2

        def paused(self) -> bool:
            self.left -= 1
            return self.left >= 0

    queries = Queries(np.zeros(1), np.array([[60.0, 60.0]]))
    updates = run(film, queries, range(4), PauseTwice())
    assert sum(not len(update.frames) for update in updates) == 2
    assert np.isfinite(table(updates, 4, queries.ids)[0]).all()


def test_points_added_on_the_way_are_followed_from_their_frame() -> None:
    film, where = moving_film(12)

    class AddLater(Control):
        asked = 0

        def new_queries(self) -> Queries | None:
            self.asked += 1
            return Queries(np.array([6]), np.array([[80.0, 60.0]]), np.array([42])) if self.asked == 4 else None

    queries = Queries(np.zeros(1), np.array([[60.0, 60.0]]))
    xy, _ = table(run(film, queries, range(12), AddLater()), 12, np.array([0, 42]))
    assert np.isfinite(xy[:, 0]).all() and np.isnan(xy[:6, 1]).all()
    assert np.linalg.norm(xy[11, 1] - where([(80, 60)], 6, 11)[0]) < 0.3


def test_an_anchor_puts_a_point_right_for_the_rest_of_the_run() -> None:
    film, where = moving_film(12, velocity=(0.5, 0))
    queries = Queries(np.zeros(1), np.array([[40.0, 60.0]]), np.array([7]))
    visible = np.array([State.VISIBLE], np.uint8)
    anchors = Anchors(np.array([7]), np.array([5]), np.array([[100, 50]], np.float32), visible)
    xy, _ = table(run(film, queries, range(12), anchors=anchors), 12, queries.ids)
    assert np.linalg.norm(xy[4, 0] - where([(40, 60)], 0, 4)[0]) < 0.3
    assert np.linalg.norm(xy[11, 0] - where([(100, 50)], 5, 11)[0]) < 0.3


def test_each_frame_is_read_once_and_memory_is_estimated_without_the_length() -> None:
    film, _ = moving_film(40, (64, 48))
    queries = Queries(np.zeros(1), np.array([[30.0, 20.0]]))
    run(film, queries, range(40))
    assert film.asked == list(range(40))
    jobs = [TrackJob(film, queries, range(n), settings=LucasKanadeSettings()) for n in (40, 4000)]
    short, long = map(TRACKER.estimate, jobs)
    assert short.peak_bytes == long.peak_bytes > 48 * 64 * 3
    assert long.seconds > 50 * short.seconds > 0


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="radius"):
        LucasKanadeSettings(radius=1)
