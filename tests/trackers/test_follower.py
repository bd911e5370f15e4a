"""What a follower does when points are hidden, leave, or come in."""

from itertools import pairwise

import numpy as np

from napari_cotracker.trackers.follower import Follower, Reach, prepare
from tests.moving_films import moving_film, texture

REACH = Reach(radius=10, window=13, levels=3, search=24)


def follow(frames: np.ndarray, xy: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """(T, N, 2) positions and (T, N) whether lost."""
    follower = Follower((frames.shape[2], frames.shape[1]), REACH)
    follower.grow(len(xy))
    pictures = [prepare(frame, 0.7) for frame in frames]
    follower.start(pictures[0], np.arange(len(xy)), np.array(xy, np.float32))
    places, lost = [follower.xy.copy()], [follower.signs()[:, 5] > 0]
    for before, now in pairwise(pictures):
        follower.step(before, now)
        places.append(follower.xy.copy())
        lost.append(follower.signs()[:, 5] > 0)
    return np.stack(places), np.stack(lost)


def test_a_hidden_point_is_lost_drifts_with_its_surroundings_and_is_found_again() -> None:
    film, where = moving_film(30, velocity=(1.5, 0.5))
    frames = film.frames.copy()
    points = [(60.0, 60.0), (30.0, 30.0), (30.0, 90.0), (100.0, 30.0), (100.0, 90.0)]
    for t in range(10, 18):
        x, y = np.rint(where([points[0]], 0, t)[0]).astype(int)
        frames[t, y - 16 : y + 17, x - 16 : x + 17] = 60 + 0.3 * texture(33, 33, seed=9)
    xy, lost = follow(frames, points)
    truth = np.stack([where(points, 0, t) for t in range(30)])
    error = np.linalg.norm(xy - truth, axis=2)
    assert lost[11:17, 0].all() and not lost[:, 1:].any()
    assert error[10:18, 0].max() < 5
    assert not lost[20:, 0].any() and error[20:, 0].max() < 0.5


def test_errors_do_not_add_up_over_a_long_turn() -> None:
    film, where = moving_film(60, velocity=(0.3, 0.2), turn=0.02)
    points = [(80.0, 60.0), (60.0, 50.0), (100.0, 70.0)]
    xy, lost = follow(film.frames, points)
    assert np.linalg.norm(xy[-1] - where(points, 0, 59), axis=1).max() < 0.6
    assert not lost.any()


def test_a_point_that_leaves_the_picture_is_lost_there_and_others_stay() -> None:
    film, where = moving_film(30, velocity=(4.0, 0.0))
    xy, lost = follow(film.frames, [(140.0, 60.0), (20.0, 60.0)])
    assert lost[8:, 0].all() and xy[-1, 0, 0] > 160
    assert not lost[:, 1].any()
    assert np.linalg.norm(xy[-1, 1] - where([(20, 60)], 0, 29)[0]) < 0.5


def test_a_point_placed_on_the_edge_is_kept_while_it_comes_in() -> None:
    film, where = moving_film(20, velocity=(2.0, 0.0))
    xy, _ = follow(film.frames, [(1.0, 60.0)])
    assert np.linalg.norm(xy[-1, 0] - where([(1, 60)], 0, 19)[0]) < 0.7


def test_a_point_off_the_picture_starts_lost() -> None:
    film, _ = moving_film(3)
    _, lost = follow(film.frames, [(-10.0, 60.0)])
    assert lost[0, 0]
