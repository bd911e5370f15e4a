"""Where tracks are on the reference picture, those too that are not seen on it, and the plane among them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.warps import mapped
from .motion_planes import plane_of

Points = NDArray[np.float64]

ENOUGH = 8.0  # tracks seen on both frames: with half of that again, no others are asked
WIDE = 0.25  # of the area of the reference picture's tracks that these should be spread over
SEEN = 8  # frames from which the place of a track that came later is the mean


@dataclass(frozen=True)
class Sight:
    """What every frame sees of the reference picture.

    Parameters
    ----------
    reference : int
        0-based frame.
    places : (N, 2)
        Of tracks on the reference picture; NaN where not known.
    direct : (N,) bool
        Whether a track is seen there.
    weights : (T, N)
        What cells count; 0 where the place is not known.
    planes : (T, 3, 3)
        From the reference picture to each frame; NaN where no track tells.
    """

    reference: int
    places: Points
    direct: NDArray[np.bool_]
    weights: Points
    planes: Points

    def seen(self, t: int) -> NDArray[np.intp]:
        """Tracks that tell of a frame."""
        return np.flatnonzero(self.weights[t] > 0)


class _Places:
    """Places on the reference picture, which grow in number from frame to frame."""

    def __init__(self, xy: Points, weights: Points) -> None:
        self.direct = weights > 0
        self.at = np.where(self.direct[:, None], xy, np.nan)
        self._spread = _spread(self.at[self.direct])
        self._sums, self._mass = np.zeros(xy.shape), np.zeros(len(xy))
        self._times = np.zeros(len(xy), int)

    def weigh(self, weights: Points) -> Points:
        """(N,) what cells of a frame count: tracks that came later only where the first ones are few."""
        first = self.direct & (weights > 0)
        spread = min(1.0, _spread(self.at[first]) / max(WIDE * self._spread, 1e-9))
        lack = np.clip(3 - 2 * first.sum() * spread / ENOUGH, 0, 1)
        return np.where(np.isfinite(self.at).all(1), weights * np.where(self.direct, 1, 0.5 * lack), 0)

    def learn(self, matrix: Points, xy: Points, weights: Points) -> None:
        """Where tracks of a frame come from that are not seen on the reference picture."""
        new = ~self.direct & (weights > 0) & (self._times < SEEN)
        back = mapped(np.asarray(np.linalg.inv(matrix), np.float64), xy)
        new &= np.isfinite(back).all(1)
        self._sums[new] += weights[new, None] * back[new]
        self._mass[new] += weights[new]
        self._times[new] += 1
        self.at[new] = self._sums[new] / self._mass[new, None]


def looking(xy: Points, weights: Points, reference: int, kind: str) -> Generator[float, None, Sight]:
    """The planes of all frames, outwards from the reference frame; yields the share that is done.

    Parameters
    ----------
    xy : (T, N, 2)
    weights : (T, N)
    reference : int
    kind : str
        Of `motion_planes.KINDS`.
    """
    places = _Places(xy[reference], weights[reference])
    planes, counts = np.full((len(xy), 3, 3), np.nan), np.zeros(weights.shape)
    planes[reference], counts[reference] = np.eye(3), weights[reference]
    order = sorted(range(len(xy)), key=lambda t: abs(t - reference))
    for done, t in enumerate(order[1:], 1):
        counts[t] = places.weigh(weights[t])
        use = counts[t] > 0
        found = plane_of(kind, places.at[use], xy[t, use], counts[t, use])
        if found is not None:
            planes[t] = found.matrix
            places.learn(found.matrix, xy[t], weights[t])
        yield done / (len(order) - 1)
    return Sight(reference, places.at, places.direct, counts, planes)


def residuals_of(xy: Points, sight: Sight) -> Points:
    """(T, N, 2) pixels that tracks are from where the plane takes them; NaN where that is not known."""
    found = np.full(xy.shape, np.nan)
    for t in np.flatnonzero(np.isfinite(sight.planes).all((1, 2))):
        found[t] = xy[t] - mapped(sight.planes[t], sight.places)
    return found


def _spread(xy: Points) -> float:
    """The area that points are spread over, as of their covariance."""
    return float(np.sqrt(max(np.linalg.det(np.cov(xy.T)), 0))) if len(xy) > 2 else 0.0
