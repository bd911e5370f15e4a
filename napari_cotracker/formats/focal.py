"""How long the lens is, told from tracks of a rigid scene alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .epipolar import far_pairs, fit_pairs

PAIRS = 60
RATIOS = np.geomspace(0.3, 5, 113)  # of the focal length to the longer side of the picture
CLEAR = 3.0  # times worse must be the shortest and the longest lens than the best
GUESS = 1.2  # what COLMAP assumes


def guessed(size: tuple[int, int]) -> float:
    """A focal length in pixels for a picture of which nothing is known."""
    return GUESS * max(size)


def from_view(size: tuple[int, int], degrees: float) -> float:
    """The focal length in pixels of a horizontal field of view."""
    return float(size[0] / 2 / np.tan(np.radians(degrees) / 2))


def from_tracks(xy: NDArray[np.float64], seen: NDArray[np.bool_], size: tuple[int, int]) -> float | None:
    """The focal length in pixels with which the pairs of frames agree best; None if they do not tell.

    With the right one, the two larger singular values of each essential matrix are alike.

    Parameters
    ----------
    xy : (T, N, 2)
        Corner-based pixels of tracks of a rigid scene.
    seen : (T, N) bool
    size : (width, height)
        The principal point is taken to be in the middle.
    """
    pairs = far_pairs(seen, PAIRS)
    if not len(pairs):
        return None
    centre, side = np.divide(size, 2), max(size)
    lenses = np.zeros((len(RATIOS), 3, 3))
    lenses[:, 0, 0] = lenses[:, 1, 1] = RATIOS
    lenses[:, 2, 2] = 1
    costs = []
    for matrix, _ in fit_pairs((xy - centre) / side, seen, pairs):
        values = np.linalg.svd(lenses @ matrix @ lenses, compute_uv=False)
        costs.append((values[:, 0] - values[:, 1]) / np.maximum(values[:, 0] + values[:, 1], 1e-300))
    cost = np.median(costs, 0)
    best = int(cost.argmin())
    is_clear = min(cost[0], cost[-1]) > CLEAR * cost[best]
    return float(RATIOS[best] * side) if is_clear else None
