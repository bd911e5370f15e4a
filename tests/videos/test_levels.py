from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_cotracker.videos.levels import Levels, estimate_limits


def test_bytes_are_not_changed() -> None:
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(Levels().to_rgb(picture), np.repeat(picture[:, :, None], 3, axis=2))


def test_sixteen_bits_are_divided_by_257() -> None:
    picture = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    expected = np.rint(picture / 257).astype(np.uint8)
    assert np.array_equal(Levels().to_rgb(picture)[:, :, 1], expected)


def test_linear_light_gets_the_srgb_curve() -> None:
    light = np.array([[-1.0, 0.0, 0.18, 0.5, 1.0, 7.0, np.nan, np.inf]], np.float32)
    assert Levels(linear=True).to_rgb(light)[0, :, 0].tolist() == [0, 0, 118, 188, 255, 255, 0, 255]


def test_contrast_limits_are_black_and_white() -> None:
    picture = np.array([[90, 100, 150, 200, 210]], np.int32)
    assert Levels((100, 200)).to_rgb(picture)[0, :, 0].tolist() == [0, 0, 128, 255, 255]
    assert Levels().to_rgb(np.array([[True, False]]))[0, :, 2].tolist() == [255, 0]


def test_colours_stay_and_alpha_goes() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (4, 5, 4), dtype=np.uint8)
    assert np.array_equal(Levels().to_rgb(picture), picture[:, :, :3])
    assert np.array_equal(Levels().to_rgb(picture[:, :, :2]), picture[:, :, [0, 0, 0]])


@given(hnp.arrays(st.sampled_from([np.uint8, np.int16, np.float32, np.float64]), (2, 3, 4)))
def test_estimated_limits_always_make_sense(pictures: Any) -> None:
    limits = estimate_limits(pictures)
    finite = pictures[np.isfinite(pictures)]
    assert (limits is None) == (not finite.size)
    if limits is not None:
        assert finite.min() <= limits[0] <= finite.max()
        assert limits[1] > limits[0]


def test_estimated_limits_ignore_a_few_hot_pixels() -> None:
    picture = np.random.default_rng(0).normal(100, 5, (200, 200))
    picture[3, 3] = 60_000
    low, high = estimate_limits([picture]) or (0, 0)
    assert 70 < low < 100 < high < 130
