"""How a surface bent beyond a plane: smoothing thin-plate splines, by Wahba's (1990) leave-one-out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.warps import SplineWarp, distances, kernel

Points = NDArray[np.float64]

GRID = 10.0 ** np.arange(-5, 3.01, 0.5)  # smoothings to choose from; what is best for a clip is somewhere inside
MOST = 300  # centres; more points are gathered on a coarse grid
LEAST = 6  # points that tell how a surface bends
LATTICE = 24  # places across at which is looked for folds


class Bend(NamedTuple):
    """What is left of the motion of points once their plane is taken off.

    Attributes
    ----------
    places : (K, 2)
        On the reference picture.
    residuals : (K, 2)
        Pixels of the frame.
    weights : (K,)
        Above 0.
    """

    places: Points
    residuals: Points
    weights: Points


def spline_of(plane: Points, bend: Bend, smoothing: float, frame: Points) -> SplineWarp | None:
    """A surface's motion; stiffer than asked for where it would fold over.

    Parameters
    ----------
    plane : (3, 3)
        What the residuals are from.
    bend : Bend
    smoothing : float
        Of `choose_smoothing`.
    frame : (3,)
        Of `frame_of`, the same for all frames.

    Returns
    -------
    SplineWarp or None
        None where there are too few points, or they fold over however stiff it is.
    """
    bend = gathered(bend)
    if len(bend.places) < LEAST:
        return None
    while smoothing <= GRID[-1] * 10:
        warp = SplineWarp(plane, bend.places, _solved(bend, smoothing, frame), frame)
        if not _folds(warp):
            return warp
        smoothing *= 10
    return None


def frame_of(places: Points) -> Points:
    """(3,) the middle of places and their mean distance from it."""
    middle = places.mean(0)
    return np.array([*middle, max(float(np.hypot(*(places - middle).T).mean()), 1.0)])


def choose_smoothing(bends: Iterable[Bend], frame: Points) -> float:
    """The smoothing by which points are predicted best that were left out, over some frames of a clip."""
    misses = [left_out(bend, frame) for bend in map(gathered, bends) if len(bend.places) >= LEAST]
    if not misses:
        return float(GRID[-1])
    return float(GRID[int(np.argmin(np.sum(misses, axis=0)))])


def left_out(bend: Bend, frame: Points) -> Points:
    """(len(GRID),) the sum of squared misses of points left out in turn, for every smoothing."""
    roots = np.sqrt(_even(bend.weights))
    basis, bends = _bending(bend, frame, roots)
    strengths, turned = np.linalg.eigh(bends)
    values = turned.T @ (basis.T @ (bend.residuals * roots[:, None]))
    spread = basis @ turned
    found = []
    for smoothing in GRID:
        gain = smoothing / (np.maximum(strengths, 0) + smoothing)
        rest = spread @ (gain[:, None] * values)
        freedom = np.maximum((spread**2) @ gain, 1e-9)
        found.append(float(np.square(rest / freedom[:, None]).sum()))
    return np.array(found)


def gathered(bend: Bend) -> Bend:
    """At most `MOST` points: those in the same mesh of a coarse grid become one."""
    if len(bend.places) <= MOST:
        return bend
    lower, upper = bend.places.min(0), bend.places.max(0)
    across = np.sqrt(MOST * np.maximum(upper - lower, 1e-9) / np.maximum((upper - lower)[::-1], 1e-9))
    counts = np.clip(np.floor(across), 1, MOST).astype(int)
    counts[counts.argmax()] = min(counts.max(), MOST // counts.min())
    cells = np.minimum((bend.places - lower) / np.maximum(upper - lower, 1e-9) * counts, counts - 1).astype(int)
    _, which = np.unique(cells @ (counts[1], 1), return_inverse=True)
    weights = np.asarray(np.bincount(which, bend.weights), np.float64)
    means = [np.bincount(which, bend.weights * column) / weights
             for column in np.hstack([bend.places, bend.residuals]).T]
    return Bend(np.stack(means[:2], 1), np.stack(means[2:], 1), weights)


def _even(weights: Points) -> Points:
    return np.asarray(weights / weights.mean())


def _bending(bend: Bend, frame: Points, roots: Points) -> tuple[Points, Points]:
    """(K, K-3) what is left of weighted values without planes, and the kernel within."""
    u = (bend.places - frame[:2]) / frame[2]
    planes = np.column_stack([np.ones(len(u)), u]) * roots[:, None]
    basis = np.linalg.qr(planes, mode="complete")[0][:, 3:]
    return basis, basis.T @ (roots[:, None] * kernel(distances(u, u)) * roots) @ basis


def _solved(bend: Bend, smoothing: float, frame: Points) -> Points:
    u = (bend.places - frame[:2]) / frame[2]
    count = len(u)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = kernel(distances(u, u)) + np.diag(smoothing / _even(bend.weights))
    system[:count, count:] = np.column_stack([np.ones(count), u])
    system[count:, :count] = system[:count, count:].T
    values = np.vstack([bend.residuals, np.zeros((3, 2))])
    # points that lie in a line leave the system singular, which least squares do not mind
    return np.asarray(np.linalg.lstsq(system, values, rcond=1e-13)[0])


def _folds(warp: SplineWarp) -> bool:
    """Whether the surface folds over anywhere between its centres."""
    lower, upper = warp.centres.min(0), warp.centres.max(0)
    lattice = np.stack(np.meshgrid(*np.linspace(lower, upper, LATTICE).T), -1).reshape(-1, 2)
    turns = warp.turns(lattice)
    return not bool((turns > 0).all())
