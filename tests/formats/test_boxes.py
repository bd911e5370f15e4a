"""Boxes about points."""

import numpy as np

from napari_cotracker.formats.boxes import boxes_about


def test_a_box_holds_the_pixels_of_its_points():
    xy, there = np.array([[[10, 20], [14, 22.0]], [[10, 20], [0, 0]]]), np.array([[True, True], [True, False]])
    assert boxes_about(xy, there, 0, (96, 64)).tolist() == [[10, 20, 5, 3], [10, 20, 1, 1]]
    assert boxes_about(xy, there, 12, (96, 64))[1].tolist() == [0, 8, 23, 25]
    assert boxes_about(xy, there, 12, None)[1].tolist() == [-2, 8, 25, 25]
