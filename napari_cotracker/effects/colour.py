"""Pixel values to linear light and back: 8 and 16 bit by the curve of sRGB (IEC 61966-2-1), floats as they are."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.light import linear_to_srgb, srgb_to_linear

Linear = NDArray[np.float32]
Picture = NDArray[Any]

FINE = 1 << 16  # levels of light that are told apart where pixels have 8 bit


def to_linear(picture: Picture) -> Linear:
    """(...) float32 light, 1 for white.

    Parameters
    ----------
    picture : (...) uint8, uint16 or float
        Floats are light already, as EXR files have it.

    Raises
    ------
    EditError
        If pixels are of another kind.
    """
    if np.issubdtype(picture.dtype, np.floating):
        return picture.astype(np.float32, copy=False)
    curve = _curve(_most(picture.dtype))
    if picture.dtype == np.uint8 and picture.ndim == 3:
        import cv2

        return np.asarray(cv2.LUT(picture, curve)).reshape(picture.shape)  # in a third of NumPy's time
    return np.asarray(curve[picture])


def from_linear(light: Linear, dtype: Any) -> Picture:
    """Light as pixels of a kind, rounded; integers hold 0 … 1."""
    dtype = np.dtype(dtype)
    if np.issubdtype(dtype, np.floating):
        return light.astype(dtype, copy=False)
    most = _most(dtype)
    if most == np.iinfo(np.uint8).max:
        place = np.sqrt(np.clip(light, 0, 1))
        place *= FINE - 1
        place += 0.5
        return np.asarray(_levels()[place.astype(np.uint16)])
    return np.asarray(np.rint(linear_to_srgb(np.clip(light, 0, 1)) * most).astype(dtype))


def to_share(picture: Picture) -> Linear:
    """(...) float32 0 … 1 of pixels that are no light, such as alpha."""
    if np.issubdtype(picture.dtype, np.floating):
        return picture.astype(np.float32, copy=False)
    return np.asarray(picture.astype(np.float32) / _most(picture.dtype))


def is_premultiplied(dtype: Any) -> bool:
    """Whether colours are multiplied by alpha, where there is one: those of floats are, as in EXR files."""
    return bool(np.issubdtype(dtype, np.floating))


def straight(picture: Picture) -> Picture:
    """(H, W, C) a picture whose colours are not multiplied by alpha: those of floats are divided by it."""
    if picture.shape[2] != 4 or not is_premultiplied(picture.dtype):
        return picture
    alpha = picture[..., 3:]
    with np.errstate(invalid="ignore"):  # single pixels may be infinite
        light = np.divide(picture[..., :3], alpha, out=np.zeros_like(picture[..., :3]), where=alpha > 0)
    return np.concatenate([light, alpha], 2)


def _most(dtype: Any) -> int:
    if dtype not in (np.uint8, np.uint16):
        raise EditError(f"expected pixels of uint8, uint16 or float, got {dtype}; convert the picture first")
    return int(np.iinfo(dtype).max)


@cache
def _curve(most: int) -> Linear:
    return srgb_to_linear(np.arange(most + 1) / most).astype(np.float32)


@cache
def _levels() -> NDArray[np.uint8]:
    """8 bit for square roots of light, which are spread much as these."""
    return np.asarray(np.rint(linear_to_srgb((np.arange(FINE) / (FINE - 1)) ** 2) * 255), np.uint8)
