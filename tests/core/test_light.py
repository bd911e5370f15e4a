"""The curve of sRGB."""

import numpy as np
import pytest

from napari_cotracker.core.light import linear_to_srgb, srgb_to_linear


def test_the_curve_is_that_of_the_standard():
    assert linear_to_srgb(np.array(0.0031308)) == pytest.approx(0.04045, abs=1e-4)
    assert srgb_to_linear(np.array([0.5]))[0] == pytest.approx(0.2140411, abs=1e-6)


def test_it_is_undone():
    values = np.linspace(0, 1, 1001)
    assert np.abs(linear_to_srgb(srgb_to_linear(values)) - values).max() < 1e-7
