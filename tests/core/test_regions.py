"""Grids inside what a user draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.regions import Region, grid_on_mask, grid_within

SQUARE = Region(np.array([[10.0, 20], [30, 20], [30, 60], [10, 60]]))
COUNTS = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(COUNTS)
def test_a_box_is_filled_whole(count: tuple[int, int]) -> None:
    points = grid_within([SQUARE], count)
    assert len(points) == count[0] * count[1]
    assert (points > [10, 20]).all()
    assert (points < [30, 60]).all()
    np.testing.assert_allclose(points.mean(0), [20, 40])


def test_only_points_inside_the_outline_are_kept() -> None:
    triangle = Region(np.array([[0.0, 0], [10, 0], [0, 10]]))
    points = grid_within([triangle], (10, 10))
    assert (points.sum(1) < 10).all()
    assert 40 < len(points) < 56
    hole = Region(np.array([[0.0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]))
    assert not hole.contains([[2, 2]])[0], "an outline that goes around twice has a hole"
    assert hole.contains([[0.5, 2]])[0]


@given(st.floats(0, 3.1), st.floats(1, 5), st.floats(1, 5))
def test_an_ellipse_is_one_however_it_is_turned(angle: float, a: float, b: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    frame = np.array([[-a, -b], [a, -b], [a, b], [-a, b]]) @ turn.T + [7, 9]
    ellipse = Region(frame, is_ellipse=True)
    on_axes = np.array([[a, 0], [0, b]]) @ turn.T
    assert ellipse.contains(0.99 * on_axes + [7, 9]).all()
    assert not ellipse.contains(1.01 * on_axes + [7, 9]).any()
    assert not ellipse.contains(0.99 * frame[:1] + 0.01 * np.array([7, 9]))[0], "its frame's corners lie outside"


def test_several_areas_share_one_grid() -> None:
    other = Region(np.add(SQUARE.vertices, [100, 0]))
    points = grid_within([SQUARE, other], (12, 4))
    assert (SQUARE.contains(points) | other.contains(points)).all()
    assert SQUARE.contains(points).any()
    assert other.contains(points).any()


def test_a_mask_keeps_points_on_its_pixels() -> None:
    mask = np.zeros((40, 50), bool)
    mask[5:15, 20:40] = True
    mask[5:15, 28:32] = False
    points = grid_on_mask(mask, (10, 5))
    column, row = np.rint(points).astype(int).T
    assert mask[row, column].all()
    assert len(points) == 40
    single = np.zeros((8, 8), bool)
    single[3, 4] = True
    np.testing.assert_array_equal(grid_on_mask(single, (1, 1)), [[4, 3]])


def test_what_cannot_be_filled_is_told() -> None:
    with pytest.raises(TrackingError, match="draw one"):
        grid_within([], (3, 3))
    with pytest.raises(TrackingError, match="empty one on this frame"):
        grid_on_mask(np.zeros((4, 4)), (3, 3))
    with pytest.raises(TrackingError, match="at least 1 × 1"):
        grid_within([SQUARE], (0, 3))
    line = Region(np.array([[0.0, 0], [5, 5], [10, 10]]))
    with pytest.raises(TrackingError, match="finer grid"):
        grid_within([line], (3, 3))
    flat = Region(np.array([[0.0, 0], [5, 0], [5, 0], [0, 0]]), is_ellipse=True)
    with pytest.raises(TrackingError, match="finer grid"):
        grid_within([flat], (3, 3))
