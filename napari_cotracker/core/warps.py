"""Warps: where each place of a reference picture is on a frame, and back, as plain arrays.

Every warp maps (..., 2) pixels, x right, y down, integers are pixel centres. What has no image on the other side
(behind the camera, or where a surface folds over) is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]

STEPS = 20  # of Newton's method; three are the rule
EXACT = 1e-4  # px at which an inverse is found
LEAP = 64.0  # px: the longest step on the way there
CHUNK = 1 << 14  # points at a time, so that their distances to all centres stay small


@runtime_checkable
class Warp(Protocol):
    """Takes places of the reference picture to a frame, and back."""

    def forward(self, xy: ArrayLike) -> Points:
        """(..., 2) where places of the reference picture are on the frame."""
        ...

    def inverse(self, xy: ArrayLike) -> Points:
        """(..., 2) which places of the reference picture are at places of the frame."""
        ...


@dataclass(frozen=True)
class PlaneWarp:
    """A plane that moved.

    Parameters
    ----------
    matrix : (3, 3)
        From homogeneous pixels of the reference picture to those of the frame. Its sign matters: what
        comes out with a third part below 0 is behind the camera.
    """

    matrix: Points = field(default_factory=lambda: np.eye(3))

    def forward(self, xy: ArrayLike) -> Points:
        """(..., 2) where places of the reference picture are on the frame."""
        return mapped(self.matrix, xy)

    def inverse(self, xy: ArrayLike) -> Points:
        """(..., 2) which places of the reference picture are at places of the frame."""
        return mapped(self.back, xy)

    @cached_property
    def back(self) -> Points:
        """(3, 3) from the frame to the reference picture."""
        return np.asarray(np.linalg.inv(self.matrix))


@dataclass(frozen=True)
class SplineWarp:
    """A plane that moved and bent: a homography and thin-plate splines of what is left.

    Parameters
    ----------
    plane : (3, 3)
        From the reference picture to the frame, as of `PlaneWarp`.
    centres : (K, 2)
        Places on the reference picture around which it bends.
    coefficients : (K + 3, 2)
        For x and y: one for every centre, then constant, x and y, all of places as of `frame`.
    frame : (3,)
        Middle x, y and a length, in pixels: splines are of ((x, y) - middle) / length.
    """

    plane: Points
    centres: Points
    coefficients: Points
    frame: Points

    def forward(self, xy: ArrayLike) -> Points:
        """(..., 2) where places of the reference picture are on the frame."""
        points = np.asarray(xy, np.float64)
        flat = points.reshape(-1, 2)
        found = mapped(self.plane, flat)
        for part in _parts(len(flat)):
            found[part] += spline(flat[part], self.centres, self.coefficients, self.frame)
        return found.reshape(points.shape)

    def inverse(self, xy: ArrayLike) -> Points:
        """(..., 2) which places of the reference picture are at places of the frame."""
        points = np.asarray(xy, np.float64)
        flat = points.reshape(-1, 2)
        found = np.full_like(flat, np.nan)
        back = np.asarray(np.linalg.inv(self.plane), np.float64)
        for part in _parts(len(flat)):
            found[part] = _newton(self._with_slopes, flat[part], mapped(back, flat[part]))
        return found.reshape(points.shape)

    def turns(self, xy: ArrayLike) -> Points:
        """(...) how much area grows from the reference picture to the frame; below 0 where it folds over."""
        points = np.asarray(xy, np.float64)
        slopes = self._with_slopes(points.reshape(-1, 2))[1]
        return np.asarray(slopes[:, 0, 0] * slopes[:, 1, 1] - slopes[:, 0, 1] * slopes[:, 1, 0]
                          ).reshape(points.shape[:-1])

    def _with_slopes(self, xy: Points) -> tuple[Points, Points]:
        """(K, 2) places on the frame, (K, 2, 2) their change by x and y of the reference picture (last)."""
        value, slope = spline_slopes(xy, self.centres, self.coefficients, self.frame)
        there = mapped(self.plane, xy)
        depth = xy @ self.plane[2, :2] + self.plane[2, 2]
        plane = (self.plane[:2, :2] - there[:, :, None] * self.plane[2, :2]) / depth[:, None, None]
        return there + value, plane + slope


@dataclass(frozen=True)
class BetweenWarp:
    """A time between two frames, or close to one: a parabola through where places are on up to three frames.

    Parameters
    ----------
    warps : sequence of Warp
        One to three.
    times : sequence of float
        Of each.
    time : float
        Between them.
    """

    warps: Sequence[Warp]
    times: Sequence[float]
    time: float

    def forward(self, xy: ArrayLike) -> Points:
        """(..., 2) where places of the reference picture are on the frame."""
        shares = self._shares()
        return np.asarray(sum(share * warp.forward(xy) for share, warp in zip(shares, self.warps, strict=True)))

    def inverse(self, xy: ArrayLike) -> Points:
        """(..., 2) which places of the reference picture are at places of the frame."""
        nearest = self.warps[int(np.argmin(np.abs(np.asarray(self.times) - self.time)))]
        return _closing_in(self, nearest, xy, 3)

    def _shares(self) -> Points:
        times = np.asarray(self.times, np.float64)
        return np.array([np.prod([(self.time - b) / (a - b) for b in times if b != a]) for a in times])


@dataclass(frozen=True)
class MeanWarp:
    """Warps that say nearly the same, mixed: places are where they are in the mean.

    Parameters
    ----------
    warps : sequence of Warp
    shares : sequence of float
        What each counts; together 1.
    """

    warps: Sequence[Warp]
    shares: Sequence[float]

    def forward(self, xy: ArrayLike) -> Points:
        """(..., 2) where places of the reference picture are on the frame."""
        return np.asarray(sum(share * warp.forward(xy) for share, warp in zip(self.shares, self.warps, strict=True)))

    def inverse(self, xy: ArrayLike) -> Points:
        """(..., 2) which places of the reference picture are at places of the frame."""
        return _closing_in(self, self.warps[int(np.argmax(self.shares))], xy, 6)


def mapped(matrix: Points, xy: ArrayLike) -> Points:
    """(..., 2) places mapped by a (3, 3) matrix; NaN where the third part is not above 0."""
    points = np.asarray(xy, np.float64)
    there = points @ matrix[:2, :2].T + matrix[:2, 2]
    if matrix[2, 0] == matrix[2, 1] == 0:
        return np.asarray(there / matrix[2, 2])
    depth = points @ matrix[2, :2] + matrix[2, 2]
    depth = np.where(depth > 1e-9 * abs(matrix[2, 2]), depth, np.nan)
    return np.asarray(there / depth[..., None])


def facing(matrix: Points, xy: Points) -> Points:
    """The matrix with the sign that takes a place to the front of the camera."""
    return np.asarray(matrix * np.sign(matrix[2, :2] @ xy + matrix[2, 2]))


def kernel(squared: Points) -> Points:
    """The thin-plate spline r² log r of squared distances."""
    return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-300)))


def distances(a: Points, b: Points) -> Points:
    """(K, M) squared distances of (K, 2) to (M, 2) places."""
    return np.asarray((a[:, None, 0] - b[None, :, 0]) ** 2 + (a[:, None, 1] - b[None, :, 1]) ** 2)


def spline(xy: Points, centres: Points, coefficients: Points, frame: Points) -> Points:
    """(M, 2) values of splines at places, all as of `SplineWarp`."""
    u, c = (xy - frame[:2]) / frame[2], (centres - frame[:2]) / frame[2]
    count = len(centres)
    value = kernel(distances(u, c)) @ coefficients[:count]
    return np.asarray(value + coefficients[count] + u @ coefficients[count + 1 :])


def spline_slopes(xy: Points, centres: Points, coefficients: Points, frame: Points) -> tuple[Points, Points]:
    """(M, 2) values of splines, and (M, 2, 2) their change by x and y (last)."""
    u, c = (xy - frame[:2]) / frame[2], (centres - frame[:2]) / frame[2]
    bends, line = coefficients[: len(centres)], coefficients[len(centres) :]
    squared = distances(u, c)
    logs = np.log(np.maximum(squared, 1e-300))
    value = (0.5 * squared * logs) @ bends + line[0] + u @ line[1:]
    # the change of r² log r is (2 log r + 1) (u - c); the sum is taken apart to be products of matrices
    pull = logs + 1
    moments = pull @ np.hstack([bends, bends * c[:, :1], bends * c[:, 1:]])
    along = [moments[:, :2] * u[:, axis, None] - moments[:, 2 + 2 * axis : 4 + 2 * axis] for axis in (0, 1)]
    return value, (np.stack(along, -1) + line[1:].T) / frame[2]


def _closing_in(warp: Warp, near: Warp, xy: ArrayLike, rounds: int) -> Points:
    """The inverse of a warp by that of one that hardly differs in shape, so that a few rounds do."""
    wanted = np.asarray(xy, np.float64)
    found = near.inverse(wanted)
    for _ in range(rounds):
        found = near.inverse(wanted + near.forward(found) - warp.forward(found))
    return found


def _newton(model: Callable[[Points], tuple[Points, Points]], wanted: Points, start: Points) -> Points:
    """Places that a model takes to the wanted ones; NaN where none is found near the start."""
    found = np.full_like(start, np.nan)
    at, open_ = start.copy(), np.flatnonzero(np.isfinite(start).all(1))
    for _ in range(STEPS):
        if not len(open_):
            break
        there, slopes = model(at[open_])
        miss = wanted[open_] - there
        turns = slopes[:, 0, 0] * slopes[:, 1, 1] - slopes[:, 0, 1] * slopes[:, 1, 0]
        turns = np.where(turns > 1e-9, turns, np.nan)
        step = np.stack([slopes[:, 1, 1] * miss[:, 0] - slopes[:, 0, 1] * miss[:, 1],
                         slopes[:, 0, 0] * miss[:, 1] - slopes[:, 1, 0] * miss[:, 0]], -1) / turns[:, None]
        length = np.hypot(*step.T)
        at[open_] += step * np.minimum(1, LEAP / np.maximum(length, 1e-12))[:, None]
        done = length < EXACT
        found[open_[done]] = at[open_[done]]
        open_ = open_[~done & np.isfinite(length)]
    return found


def _parts(count: int) -> list[slice]:
    return [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]
