"""From any depth to the 8-bit RGB that trackers and screens use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.light import linear_to_srgb

SAMPLES = 1 << 16
"""Pixels of one frame that an estimate of the contrast limits looks at."""

FAINT = 16
"""Integers of which nothing reaches this part of their range have it left over: 12 bits in 16."""

FLOATS_BELOW = -0.25
"""Light does not go so far below 0, even where a lens was sharpened."""


@dataclass(frozen=True)
class Levels:
    """How values become 0 … 255.

    Parameters
    ----------
    limits : (float, float) or None
        Values shown black and white. None: the whole range of an integer type, 0 … 1 of floats.
    linear : bool
        Floats are scene-linear light and get the sRGB curve (IEC 61966-2-1).
    """

    limits: tuple[float, float] | None = None
    linear: bool = False

    def to_rgb(self, picture: NDArray[Any]) -> NDArray[np.uint8]:
        """(H, W) or (H, W, 1/2/3/4) of any real type to (H, W, 3) uint8; alpha is dropped, NaN is black."""
        colours = picture[:, :, None] if picture.ndim == 2 else picture[:, :, : 3 if picture.shape[2] > 2 else 1]
        eight = self._to_eight(colours)
        return np.ascontiguousarray(np.broadcast_to(eight, (*eight.shape[:2], 3)))

    def _to_eight(self, values: Any) -> Any:
        if values.dtype == bool:
            return values.astype(np.uint8) * np.uint8(255)
        if self.limits is None and values.dtype == np.uint8:
            return values
        if self.limits is None and values.dtype == np.uint16:
            return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
        low, high = self.limits or _range_of(values.dtype)
        scaled = (values.astype(np.float64 if values.dtype.itemsize > 4 else np.float32) - low) / (high - low)
        scaled = np.clip(np.nan_to_num(scaled, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
        return np.rint((linear_to_srgb(scaled) if self.linear else scaled) * 255).astype(np.uint8)


def _range_of(dtype: np.dtype[Any]) -> tuple[float, float]:
    if np.issubdtype(dtype, np.integer):
        info = np.iinfo(dtype)
        return float(info.min), float(info.max)
    return 0.0, 1.0


def estimate_limits(pictures: Iterable[NDArray[Any]]) -> tuple[float, float] | None:
    """Contrast limits from a few pictures: the 0.1 and 99.9 percent quantiles of their finite values.

    Returns
    -------
    (float, float) or None
        None if no value is finite. Black and white always differ.
    """
    samples = [_sample(picture) for picture in pictures]
    values = np.concatenate([sample[np.isfinite(sample)] for sample in samples]) if samples else np.zeros(0)
    if not values.size:
        return None
    low, high = (float(v) for v in np.quantile(values, [0.001, 0.999]))
    if low == high:
        low, high = float(values.min()), float(values.max())
    return low, high if high > low else low + max(1.0, abs(low) * 1e-6)


def fill_range(pictures: Sequence[NDArray[Any]], limits: tuple[float, float]) -> bool:
    """Whether values go over the whole range of their type, so that their limits are better not used.

    They do not where few bits lie in many, as cameras store 12 in 16, nor where most floats are above 1 or many below
    0, as in pictures of 0 … 255 or -1 … 1. Highlights above 1 are no reason, and neither is a picture all black.

    Parameters
    ----------
    pictures : sequence of arrays
        Of unsigned integers or floats.
    limits : (float, float)
        What `estimate_limits` says of them.
    """
    dtype = pictures[0].dtype
    if dtype.kind == "f":
        middle = float(np.nanmedian(np.concatenate([_sample(picture) for picture in pictures])))
        return limits[0] >= FLOATS_BELOW and middle <= 1
    is_plain = all(picture.min() == picture.max() for picture in pictures)
    return dtype.itemsize == 1 or is_plain or limits[1] > np.iinfo(dtype).max / FAINT


def _sample(picture: NDArray[Any]) -> NDArray[np.float64]:
    flat = np.asarray(picture).reshape(-1)
    return flat[:: max(1, flat.size // SAMPLES)].astype(np.float64)
