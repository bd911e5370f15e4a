"""Light and its pixels."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.light import linear_to_srgb
from napari_cotracker.effects.colour import from_linear, to_linear, to_share


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_comes_back(dtype):
    values = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    light = to_linear(values)
    assert light.dtype == np.float32
    assert (np.diff(light) > 0).all()
    np.testing.assert_array_equal(from_linear(light, dtype), values)


def test_known_values():
    assert to_linear(np.array([0, 128, 255], np.uint8)).tolist() == pytest.approx([0, 0.21586, 1], abs=1e-4)
    assert from_linear(np.array([0.5, -1, 7], np.float32), np.uint8).tolist() == [188, 0, 255]
    assert linear_to_srgb(np.array([0.001])) == pytest.approx(0.01292)


def test_light_between_levels_is_rounded():
    values = np.linspace(0, 1, 20001, dtype=np.float32)
    exact = np.rint(linear_to_srgb(values) * 255)
    assert np.abs(from_linear(values, np.uint8).astype(float) - exact).max() <= 1
    assert (from_linear(values, np.uint8) != exact).mean() < 0.005


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_floats_are_light_and_may_be_brighter_than_white(dtype):
    values = np.array([-0.1, 0.5, 12], dtype)
    np.testing.assert_array_equal(to_linear(values), values.astype(np.float32))
    assert from_linear(to_linear(values), dtype).dtype == dtype
    np.testing.assert_array_equal(from_linear(to_linear(values), dtype), values)


def test_shares_have_no_curve():
    assert to_share(np.array([0, 51, 255], np.uint8)).tolist() == pytest.approx([0, 0.2, 1])
    assert to_share(np.array([0.25], np.float32))[0] == 0.25


def test_other_pixels_are_told():
    with pytest.raises(EditError, match="got int32"):
        to_linear(np.zeros(3, np.int32))
