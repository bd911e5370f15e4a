"""How a plane moved, from points on it, some of which may have slipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

ROUNDS = 8
LEAST_SCALE = 0.05  # px; points this near count as exact
DEGENERATE = 1e-9  # of the eigenvalues: below, points lie on a line


def homography(source: Points, target: Points) -> Points | None:
    """(3, 3) the projective map from `source` to `target` (K, 2) points; None if they do not tell it.

    Least squares, over and over with less weight for points that miss by more than most.
    """
    a, normal_a = _normalized(source)
    b, normal_b = _normalized(target)
    if a is None or b is None:
        return None
    weights = np.ones(len(a))
    matrix = np.eye(3)
    for _ in range(ROUNDS if len(a) > 4 else 1):
        solved = _solved(a, b, weights)
        there = None if solved is None else project(solved, a)
        if solved is None or there is None:
            return None
        matrix = solved
        misses = np.hypot(*(there - b).T) / normal_b[0, 0]
        scale = max(2.5 * 1.4826 * float(np.median(misses)), LEAST_SCALE)
        weights = 1 / (1 + (misses / scale) ** 2) ** 2
    return np.asarray(np.linalg.inv(normal_b) @ matrix @ normal_a)


def project(matrix: Points, points: Points) -> Points | None:
    """(K, 2) points mapped; None if one of them comes from behind."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    depth = mapped[:, 2]
    if not np.isfinite(mapped).all() or not ((depth > 0).all() or (depth < 0).all()):
        return None
    return np.asarray(mapped[:, :2] / depth[:, None])


def _normalized(points: Points) -> tuple[Points | None, Points]:
    """Points around 0 at a mean distance of √2, and the matrix that makes them so."""
    middle = points.mean(0)
    distance = float(np.hypot(*(points - middle).T).mean())
    if not distance > 0:
        return None, np.eye(3)
    factor = np.sqrt(2) / distance
    matrix = np.array([[factor, 0, -factor * middle[0]], [0, factor, -factor * middle[1]], [0, 0, 1]])
    return (points - middle) * factor, matrix


def _solved(a: Points, b: Points, weights: Points) -> Points | None:
    ones, nothing = np.ones(len(a)), np.zeros((len(a), 3))
    homogeneous = np.column_stack([a, ones])
    rows = np.concatenate([np.hstack([homogeneous, nothing, -b[:, :1] * homogeneous]),
                           np.hstack([nothing, homogeneous, -b[:, 1:] * homogeneous])])
    values, vectors = np.linalg.eigh((rows * np.tile(weights, 2)[:, None]).T @ rows)
    if not values[1] > DEGENERATE * values[-1]:
        return None
    return np.asarray(vectors[:, 0].reshape(3, 3))
