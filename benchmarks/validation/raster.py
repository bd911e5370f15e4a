"""Triangles to pixels, in homogeneous coordinates: nothing needs to be clipped, and every value is exact.

A triangle is given by its corners (x·w, y·w, w): pixel coordinates times depth. With the inverse of that
matrix, a point (x, y) of the picture has weights (x, y, 1) @ inverse: none is negative inside the
triangle and in front of the camera, their sum is 1/w, and divided by it they are barycentric.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Triangles(NamedTuple):
    """What the rasteriser knows about F triangles.

    Parameters
    ----------
    corners : (F, 3, 3) float64
        Rows (x·w, y·w, w).
    inverse : (F, 3, 3) float64
    determinant : (F,) float64
        Negative where corners go round counterclockwise as seen from outside, so the front is seen.
    """

    corners: Floats
    inverse: Floats
    determinant: Floats

    def select(self, rows: NDArray[np.bool_]) -> Triangles:
        return Triangles(self.corners[rows], self.inverse[rows], self.determinant[rows])


class Pixels(NamedTuple):
    """Which face each covered pixel shows: (P,) face, x, y and 1/depth."""

    face: Ints
    x: Ints
    y: Ints
    nearness: Floats


def triangles(corners: Floats) -> Triangles:
    """Prepare (F, 3, 3) corners."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    columns = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], -1)
    determinant = (a * columns[:, :, 0]).sum(-1)
    safe = np.where(np.abs(determinant) < 1e-12, np.inf, determinant)
    return Triangles(corners, columns / safe[:, None, None], determinant)


def cover(shapes: Triangles, size: tuple[int, int]) -> Pixels:
    """Every pixel centre inside every triangle, on a picture of `size` (width, height)."""
    face, row = _rows(shapes, size[1])
    inverse = shapes.inverse[face]
    slope, level = inverse[:, 0], row[:, None] * inverse[:, 1] + inverse[:, 2]
    start, stop = _reach(slope, level, size[0])
    length = np.maximum(stop - start, 0)
    span = np.repeat(np.arange(len(face)), length)
    x = np.arange(len(span)) - np.repeat(np.cumsum(length) - length, length) + start[span]
    nearness = x * slope.sum(1)[span] + level.sum(1)[span]
    return Pixels(face[span], x, row[span], nearness)


def _rows(shapes: Triangles, height: int) -> tuple[Ints, Ints]:
    """The (face, row) pairs to look at: all rows for the few triangles that reach behind the camera."""
    depth = shapes.corners[:, :, 2]
    ahead = (depth > 1e-6).all(1)
    y = shapes.corners[:, :, 1] / np.where(ahead[:, None], depth, 1.0)
    low = np.where(ahead, np.ceil(y.min(1)), 0).clip(0, height).astype(np.int64)
    high = np.where(ahead, np.floor(y.max(1)) + 1, height).clip(0, height).astype(np.int64)
    usable = (depth > 1e-6).any(1) & (np.abs(shapes.determinant) > 1e-12)
    count = np.where(usable, np.maximum(high - low, 0), 0)
    face = np.repeat(np.arange(len(low)), count)
    row = np.arange(len(face)) - np.repeat(np.cumsum(count) - count, count) + low[face]
    return face, row


def _reach(slope: Floats, level: Floats, width: int) -> tuple[Ints, Ints]:
    """Where on a row slope·x + level >= 0 for all three weights: columns start … stop - 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        root = -level / slope
    left = np.where(slope > 0, root, np.where((slope == 0) & (level < 0), np.inf, -np.inf)).max(1)
    right = np.where(slope < 0, root, np.inf).min(1)
    start = np.ceil(left.clip(0, width)).astype(np.int64)
    return start, np.floor(right.clip(-1, width - 1)).astype(np.int64) + 1


def nearest(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Of all candidates the one nearest to the camera in every pixel."""
    place = pixels.y * size[0] + pixels.x
    best = np.zeros(size[0] * size[1])
    np.maximum.at(best, place, pixels.nearness)
    winner = np.full(len(best), -1, np.int64)
    rows = np.flatnonzero(pixels.nearness == best[place])
    winner[place[rows]] = rows  # of equals the last
    kept = winner[winner >= 0]
    return Pixels(*(values[kept] for values in pixels))


def blend(shapes: Triangles, pixels: Pixels, values: Floats) -> Floats:
    """(P, K) what values (F, 3, K) at the corners come to at each pixel, in perspective."""
    planes = shapes.inverse @ values  # value/w is linear in the picture
    x, y = pixels.x[:, None], pixels.y[:, None]
    face = pixels.face
    raw = x * planes[:, 0][face] + y * planes[:, 1][face] + planes[:, 2][face]
    return np.asarray(raw / pixels.nearness[:, None])


def enlargement(shapes: Triangles, pixels: Pixels) -> Floats:
    """(P,) the area of one pixel on its triangle, of which twice the area counts as 1."""
    return np.asarray(1 / (np.abs(shapes.determinant)[pixels.face] * pixels.nearness**3))


def covered(shapes: Triangles, xy: Floats, nearness: Floats, tolerance: float = 1e-3) -> NDArray[np.bool_]:
    """(N,) whether some triangle lies in front of points of the picture, by an analytic test at their very place.

    Parameters
    ----------
    xy : (N, 2) float64
        Pixels.
    nearness : (N,) float64
        1/depth of the points themselves.
    tolerance : float
        How much nearer, relative to the depth, a triangle has to be.
    """
    homogeneous = np.concatenate([xy, np.ones((len(xy), 1))], 1)
    raw = np.tensordot(homogeneous, shapes.inverse, (1, 1))  # (N, F, 3)
    inside = (raw >= 0).all(-1)
    return np.asarray((inside & (raw.sum(-1) > (1 + tolerance) * nearness[:, None])).any(1))
