"""Warps take places there and back."""

import numpy as np
import pytest

from napari_cotracker.core.warps import (
    BetweenWarp,
    MeanWarp,
    PlaneWarp,
    SplineWarp,
    Warp,
    facing,
    spline,
    spline_slopes,
)

MATRIX = np.array([[1.1, 0.05, 30], [-0.03, 0.95, -12], [4e-5, -2e-5, 1]])
FRAME = np.array([400.0, 300, 200])


def places(count=200, seed=1):
    return np.random.default_rng(seed).uniform((0, 0), (800, 600), (count, 2))


def bent(strength=8.0):
    rng = np.random.default_rng(4)
    centres = np.stack(np.meshgrid(np.linspace(50, 750, 6), np.linspace(50, 550, 5)), -1).reshape(-1, 2)
    bends = rng.normal(0, strength, (30, 2))
    return SplineWarp(MATRIX, centres, np.vstack([bends - bends.mean(0), np.zeros((3, 2))]), FRAME)


WARPS = {"still": PlaneWarp(), "plane": PlaneWarp(MATRIX), "bent": bent(2.0),
         "between": BetweenWarp([PlaneWarp(), bent(1.0), PlaneWarp(MATRIX)], [0, 1, 2], 1.4),
         "mean": MeanWarp([PlaneWarp(MATRIX), bent(1.0)], [0.3, 0.7])}


@pytest.mark.parametrize("name", WARPS)
def test_there_and_back(name):
    warp = WARPS[name]
    assert isinstance(warp, Warp)
    there = warp.forward(places())
    np.testing.assert_allclose(warp.inverse(there), places(), atol=2e-3)
    np.testing.assert_allclose(warp.forward(places().reshape(10, 20, 2)), there.reshape(10, 20, 2))


def test_no_motion_moves_nothing():
    np.testing.assert_array_equal(PlaneWarp().forward(places()), places())


def test_what_is_behind_the_camera_is_nowhere():
    warp = PlaneWarp(np.array([[1, 0, 0], [0, 1, 0], [-0.01, 0, 1.0]]))
    there = warp.forward([[50.0, 20], [150, 20]])
    assert np.isfinite(there[0]).all()
    assert np.isnan(there[1]).all()


def test_a_matrix_faces_the_camera_whatever_its_sign():
    warp = PlaneWarp(facing(-MATRIX, np.array([400.0, 300])))
    np.testing.assert_allclose(warp.forward(places()), PlaneWarp(MATRIX).forward(places()))


def test_slopes_are_those_of_the_values():
    warp = bent()
    args = (warp.centres, warp.coefficients, warp.frame)
    value, slopes = spline_slopes(places(), *args)
    np.testing.assert_allclose(value, spline(places(), *args), atol=1e-9)
    for axis in (0, 1):
        step = np.eye(2)[axis] * 1e-3
        change = (spline(places() + step, *args) - spline(places() - step, *args)) / 2e-3
        np.testing.assert_allclose(slopes[..., axis], change, atol=1e-5)


def test_a_fold_is_seen_and_has_no_inverse_beyond_it():
    warp = bent(400.0)
    assert warp.turns(places()).min() < 0
    back = warp.inverse(warp.forward(places()))
    known = np.isfinite(back).all(-1)
    np.testing.assert_allclose(warp.forward(back[known]), warp.forward(places())[known], atol=1e-2)


def test_between_frames_motion_is_a_parabola():
    moved = [PlaneWarp(np.array([[1, 0, x], [0, 1, 0], [0, 0, 1.0]])) for x in (0.0, 1, 4)]
    found = BetweenWarp(moved, [0, 1, 2], 1.5).forward(np.zeros((1, 2)))
    np.testing.assert_allclose(found, [[2.25, 0]])
    np.testing.assert_allclose(BetweenWarp(moved[1:], [1, 2], 1.5).forward(np.zeros((1, 2))), [[2.5, 0]])
    np.testing.assert_array_equal(BetweenWarp(moved[2:], [2], 2.25).forward(np.zeros((1, 2))), [[4, 0]])


def test_the_mean_of_warps_lies_between_them():
    shifted = PlaneWarp(np.array([[1, 0, 10], [0, 1, 0], [0, 0, 1.0]]))
    np.testing.assert_allclose(MeanWarp([PlaneWarp(), shifted], [0.75, 0.25]).forward([3, 4]), [5.5, 4])
