"""Grades."""

import numpy as np
import pytest

from napari_cotracker.effects.grade import GradeOptions, apply

LIGHT = np.array([[[0.1, 0.2, 0.4]]], np.float32)


@pytest.mark.parametrize(("options", "expected"), [
    ({}, [0.1, 0.2, 0.4]), ({"exposure": 1}, [0.2, 0.4, 0.8]), ({"gamma": 2}, np.sqrt([0.1, 0.2, 0.4])),
    ({"saturation": 0}, [0.19318] * 3), ({"warmth": 2}, [0.2, 0.2, 0.2]), ({"exposure": 4}, [1.6, 3.2, 6.4])])
def test_light_is_graded(options, expected):
    np.testing.assert_allclose(apply(LIGHT, np.ones((1, 1), np.float32), GradeOptions(**options))[0, 0], expected,
                               rtol=1e-4)
