"""Paths are smoothed by a parabola."""

import numpy as np
import scipy.signal

from napari_cotracker.effects.motion_smoothing import smoothed

T = np.arange(30.0)


def test_a_parabola_stays_and_noise_shrinks():
    path = np.stack([0.1 * T**2 - T, 3 - T], -1)[:, None]
    np.testing.assert_allclose(smoothed(path, np.ones((30, 1)), 3), path, atol=0.05)
    noise = np.random.default_rng(0).normal(0, 1, (30, 50, 2))
    assert smoothed(noise, np.ones((30, 50)), 3)[3:-3].std() < 0.62


def test_it_is_the_known_filter_where_all_is_known():
    noise = np.random.default_rng(0).normal(0, 1, (30, 2, 2))
    expected = scipy.signal.savgol_filter(noise, 7, 2, axis=0)[3:-3]
    np.testing.assert_allclose(smoothed(noise, np.ones((30, 2)), 3)[3:-3], expected, atol=2e-3)


def test_unknown_cells_do_not_take_part():
    path = np.repeat(T[:, None, None], 2, 2)
    path[10:12], path[20] = np.nan, 1e6
    weights = np.where(np.isin(T, (10, 11, 20)), 0.0, 1)[:, None]
    found = smoothed(path, weights, 3)
    known = weights[:, 0] > 0
    np.testing.assert_allclose(found[known, 0, 0], T[known], atol=0.02)
    assert np.isnan(found[10:12]).all()


def test_nothing_to_smooth():
    path = np.ones((1, 4, 2))
    assert smoothed(path, np.ones((1, 4)), 3) is path
    long = np.ones((4, 4, 2))
    assert smoothed(long, np.ones((4, 4)), 0) is long
