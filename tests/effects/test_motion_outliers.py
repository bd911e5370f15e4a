"""Who moves otherwise than those around."""

import numpy as np

from napari_cotracker.effects.motion_outliers import CELLS, companions, kept, misses
from tests.generators import drain

GRID = np.stack(np.meshgrid(np.arange(10) * 40.0, np.arange(8) * 40.0), -1).reshape(-1, 2)


def bending(frames=20, noise=0.3):
    """Residuals of a surface that bends more and more."""
    t = np.arange(frames)[:, None]
    x = 0.02 * t * (GRID[:, 0] / 100) ** 2
    residuals = np.stack([x, -2 * x], -1)
    return residuals + np.random.default_rng(1).normal(0, noise, residuals.shape)


def test_bending_is_no_slip():
    residuals = bending()
    found = drain(kept(residuals, np.ones(residuals.shape[:2]), GRID))[1]
    assert found.mean() > 0.9


def test_a_jump_is_found_in_its_frame_only():
    residuals = bending()
    residuals[7, 33] += (6, 0)
    found = drain(kept(residuals, np.ones(residuals.shape[:2]), GRID))[1]
    assert not found[7, 33]
    assert found[12:, 33].all()


def test_drifting_is_found_before_it_is_large():
    residuals = bending()
    begin, speed = 5, 0.4
    residuals[begin:, 33] += np.arange(len(residuals) - begin)[:, None] * (speed, 0)
    found = drain(kept(residuals, np.ones(residuals.shape[:2]), GRID))[1]
    assert not found[begin + 5 :, 33].any()  # when it is 2 px off


def test_a_corner_where_all_slip_does_not_take_the_rest_along():
    residuals = bending()
    slipping = (GRID < 90).all(1)
    residuals[:, slipping] += np.random.default_rng(2).normal(0, 9, (20, slipping.sum(), 2))
    found = drain(kept(residuals, np.ones(residuals.shape[:2]), GRID))[1]
    assert found[:, ~slipping].mean() > 0.9


def test_too_few_to_say_are_kept():
    places = GRID[:3]
    residuals = np.zeros((4, 3, 2))
    residuals[2, 1] = 50
    assert drain(kept(residuals, np.ones((4, 3)), places))[1].all()
    assert drain(kept(residuals[:, :1], np.ones((4, 1)), places[:1]))[1].all()


def test_places_that_are_not_known_have_no_companions():
    places = GRID.copy()
    places[4] = np.nan
    rows = companions(places)
    assert (rows[4] == -1).all()
    assert 4 not in rows
    residuals = bending()
    residuals[:, 4] = np.nan
    off = misses(residuals, np.ones(residuals.shape[:2]), places, rows)
    assert np.isnan(off[:, 4]).all()
    assert np.isfinite(off[:, 5]).all()


def test_a_long_film_is_gone_through_in_pieces_that_do_not_show(monkeypatch):
    residuals = bending(noise=0.5)
    residuals[4:9, 33] += (1, 0)
    weights = np.random.default_rng(3).uniform(0.5, 1, residuals.shape[:2])
    shares, whole = drain(kept(residuals, weights, GRID))
    assert residuals[..., 0].size < CELLS
    assert shares == [0.5, 1.0]
    monkeypatch.setattr("napari_cotracker.effects.motion_outliers.CELLS", 2 * len(GRID))
    shares, pieces = drain(kept(residuals, weights, GRID))
    assert len(shares) == 20  # a breath every two frames, on both ways
    assert shares == sorted(shares)
    assert not whole.all()
    np.testing.assert_array_equal(pieces, whole)
