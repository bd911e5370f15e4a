"""Boxes about the points of individuals, for formats that train networks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def boxes_about(xy: NDArray[np.float64], there: NDArray[np.bool_], margin: float, size: tuple[int, int] | None
                ) -> NDArray[np.float64]:
    """(..., 4) boxes about the pixels of points: left, top, width, height, from the picture's corner.

    Parameters
    ----------
    xy : (..., K, 2)
        Points in our pixels.
    there : (..., K) bool
        Which of them count; at least one of each K.
    margin : float
        Pixels on every side.
    size : (width, height) or None
        The box is cut off at the picture's edges, unless all its points lie beyond.
    """
    kept = there[..., None]
    low = np.where(kept, xy, np.inf).min(-2) - margin
    high = np.where(kept, xy, -np.inf).max(-2) + 1 + margin
    if size is not None:
        low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    return np.concatenate([low, high - low], -1)
