"""What a guide changes, and what it does not."""

from itertools import pairwise

import numpy as np
import pytest

from napari_cotracker.trackers import guided
from napari_cotracker.trackers.follower import Follower, Reach, prepare
from napari_cotracker.trackers.guided import Guide, GuidedFollower
from tests.moving_films import moving_film, texture

REACH = Reach(radius=10, window=13, levels=3, search=24)
POINTS = np.array([[60, 60], [30, 30], [30, 90], [100, 90]], np.float32)


def follow(frames: np.ndarray, guides: list[Guide] | None, points: np.ndarray = POINTS
           ) -> tuple[np.ndarray, np.ndarray]:
    """(T, N, 2) positions and (T, N, k) signs; with None of a follower that knows no guide."""
    size = (frames.shape[2], frames.shape[1])
    follower = Follower(size, REACH) if guides is None else GuidedFollower(size, REACH)
    follower.grow(len(points))
    pictures = [prepare(frame, 0.7) for frame in frames]
    if isinstance(follower, GuidedFollower):
        follower.advise(guides[0])
    follower.start(pictures[0], np.arange(len(points)), points)
    places, signs = [follower.xy.copy()], [follower.signs()]
    for t, (before, now) in enumerate(pairwise(pictures), 1):
        if isinstance(follower, GuidedFollower):
            follower.advise(guides[t])
        follower.step(before, now)
        places.append(follower.xy.copy())
        signs.append(follower.signs())
    return np.stack(places), np.stack(signs)


def guides_at(xy: np.ndarray) -> list[Guide]:
    scores = np.full(xy.shape[1], 0.95, np.float32)
    return [Guide(one.astype(np.float32), scores, scores) for one in xy]


def believe(monkeypatch: pytest.MonkeyPatch, guide: float) -> None:
    monkeypatch.setattr(guided, "worth_of_guide", lambda signs: np.full(len(signs), guide))


def covered_film(n: int = 30, hidden: range = range(10, 20)):
    """A film in which something lies over the first point for a while, and the truth."""
    film, where = moving_film(n, velocity=(1.5, 0.5))
    truth = np.stack([where(POINTS, 0, t) for t in range(n)])
    for t in hidden:
        x, y = np.rint(truth[t, 0]).astype(int)
        film.frames[t, y - 20 : y + 21, x - 20 : x + 21] = 60 + 0.3 * texture(41, 41, seed=9)
    return film.frames, truth


def test_with_a_silent_guide_it_is_a_follower() -> None:
    frames, _ = covered_film()
    plain, signs = follow(frames, None)
    told, more = follow(frames, [Guide.silent(len(POINTS))] * len(frames))
    np.testing.assert_array_equal(told, plain)
    np.testing.assert_array_equal(more[..., : signs.shape[2]], signs)
    assert np.isfinite(more).all()


def test_a_lost_point_goes_with_the_guide_and_is_found_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    believe(monkeypatch, guide=0.9)
    frames, truth = covered_film(hidden=range(10, 20))
    # it comes back 60 px from where it would have drifted to
    frames[20:] = np.roll(frames[20:], (35, 45), (1, 2))
    truth[15:] += np.array([45, 35])
    wrong = truth + np.random.default_rng(0).normal(size=truth.shape)
    xy, signs = follow(frames, guides_at(wrong), POINTS)
    assert (signs[12:20, 0, 5] == 1).all()
    assert np.linalg.norm(xy[18:20, 0] - truth[18:20, 0], axis=1).max() < 5
    assert np.linalg.norm(xy[22:, 0] - truth[22:, 0], axis=1).max() < 0.5


def test_a_point_is_found_where_it_coasts_to_though_a_guide_leads_it_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    believe(monkeypatch, guide=0.9)
    frames, truth = covered_film(hidden=range(10, 22))
    wrong = truth + np.array([50, 40]) * (np.arange(len(truth)) >= 10)[:, None, None]
    xy, _ = follow(frames, guides_at(wrong))
    error = np.linalg.norm(xy[:, 0] - truth[:, 0], axis=1)
    assert error[21] > 20  # it is shown where the guide leads
    assert error[24:].max() < 0.5


def test_a_guide_that_is_worth_nothing_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    believe(monkeypatch, guide=0.0)
    frames, truth = covered_film()
    plain, _ = follow(frames, None)
    told, _ = follow(frames, guides_at(truth + 30))
    np.testing.assert_array_equal(told, plain)


def test_a_sure_template_is_not_moved_by_a_guide_some_pixels_off(monkeypatch: pytest.MonkeyPatch) -> None:
    believe(monkeypatch, guide=0.9)
    film, where = moving_film(20)
    truth = np.stack([where(POINTS, 0, t) for t in range(20)])
    xy, _ = follow(film.frames, guides_at(truth + 4))
    assert np.linalg.norm(xy - truth, axis=2).max() < 0.3


