"""The path of a plane made steady where its unrest is no more than what tracks cannot tell."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.planes import LEAST, fitted
from ..core.warps import facing, mapped
from .motion_smoothing import smoothed
from .motion_weights import frames_seen

Points = NDArray[np.float64]

# times what tracks cannot tell: up to that smoothing takes away more error than it adds, beyond the camera shakes
NOISE, SHAKE = 1.0, 1.2
EXACT = 1e3  # how much more than others the reference frame counts, where everything is known


class Seen(NamedTuple):
    """Points of a frame.

    Attributes
    ----------
    source, target : (K, 2)
        On the reference picture and on the frame.
    weights : (K,)
    """

    source: Points
    target: Points
    weights: Points


def corners_of(places: Points) -> Points:
    """(4, 2) the corners of the box around places."""
    (left, top), (right, bottom) = places.min(0), places.max(0)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def doubt(kind: str, seen: Seen, corners: Points) -> float:
    """Pixels by which a plane's corners might be off: half of what two halves of the points disagree by.

    NaN where there are too few points for two halves.
    """
    order = np.random.default_rng(0).permutation(len(seen.source))
    halves = []
    for part in (order[::2], order[1::2]):
        matrix = fitted(kind, *(each[part] for each in seen)) if len(part) > LEAST[kind] else None
        if matrix is None:
            return np.nan
        halves.append(mapped(facing(matrix, corners.mean(0)), corners))
    return float(np.sqrt(np.square(halves[0] - halves[1]).mean()) / 2)


def steadied(kind: str, planes: Points, doubts: Points, corners: Points, *, reference: int, half: int
             ) -> Generator[float, None, Points]:
    """(T, 3, 3) planes whose corners go along parabolas where that differs no more than tracks are in doubt.

    Yields the share that is done, once a frame.

    A camera that shakes goes on shaking: there the path differs by more.

    Parameters
    ----------
    kind : str
        What the planes are, of `core.planes.LEAST`.
    planes : (T, 3, 3)
        NaN where not known.
    doubts : (T,)
        Of `doubt`.
    corners : (4, 2)
    reference : int
        Frame at which all is known.
    half : int
        Frames on each side, and twice that where it does no harm either.
    """
    typical = np.nanmedian(doubts) if np.isfinite(doubts).any() else np.nan
    if half < 1 or not np.isfinite(typical):
        return planes
    path = np.stack([mapped(plane, corners) for plane in planes]).reshape(len(planes), 1, 8)
    known = np.asarray(np.isfinite(path).all((1, 2)))
    weights = np.where(known, 1.0, 0.0)
    weights[reference] *= EXACT
    found = path
    for reach in (half, 2 * half):
        smooth = smoothed(path, weights[:, None], reach)
        share = _is_noise(smooth - path, np.where(np.isfinite(doubts), doubts, typical), known, reach)
        found = np.where(known[:, None, None], found + share[:, None, None] * (smooth - found), path)
    changed = planes.copy()
    for t in np.flatnonzero(known & (np.arange(len(planes)) != reference)):
        matrix = fitted(kind, corners, found[t].reshape(4, 2), None, planes[t])
        if matrix is not None:
            changed[t] = facing(matrix, corners.mean(0))
        yield float(t + 1) / len(planes)
    return changed


def _is_noise(off: Points, doubts: Points, known: NDArray[np.bool_], reach: int) -> Points:
    """(T,) 1 where a path is off by no more than is in doubt, in some frames around, 0 where it is off by more."""
    squares = np.where(known, np.square(np.nan_to_num(off)).mean((1, 2)), 0)
    allowed = _around(np.where(known, np.square(doubts), 0), reach)
    ratio = np.sqrt(_around(squares, reach) / np.maximum(allowed, 1e-18))
    share = np.clip((SHAKE - ratio) / (SHAKE - NOISE), 0, 1)
    # no sudden change from one to the other
    calm = frames_seen((share > 0)[:, None])[:, 0] / (reach + 1)
    return np.asarray(share * np.minimum(calm, 1))


def _around(values: Points, reach: int) -> Points:
    """(T,) sums over frames on each side."""
    return np.asarray(np.convolve(values, np.ones(2 * reach + 1))[reach : reach + len(values)])
