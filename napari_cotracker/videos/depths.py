"""From the type of pixels that pictures have to one that a kind of film or image holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.light import linear_to_srgb, srgb_to_linear


def check_picture(picture: Any) -> NDArray[Any]:
    """A picture as (H, W, C), contiguous, uint8, uint16 or float32, C of 1, 3 or 4.

    Parameters
    ----------
    picture : array (H, W) or (H, W, 1/3/4)
        Boolean, uint8, uint16 or floats; floats become float32.

    Returns
    -------
    array
        Always a copy, for whoever drew it may draw on it again.

    Raises
    ------
    VideoError
        If it is something else.
    """
    is_array = isinstance(picture, np.ndarray)
    if is_array and picture.ndim == 2:
        picture = picture[:, :, None]
    fits = is_array and picture.ndim == 3 and picture.shape[2] in {1, 3, 4}
    if not fits or (picture.dtype.kind not in "bf" and picture.dtype not in (np.uint8, np.uint16)):
        got = f"{picture.dtype} {picture.shape}" if is_array else type(picture).__name__
        raise VideoError(f"expected pictures of shape (H, W, 3) or (H, W, 4), uint8, uint16 or float32, got {got}")
    if 0 in picture.shape:
        raise VideoError(f"expected pictures with pixels, got {picture.shape}")
    if picture.dtype.kind == "b":
        return np.where(picture, np.uint8(255), np.uint8(0))
    return np.array(picture, np.float32 if picture.dtype.kind == "f" else picture.dtype, order="C")


def fit_depth(picture: NDArray[Any], holds: Sequence[str], linear: bool) -> NDArray[Any]:
    """A picture in one of the types a kind holds: its own if possible, else the nearest.

    Parameters
    ----------
    picture : (H, W, C) uint8, uint16 or float32
        As `check_picture` makes it. Integers have the sRGB curve and an alpha of their own.
    holds : sequence of str
        Names of types.
    linear : bool
        Whether floats are linear light times alpha, as OpenEXR files hold, rather than 0 … 1 with
        the curve of the screen.
    """
    if picture.dtype.name in holds:
        return picture
    if picture.dtype.kind == "f":
        return _to_integers(picture, np.dtype(np.uint16 if "uint16" in holds else np.uint8), linear)
    if "float32" in holds:
        return _to_floats(picture, linear)
    if picture.dtype == np.uint16:
        return ((picture.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return picture.astype(np.uint16) * np.uint16(257)


def tell_loss(dtype: np.dtype[Any], holds: Sequence[str], linear: bool, kind: str) -> str | None:
    """What `fit_depth` does to pictures of a type, as a sentence; None if nothing."""
    if dtype.name in holds:
        return None
    if dtype.kind == "f":
        bits = 16 if "uint16" in holds else 8
        how = "linear light got the sRGB curve" if linear else "0 … 1 is black to white"
        return (f"Floats became {bits}-bit numbers, which is what {kind} holds: {how}, and what is below black or "
                "above white is cut; exr keeps floats.")
    if "float32" in holds:
        how = "linear light, the sRGB curve undone" if linear else "0 … 1"
        return f"Numbers of {8 * dtype.itemsize} bits became floats: {how}."
    return f"{kind} holds 8 of the plate's 16 bits; prores4444, ffv1, png and tiff hold more."


def _to_integers(picture: NDArray[Any], dtype: np.dtype[Any], linear: bool) -> NDArray[Any]:
    white = np.iinfo(dtype).max
    values = np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0)
    colours = values[:, :, :3]
    if linear:
        if values.shape[2] == 4:
            alpha = values[:, :, 3:]
            colours = np.divide(colours, alpha, out=np.zeros_like(colours), where=alpha > 0)
        colours = linear_to_srgb(np.clip(colours, 0, 1))
    out = np.empty(picture.shape, dtype)
    out[:, :, :3] = np.rint(np.clip(colours, 0, 1) * white)
    out[:, :, 3:] = np.rint(np.clip(values[:, :, 3:], 0, 1) * white)
    return out


def _to_floats(picture: NDArray[Any], linear: bool) -> NDArray[np.float32]:
    white = int(np.iinfo(picture.dtype).max)
    steps = np.arange(white + 1) / white
    plain = steps.astype(np.float32)
    if not linear:
        return np.asarray(plain[picture])
    out = srgb_to_linear(steps).astype(np.float32)[picture]
    if picture.shape[2] == 4:
        out[:, :, 3] = plain[picture[:, :, 3]]
        out[:, :, :3] *= out[:, :, 3:]
    return np.asarray(out)
