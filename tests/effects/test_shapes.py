"""Shapes follow by their vertices."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.regions import Region
from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.shapes import carry_shapes, check_shapes, fill, outline, shapes_between
from tests.moving_surfaces import CENTRE, RADII, SIZE, back, bend, ellipse, plane, plane_matrix, tracks_on

PIXELS = np.stack(np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1])), -1).astype(float)
SQUARE = Region(np.array([(10.0, 10), (30, 10), (30, 30), (10, 30)]))


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@pytest.mark.parametrize(("surface", "count", "gate"), [(plane, 100, 0.998), (bend, 144, 0.996)])
def test_gates(surface, count, gate):
    motion = solve_motion(tracks_on(surface, count), 0)
    for t in (11, 23):
        found = fill(carry_shapes([Region(ellipse())], motion.warp(t)), SIZE) > 0
        truth = (((back(surface, PIXELS, t) - CENTRE) / RADII) ** 2).sum(-1) <= 1
        assert iou(found, truth) >= gate


def test_vertices_stay_vertices():
    found = carry_shapes([SQUARE], PlaneWarp(plane_matrix(9)))[0]
    np.testing.assert_allclose(found.vertices, plane(SQUARE.vertices, 9))


def test_an_ellipse_becomes_a_polygon_of_the_same_area():
    shape = Region(np.array([(10.0, 10), (110, 10), (110, 70), (10, 70)]), is_ellipse=True)
    found = carry_shapes([shape], PlaneWarp())[0]
    assert not found.is_ellipse
    assert iou(fill([found], (140, 90)) > 0, fill([shape], (140, 90)) > 0) == 1
    assert fill([found], (140, 90)).sum() == pytest.approx(np.pi * 50 * 30, rel=0.01)


def test_what_is_behind_the_camera_is_no_shape():
    warp = PlaneWarp(np.array([[1, 0, 0], [0, 1, 0], [-0.05, 0, 1.0]]))
    assert carry_shapes([SQUARE], warp) == [None]
    assert not fill([None], (40, 40)).any()


def test_later_shapes_lie_over_earlier_ones():
    other = Region(SQUARE.vertices + 10)
    found = fill([SQUARE, other], (50, 50))
    assert (found[15, 15], found[25, 25], found[35, 35], found[45, 45]) == (1, 2, 2, 0)


@pytest.fixture(scope="module")
def motions():
    tracks = tracks_on(plane, 100, noise=0, hidden=0, frames=11)
    return {t: solve_motion(tracks, t) for t in (0, 10)}


def test_between_two_frames_with_the_same_shapes_they_lie_between(motions):
    first = ellipse(40)
    last = plane(first + np.array([8, 0]), 10)
    shapes = {0: [Region(first)], 10: [Region(last)]}
    np.testing.assert_allclose(shapes_between(shapes, motions, 0)[0].vertices, first, atol=1e-6)
    np.testing.assert_allclose(shapes_between(shapes, motions, 10)[0].vertices, last, atol=1e-6)
    halfway = plane(first + np.array([4, 0]), 5)
    np.testing.assert_allclose(shapes_between(shapes, motions, 5)[0].vertices, halfway, atol=0.1)


def test_other_shapes_take_over_half_way(motions):
    shapes = {0: [Region(ellipse(40))], 10: [SQUARE]}
    assert len(shapes_between(shapes, motions, 3)[0].vertices) == 40
    assert len(shapes_between(shapes, motions, 8)[0].vertices) == 4


def test_mistakes_are_told(motions):
    with pytest.raises(EditError, match=r"none for \[4\]"):
        shapes_between({4: [SQUARE]}, motions, 0)
    with pytest.raises(EditError, match="got none; draw"):
        check_shapes([], SIZE)
    with pytest.raises(EditError, match="shape 2 of 2 vertices"):
        check_shapes([SQUARE, Region(np.zeros((2, 2)))], SIZE)
    with pytest.raises(EditError, match="shape 1, which lies outside"):
        check_shapes([Region(SQUARE.vertices - 100)], SIZE)
    check_shapes([SQUARE], SIZE)


def test_outlines():
    assert outline(SQUARE) is SQUARE.vertices
