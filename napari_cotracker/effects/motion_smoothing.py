"""Paths smoothed in time: a parabola around every frame, known cells counting by their weight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

STIFF = 1e-3  # keeps a parabola level where too few frames tell its slope


def smoothed(values: Values, weights: Values, half: int) -> Values:
    """(T, N, C) values smoothed over 2 · `half` + 1 frames; as they were where nothing is known.

    With all frames known this is the filter of Savitzky and Golay (1964) of the second degree.

    Parameters
    ----------
    values : (T, N, C)
        May be NaN where the weight is 0.
    weights : (T, N)
    half : int
        Frames on each side; 0 changes nothing.
    """
    if half < 1 or len(values) < 2:
        return values
    known = weights > 0
    inside = np.where(known[..., None], values, 0)
    moments = np.zeros((*weights.shape, 5))
    pulls = np.zeros((*weights.shape, 3, values.shape[2]))
    for offset in range(-half, half + 1):
        rows, others = _overlap(len(values), offset)
        powers = (offset / half) ** np.arange(5)
        moments[rows] += weights[others][..., None] * powers
        pulls[rows] += (weights[others][..., None] * powers[:3])[..., None] * inside[others][..., None, :]
    normal = moments[..., np.add.outer(np.arange(3), np.arange(3))]
    normal += np.diag([1e-12, STIFF, STIFF])
    fitted = np.linalg.solve(normal, pulls)[..., 0, :]
    return np.where(known[..., None], fitted, values)


def _overlap(length: int, offset: int) -> tuple[slice, slice]:
    """Frames that have another at an offset, and those others."""
    rest = max(length - abs(offset), 0)
    return slice(max(-offset, 0), max(-offset, 0) + rest), slice(max(offset, 0), max(offset, 0) + rest)
