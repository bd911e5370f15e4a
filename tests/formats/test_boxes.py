"""Boxes about points, and individuals that share their keypoints."""

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.boxes import boxes_about, shared_cast
from tests.formats.stories import of_cells


def test_a_box_holds_the_pixels_of_its_points():
    xy, there = np.array([[[10, 20], [14, 22.0]], [[10, 20], [0, 0]]]), np.array([[True, True], [True, False]])
    assert boxes_about(xy, there, 0, (96, 64)).tolist() == [[10, 20, 5, 3], [10, 20, 1, 1]]
    assert boxes_about(xy, there, 12, (96, 64))[1].tolist() == [0, 8, 23, 25]
    assert boxes_about(xy, there, 12, None)[1].tolist() == [-2, 8, 25, 25]


def test_individuals_must_have_something_in_common():
    count = 60
    tracks = of_cells(np.ones((1, count, 2)), names=tuple(f"i{n}/k{n}" for n in range(count)))
    with pytest.raises(FormatError, match="60 individuals with 60 different keypoints"):
        shared_cast(tracks)
    assert shared_cast(tracks.select(slice(3))).columns.shape == (3, 3)
