"""How a plane moved, from points on it, some of which may have slipped: translation to homography."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

LEAST = {"translation": 1, "similarity": 2, "affine": 3, "homography": 4}  # points that tell one; simplest first
ROUNDS = 8
LEAST_SCALE = 0.05  # px; points this near count as exact
SPREAD = 2.5 * 1.4826  # medians beyond which a point counts for less than a quarter
DEGENERATE = 1e-9  # of the eigenvalues: below, points lie on a line


def homography(source: Points, target: Points) -> Points | None:
    """(3, 3) the projective map from `source` to `target` (K, 2) points; None if they do not tell it.

    Least squares, over and over with less weight for points that miss by more than most.
    """
    found = robust("homography", source, target)
    return None if found is None else found[0]


def robust(kind: str, source: Points, target: Points, weights: Points | None = None, start: Points | None = None
           ) -> tuple[Points, Points] | None:
    """The map of a kind that most points agree on, and how much each point counts for it.

    Parameters
    ----------
    kind : {"translation", "similarity", "affine", "homography"}
    source, target : (K, 2)
        Pixels.
    weights : (K,), optional
        What points count from the outset, 1 by default.
    start : (3, 3), optional
        A map to begin from, such as one found by trying samples of the points.

    Returns
    -------
    matrix : (3, 3)
        From homogeneous `source` to `target`.
    counted : (K,)
        0 … 1, small for points that miss by more than most; without `weights`.
    None
        If the points do not tell such a map.
    """
    given = np.ones(len(source)) if weights is None else weights
    counted, matrix = np.ones(len(source)), start
    for _ in range(ROUNDS if len(source) > LEAST[kind] else 1):
        if matrix is not None:
            there = project(matrix, source)
            if there is None:
                return None
            counted = _counted(np.hypot(*(there - target).T))
        matrix = fitted(kind, source, target, given * counted, matrix)
        if matrix is None:
            return None
    assert matrix is not None
    return matrix, counted


def fitted(kind: str, source: Points, target: Points, weights: Points | None = None, near: Points | None = None
           ) -> Points | None:
    """(3, 3) the map of a kind from `source` to `target` (K, 2) points by weighted least squares.

    Parameters
    ----------
    kind : {"translation", "similarity", "affine", "homography"}
    source, target : (K, 2)
    weights : (K,), optional
        Of the squares, 1 by default.
    near : (3, 3), optional
        About what it is. With it a homography makes the misses in pixels least; without, those of an
        equation that is not in pixels.

    Returns
    -------
    (3, 3) or None
        None if the points do not tell it: too few, or all at one place or in a line.
    """
    weights = np.ones(len(source)) if weights is None else weights
    if (weights > 0).sum() < LEAST[kind]:
        return None
    if kind == "translation":
        return _shift(np.average(target - source, axis=0, weights=weights))
    a, normal_a = _normalized(source)
    b, normal_b = _normalized(target)
    if a is None or b is None:
        return None
    if kind == "homography" and near is not None:
        depth = np.column_stack([source, np.ones(len(source))]) @ near[2]
        weights = weights * (np.median(np.abs(depth)) / np.maximum(np.abs(depth), 1e-12)) ** 2
    matrix = {"similarity": _similarity, "affine": _affine, "homography": _solved}[kind](a, b, np.sqrt(weights))
    if matrix is None:
        return None
    full = np.linalg.inv(normal_b) @ matrix @ normal_a
    return np.asarray(full / full[2, 2]) if abs(full[2, 2]) > 1e-12 else np.asarray(full)


def project(matrix: Points, points: Points) -> Points | None:
    """(K, 2) points mapped; None if one of them comes from behind."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    depth = mapped[:, 2]
    if not np.isfinite(mapped).all() or not ((depth > 0).all() or (depth < 0).all()):
        return None
    return np.asarray(mapped[:, :2] / depth[:, None])


def _counted(misses: Points) -> Points:
    scale = max(SPREAD * float(np.median(misses)), LEAST_SCALE)
    return np.asarray(1 / (1 + (misses / scale) ** 2) ** 2)


def _shift(xy: Points) -> Points:
    return np.array([[1, 0, xy[0]], [0, 1, xy[1]], [0, 0, 1]])


def _normalized(points: Points) -> tuple[Points | None, Points]:
    """Points around 0 at a mean distance of √2, and the matrix that makes them so."""
    middle = points.mean(0)
    distance = float(np.hypot(*(points - middle).T).mean())
    if not distance > 0:
        return None, np.eye(3)
    factor = np.sqrt(2) / distance
    matrix = np.array([[factor, 0, -factor * middle[0]], [0, factor, -factor * middle[1]], [0, 0, 1]])
    return (points - middle) * factor, matrix


def _similarity(a: Points, b: Points, roots: Points) -> Points | None:
    """Turn and scale as one complex factor."""
    share = roots**2 / (roots**2).sum()
    p, q = a @ np.array([1, 1j]), b @ np.array([1, 1j])
    origin, target = (share * p).sum(), (share * q).sum()
    length = (share * abs(p - origin) ** 2).sum()
    if not length > DEGENERATE:
        return None
    turn = (share * (p - origin).conj() * (q - target)).sum() / length
    rest = target - turn * origin
    return np.array([[turn.real, -turn.imag, rest.real], [turn.imag, turn.real, rest.imag], [0, 0, 1]])


def _affine(a: Points, b: Points, roots: Points) -> Points | None:
    rows = np.column_stack([a, np.ones(len(a))]) * roots[:, None]
    normal = rows.T @ rows
    if not np.linalg.eigvalsh(normal)[0] > DEGENERATE * len(a):
        return None
    return np.vstack([np.linalg.solve(normal, rows.T @ (b * roots[:, None])).T, [0, 0, 1]])


def _solved(a: Points, b: Points, roots: Points) -> Points | None:
    ones, nothing = np.ones(len(a)), np.zeros((len(a), 3))
    homogeneous = np.column_stack([a, ones])
    rows = np.concatenate([np.hstack([homogeneous, nothing, -b[:, :1] * homogeneous]),
                           np.hstack([nothing, homogeneous, -b[:, 1:] * homogeneous])])
    values, vectors = np.linalg.eigh((rows * np.tile(roots**2, 2)[:, None]).T @ rows)
    if not values[1] > DEGENERATE * values[-1]:
        return None
    return np.asarray(vectors[:, 0].reshape(3, 3))
