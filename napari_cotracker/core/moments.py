"""Runs of frames, how fast a track moves, and values that are drawn pixel by pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tracks import Floats

Places = NDArray[np.int64]


def spans(mask: ArrayLike) -> list[tuple[int, int]]:
    """First and last place of every run of true values in a row of them."""
    padded = np.pad(np.asarray(mask, bool), 1).astype(np.int8)
    change = np.diff(padded)
    return list(zip(np.flatnonzero(change == 1).tolist(), (np.flatnonzero(change == -1) - 1).tolist(), strict=True))


def widened(mask: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """(T, n) cells at most so many frames from those that are marked."""
    out = mask.copy()
    for apart in range(1, min(frames, len(mask) - 1) + 1):
        out[apart:] |= mask[:-apart]
        out[:-apart] |= mask[apart:]
    return out


def speed(xy: Floats) -> Floats:
    """(T,) pixels from the frame before, of one track (T, 2); NaN at the start and where it is not tracked."""
    steps = np.full(len(xy), np.nan, np.float32)
    steps[1:] = np.hypot(*np.diff(xy, axis=0).T)
    return steps


def envelope(values: Floats, edges: Places) -> Floats:
    """(pixels, 2) lowest and highest of the values behind each pixel, NaN where there is none.

    Parameters
    ----------
    values : (T,) float32
    edges : (pixels + 1,) int64
        Of `heat.pixel_edges`.
    """
    part = values[: edges[-1]]
    known = np.isfinite(part)
    low = np.minimum.reduceat(np.where(known, part, np.inf), edges[:-1])
    high = np.maximum.reduceat(np.where(known, part, -np.inf), edges[:-1])
    bounds = np.stack([low, high], 1)
    return np.where(np.isfinite(bounds), bounds, np.nan).astype(np.float32)
