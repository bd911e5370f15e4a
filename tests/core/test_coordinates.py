"""Pixel conventions, to the digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.coordinates import CONVENTIONS, has_place, inside, resize_scale

HD = (1920, 1080)
SIZES = st.tuples(st.integers(1, 8192), st.integers(1, 8192))
LENGTHS = st.floats(-1e4, 1e4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nuke", (10.5, 1059.5)),
        ("colmap", (10.5, 20.5)),
        ("blender", (0.00546875, 0.98101852)),
        ("tapvid", (0.00546875, 0.01898148)),
        ("pftrack", (10, 1059)),
        ("syntheyes", (-0.98957791, -0.96292864)),
        ("3dequalizer", (10.5, 1059.5)),
    ],
)
def test_each_convention_writes_the_known_point(name: str, expected: tuple[float, float]) -> None:
    np.testing.assert_allclose(CONVENTIONS[name].from_ours((10, 20), HD), expected, rtol=0, atol=5e-9)


def test_every_convention_has_its_known_point_above() -> None:
    assert set(CONVENTIONS) == {"nuke", "colmap", "blender", "tapvid", "pftrack", "syntheyes", "3dequalizer"}


@given(st.sampled_from(sorted(CONVENTIONS)), st.lists(st.tuples(LENGTHS, LENGTHS), min_size=1), SIZES)
def test_a_point_survives_the_way_there_and_back(name: str, points: list[tuple[float, float]],
                                                 size: tuple[int, int]) -> None:
    convention = CONVENTIONS[name]
    np.testing.assert_allclose(convention.to_ours(convention.from_ours(points, size), size), points, rtol=0, atol=1e-6)


def test_shape_and_missing_cells_are_kept() -> None:
    xy = np.full((3, 4, 2), np.nan, np.float32)
    xy[1, 2] = 10, 20
    converted = CONVENTIONS["nuke"].from_ours(xy, HD)
    assert converted.shape == xy.shape
    assert (np.isnan(converted) == np.isnan(xy)).all()


@given(SIZES, SIZES)
def test_resizing_keeps_the_corner_pixels_in_the_corners(source: tuple[int, int], target: tuple[int, int]) -> None:
    corner = np.subtract(source, 1) * resize_scale(source, target)
    expected = [t - 1 if s > 1 else 0 for s, t in zip(source, target, strict=True)]
    np.testing.assert_allclose(corner, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("xy", "expected"),
    [((0, 0), True), ((-0.5, -0.5), True), ((-0.51, 0), False), ((1919.5, 1079.5), True), ((1919.51, 5), False),
     ((5, 1079.6), False), ((np.nan, 5), False), ((5, np.nan), False), ((np.inf, 5), False)],
)
def test_a_picture_ends_where_its_last_pixel_ends(xy: tuple[float, float], expected: bool) -> None:
    assert inside(xy, HD) == expected


def test_a_point_has_a_place_where_both_coordinates_are_finite() -> None:
    xy = np.array([[1, 2], [np.nan, 2], [1, np.nan], [np.inf, 1], [np.inf, -np.inf], [3e38, 3e38]], np.float32)
    assert has_place(xy).tolist() == [True, False, False, False, False, True]
    assert has_place(xy.reshape(2, 3, 2)).shape == (2, 3)
    assert has_place((1.0, 2.0)).item() is True
