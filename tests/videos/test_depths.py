from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.depths import check_picture, fit_depth, tell_loss
from napari_cotracker.videos.kinds import KINDS

FLOATS, FILM, DEEP = KINDS["exr"].holds, KINDS["mp4"].holds, KINDS["png"].holds


def pixel(*values: float, dtype: Any = np.float32) -> Any:
    return np.array([[values]], dtype)


def test_what_a_kind_holds_stays_as_it_is() -> None:
    for dtype in (np.uint8, np.uint16, np.float32):
        picture = np.arange(24).reshape(2, 3, 4).astype(dtype)
        assert fit_depth(picture, KINDS["tiff"].holds, linear=True) is picture
        assert tell_loss(picture.dtype, KINDS["tiff"].holds, True, "tiff") is None


def test_sixteen_bits_become_eight_and_back() -> None:
    picture = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    eight = fit_depth(picture, FILM, linear=False)
    assert eight.dtype == np.uint8 and np.abs(eight * 257.0 - picture).max() <= 128.5
    assert (fit_depth(eight, ("uint16",), linear=False) == eight * np.uint16(257)).all()


def test_linear_light_gets_the_curve_of_the_screen_without_its_alpha() -> None:
    assert fit_depth(pixel(0, 0.2140411, 1), FILM, linear=True).tolist() == [[[0, 127, 255]]]
    assert fit_depth(pixel(-1, 7, np.nan), FILM, linear=True).tolist() == [[[0, 255, 0]]]
    half = fit_depth(pixel(0.5, 0.25, 0, 0.5), DEEP, linear=True)
    assert half[0, 0, 3] == 32768 and half[0, 0, 0] == 65535 and half[0, 0, 1] == round(0.7353570 * 65535)
    assert fit_depth(pixel(1, 1, 1, 0), DEEP, linear=True).tolist() == [[[0, 0, 0, 0]]]
    assert fit_depth(pixel(0.5, 0, 1), FILM, linear=False).tolist() == [[[128, 0, 255]]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("linear", [False, True])
def test_integers_survive_a_way_through_floats(dtype: Any, linear: bool) -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, np.iinfo(dtype).max + 1, (40, 50, 4), dtype)
    picture[..., 3] = np.maximum(picture[..., 3], np.iinfo(dtype).max // 64)
    floats = fit_depth(picture, FLOATS, linear)
    assert floats.dtype == np.float32 and floats.min() >= 0 and floats.max() <= 1
    assert np.abs(fit_depth(floats, (np.dtype(dtype).name,), linear).astype(int) - picture).max() == 0


def test_losses_are_told_in_a_sentence() -> None:
    float32, uint16 = np.dtype(np.float32), np.dtype(np.uint16)
    for dtype, holds, linear, saying in (
        (float32, FILM, True, "8-bit numbers.*sRGB curve"), (float32, DEEP, False, "16-bit.*black to white"),
        (uint16, FILM, False, "8 of the plate's 16"), (uint16, FLOATS, True, "16 bits became floats"),
    ):
        told = tell_loss(dtype, holds, linear, "it")
        assert told is not None and told.endswith(".") and __import__("re").search(saying, told)


def test_pictures_are_put_in_order() -> None:
    assert check_picture(np.ones((2, 3))).dtype == np.float32 and check_picture(np.ones((2, 3))).shape == (2, 3, 1)
    assert check_picture(np.ones((2, 3, 3), bool)).max() == 255
    turned = np.arange(24, dtype=np.uint8).reshape(4, 2, 3).swapaxes(0, 1)
    assert check_picture(turned).flags.c_contiguous and (check_picture(turned) == turned).all()
    for wrong in (np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2, 3), np.int32), np.zeros(3), np.zeros((0, 2, 3)), "x"):
        with pytest.raises(VideoError, match="expected pictures"):
            check_picture(wrong)
