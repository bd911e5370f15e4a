"""Warps for every pixel."""

import numpy as np
import pytest

from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.maps import Box, box_on_frame, forward_map, inverse_map, over_box, whole
from napari_cotracker.effects.motion import Motion
from napari_cotracker.effects.motion_solving import solve_motion
from tests.moving_surfaces import SIZE, bend, plane_matrix, tracks_on

PLANE = PlaneWarp(plane_matrix(20))


@pytest.fixture(scope="module")
def bent() -> Motion:
    return solve_motion(tracks_on(bend, 144), 0)


def pixels(box):
    return np.stack(np.meshgrid(np.arange(box.left, box.right), np.arange(box.top, box.bottom)), -1).astype(float)


def test_at_the_reference_frame_every_pixel_is_where_it_is(bent):
    for warp in (bent.warp(0), PlaneWarp()):
        np.testing.assert_allclose(inverse_map(warp, whole(SIZE)), pixels(whole(SIZE)), atol=1e-3)


@pytest.mark.parametrize("box", [Box(200, 100, 700, 450), Box(301, 217, 304, 219)])
def test_maps_are_what_warps_say(bent, box):
    for warp in (PLANE, bent.warp(20), bent.warp(19.4)):
        some = slice(None, None, 1 + box.height // 40)
        np.testing.assert_allclose(inverse_map(warp, box)[some], warp.inverse(pixels(box)[some]), atol=0.01)
        np.testing.assert_allclose(forward_map(warp, box)[some], warp.forward(pixels(box)[some]), atol=0.01)


def test_places_within_pixels(bent):
    box = Box(200, 100, 260, 130)
    for warp in (PLANE, bent.warp(20)):
        fine = inverse_map(warp, box, 2)
        assert fine.shape == (60, 120, 2)
        corners = pixels(box) + np.array([-0.25, 0.25])
        np.testing.assert_allclose(fine[1::2, ::2], warp.inverse(corners), atol=0.01)


def test_what_is_behind_is_nowhere():
    warp = PlaneWarp(np.array([[1, 0, 0], [0, 1, 0], [-0.004, 0, 1.0]]))
    found = forward_map(warp, whole((500, 40)))
    assert np.isfinite(found[:, :249]).all()
    assert np.isnan(found[:, 251:]).all()


def test_where_a_function_is_not_known_nor_is_the_map():
    found = over_box(lambda xy: np.where(xy[:, :1] < 100, xy, np.nan), Box(0, 0, 200, 64))
    assert np.isfinite(found[:, :70]).all()
    assert np.isnan(found[:, 120:]).all()
    np.testing.assert_allclose(found[:, :70], pixels(Box(0, 0, 70, 64)), atol=1e-4)


def test_an_empty_part():
    assert inverse_map(PLANE, Box(5, 5, 5, 9)).shape == (4, 0, 2)


def test_the_part_of_a_frame_that_something_covers():
    box = Box(100, 100, 200, 150)
    found = box_on_frame(PlaneWarp(np.array([[2, 0, 10], [0, 2, -20], [0, 0, 1.0]])), box, SIZE, margin=0)
    assert (found.left, found.top) == (209, 179)
    assert found.width == pytest.approx(200, abs=2)
    away = PlaneWarp(np.array([[1, 0, 5000], [0, 1, 0], [0, 0, 1.0]]))
    assert box_on_frame(away, box, SIZE).width == 0
    behind = PlaneWarp(np.array([[1, 0, 0], [0, 1, 0], [-0.007, 0, 1.0]]))
    assert box_on_frame(behind, box, SIZE) == whole(SIZE)


def test_a_box_within_another():
    values = np.arange(100).reshape(10, 10)
    inner = Box(3, 2, 20, 5)
    assert values[inner.within(Box(0, 0, 10, 10))].shape == (3, 7)
    assert values[Box(-5, 0, -2, 10).within(Box(0, 0, 10, 10))].size == 0
