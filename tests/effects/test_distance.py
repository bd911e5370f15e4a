"""Distances from painted edges."""

import numpy as np
import pytest

from napari_cotracker.effects.distance import box_of, cut, distances_in
from napari_cotracker.effects.maps import Box


def test_a_slanted_edge_is_found_between_pixels():
    y, x = np.mgrid[:80, :120]
    truth = (x - 60 + 0.3 * (y - 40)) / np.hypot(1, 0.3)
    found = distances_in(truth > 0, Box(0, 0, 120, 80))
    near = np.abs(truth[15:65]) < 1.5
    assert np.abs(found - truth)[15:65][near].mean() < 0.15


def test_every_pixel_stays_on_its_side():
    mask = np.random.default_rng(0).random((50, 60)) > 0.5
    np.testing.assert_array_equal(distances_in(mask, Box(0, 0, 60, 50)) > 0, mask)


def test_the_part_around_a_mask_may_reach_beyond_the_picture():
    mask = np.zeros((50, 60), bool)
    mask[:10, 50:] = True
    box = box_of(mask)
    assert box == Box(18, -32, 92, 42)
    box = box_of(mask, 8)
    assert box == Box(42, -8, 68, 18)
    found = distances_in(mask, box)
    assert found.shape == (26, 26)
    assert found[0, 10] < -5
    assert cut(mask, box).sum() == 100
    assert box_of(np.zeros((5, 5), bool)).width == 0


def test_nothing_there_is_far_away():
    assert distances_in(np.zeros((5, 5), bool), Box(0, 0, 9, 7)).max() == pytest.approx(-9)