def test_a_point_that_a_template_holds_stays_though_the_guide_is_sure_of_another_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    believe(monkeypatch, guide=1.0)
    film, where = moving_film(6)
    truth = np.stack([where(POINTS, 0, t) for t in range(6)])
    xy, signs = follow(film.frames, guides_at(truth + np.array([0, 40])))
    assert np.linalg.norm(xy - truth, axis=2).max() < 0.3
    assert (signs[1:, :, 5] == 0).all()


def test_from_a_start_elsewhere_the_guide_tells_the_motion_only(monkeypatch: pytest.MonkeyPatch) -> None:
    believe(monkeypatch, guide=0.9)
    film, _ = moving_film(2)
    follower = GuidedFollower((160, 120), REACH)
    follower.grow(1)
    follower.advise(Guide(np.array([[40, 40]], np.float32), np.ones(1, np.float32), np.ones(1, np.float32)))
    follower.start(prepare(film.frames[0], 0.7), np.array([0]), np.array([[70, 50]], np.float32))
    follower.advise(Guide(np.array([[42, 40]], np.float32), np.ones(1, np.float32), np.ones(1, np.float32)))
    assert follower._guide.xy[0].tolist() == [72, 50]


def told_elsewhere(away: float, guide: tuple[float, float]) -> tuple[GuidedFollower, np.ndarray, np.ndarray]:
    """A follower after three steps, the places that its guide told, so far beside the truth, and the truth.

    Of all points the guide says the same visibility and confidence.
    """
    film, where = moving_film(4, velocity=(1.0, 0.5))
    truth = np.stack([where(POINTS, 0, t) for t in range(4)])
    pictures = [prepare(frame, 0.7) for frame in film.frames]
    follower = GuidedFollower((film.width, film.height), REACH)
    follower.grow(len(POINTS))
    scores = [np.full(len(POINTS), score, np.float32) for score in guide]
    shifts = [np.array([away * (t > 0), 0]) for t in range(4)]
    elsewhere = [Guide((xy + by).astype(np.float32), *scores) for xy, by in zip(truth, shifts, strict=True)]
    follower.advise(elsewhere[0])
    follower.start(pictures[0], np.arange(len(POINTS)), POINTS)
    for said, (before, now) in zip(elsewhere[1:], pairwise(pictures), strict=True):
        follower.advise(said)
        follower.step(before, now)
    return follower, elsewhere[-1].xy, truth[-1]


@pytest.mark.parametrize(
    ("away", "sure", "told"),
    [(20.0, 1.0, True), (20.0, 0.78, True), (20.0, 0.7, False), (20.0, 0.02, False), (1.0, 1.0, False)],
)
def test_where_both_say_different_places_the_surer_one_is_heard(
    away: float, sure: float, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guided, "confidence_of", lambda signs: np.full(len(signs), 0.8, np.float32))
    follower, elsewhere, truth = told_elsewhere(away, (0.9, sure))
    xy, _, confidence = follower.answer()
    assert np.linalg.norm(xy - (elsewhere if told else truth), axis=1).max() < 0.5
    np.testing.assert_allclose(confidence, sure if told else 0.8, rtol=1e-6)
    # what it says changes nothing of where it goes on from
    assert np.linalg.norm(follower.xy - truth, axis=1).max() < 0.5


@pytest.mark.parametrize(("away", "own_share"), [(20.0, guided.OTHER), (0.0, 1 - guided.OTHER)])
def test_whether_points_can_be_seen_both_have_a_say(
    away: float, own_share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guided, "visibility_of", lambda signs: np.full(len(signs), 0.9, np.float32))
    monkeypatch.setattr(guided, "confidence_of", lambda signs: np.full(len(signs), 0.5, np.float32))
    follower, _, _ = told_elsewhere(away, (0.2, 0.8))
    odds = 9**own_share * 0.25 ** (1 - own_share)
    np.testing.assert_allclose(follower.answer()[1], odds / (1 + odds), rtol=1e-4)
    follower.advise(Guide.silent(len(POINTS)))
    np.testing.assert_allclose(follower.answer()[1], 0.9, rtol=1e-4)


def test_a_point_put_right_is_answered_where_it_was_put_however_sure_the_guide() -> None:
    film, _ = moving_film(3)
    pictures = [prepare(frame, 0.7) for frame in film.frames]
    follower = GuidedFollower((film.width, film.height), REACH)
    follower.grow(len(POINTS))
    sure = np.ones(len(POINTS), np.float32)
    guide = Guide(POINTS + np.float32(30), sure, sure)
    follower.advise(guide)
    follower.start(pictures[0], np.arange(len(POINTS)), POINTS)
    np.testing.assert_allclose(follower.answer()[0], POINTS)
    follower.advise(guide)
    follower.step(pictures[0], pictures[1])
    put = POINTS + np.float32(11)
    follower.start(pictures[1], np.arange(len(POINTS)), put)
    np.testing.assert_allclose(follower.answer()[0], put)
