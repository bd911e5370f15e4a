"""Tracks that do not move as those around them do: they slipped, or lie on something else."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from .motion_smoothing import smoothed

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

COMPANIONS = 12
ENOUGH = 4  # companions seen in a frame; fewer say nothing
FAR = 3.0  # times the median
LEAST = 0.35  # px; nothing nearer is far
BEFORE = 3  # frames around: who drifts has begun earlier
ROUNDS = 4
SLOPES = 0.05  # of the squared distance of companions: how stiff their plane is
CELLS = 4096  # at a time: some ten milliseconds


def companions(places: Values) -> NDArray[np.int64]:
    """(N, K) the nearest others of every place, -1 where there are no more; none for what is not finite."""
    from scipy.spatial import cKDTree

    rows = np.full((len(places), COMPANIONS), -1, np.int64)
    known = np.flatnonzero(np.isfinite(places).all(1))
    count = min(COMPANIONS, len(known) - 1)
    if count > 0:
        found = cKDTree(places[known]).query(places[known], count + 1)[1]
        rows[known, :count] = known[found[:, 1:]]
    return rows


def kept(residuals: Values, weights: Values, places: Values, half: int = 3) -> Generator[float, None, Mask]:
    """(T, N) which cells move as their companions do; yields the share that is done, some frames at a time.

    A cell is judged by itself, and by the mean over some frames, in which noise is less and drifting shows early.

    Parameters
    ----------
    residuals : (T, N, 2)
        Pixels that tracks are from where a plane takes them.
    weights : (T, N)
    places : (N, 2)
        On the reference picture.
    half : int
        Frames on each side of the mean.
    """
    rows, length = companions(places), len(weights)
    sudden, drifting = np.zeros(weights.shape, bool), np.zeros(weights.shape, bool)
    for part in _parts(weights):
        sudden[part] = _far(misses(residuals[part], weights[part], places, rows))
        yield part.stop / length / 2
    calm = np.where(sudden, 0, weights)
    for part in _parts(weights):
        first = max(part.start - half, 0)  # a mean at the edge of a part is of frames beyond it, too
        around = slice(first, min(part.stop + half, length))
        means = smoothed(residuals[around], calm[around], half)[part.start - first : part.stop - first]
        drifting[part] = _far(misses(means, calm[part], places, rows))
        yield 0.5 + part.stop / length / 2
    wide = drifting.copy()
    for offset in range(1, BEFORE + 1):
        wide[offset:] |= drifting[:-offset]
        wide[:-offset] |= drifting[offset:]
    return ~(sudden | wide)


def _parts(weights: Values) -> list[slice]:
    """Frames of some cells together."""
    step, length = max(CELLS // max(weights.shape[1], 1), 1), len(weights)
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def misses(residuals: Values, weights: Values, places: Values, rows: NDArray[np.int64]) -> Values:
    """(T, N) pixels that tracks are from the plane through their companions' residuals; NaN where that is unknown."""
    arms = np.where((rows >= 0)[..., None], (places[rows] - places[:, None]), 0)
    length = np.sqrt(np.square(arms).sum(-1).mean(-1)) + 1e-9
    slopes = np.nan_to_num(arms) / np.nan_to_num(length, nan=1)[:, None, None]
    return _misses(residuals, weights, np.concatenate([np.ones((*rows.shape, 1)), slopes], -1), rows)


def _misses(residuals: Values, weights: Values, design: Values, rows: NDArray[np.int64]) -> Values:
    known = (weights > 0) & np.isfinite(residuals).all(-1)
    others = np.where(known[..., None], residuals, 0)[:, rows]
    share = np.where(rows >= 0, np.where(known, weights, 0)[:, rows], 0)
    centre = _median(others, share > 0)
    off = np.sqrt(np.square(others - centre[:, :, None]).sum(-1))
    fit = centre
    for _ in range(ROUNDS):
        scale = 2 * _median(off[..., None], share > 0) + 0.1
        counted = share / (1 + np.square(off / scale)) ** 2
        normal = np.einsum("tnk,nka,nkb->tnab", counted, design, design, optimize=True)
        normal += np.diag([1e-9, SLOPES, SLOPES]) * (counted.sum(-1)[..., None, None] + 1e-9)
        plane = np.linalg.solve(normal, np.einsum("tnk,nka,tnkc->tnac", counted, design, others, optimize=True))
        fit = plane[..., 0, :]
        off = np.sqrt(np.square(others - np.einsum("nka,tnac->tnkc", design, plane, optimize=True)).sum(-1))
    found = np.sqrt(np.square(np.where(known[..., None], residuals, np.nan) - fit).sum(-1))
    return np.where((share > 0).sum(-1) >= ENOUGH, found, np.nan)


def _far(off: Values) -> Mask:
    typical = _median(np.nan_to_num(off)[..., None], np.isfinite(off)).reshape(-1)
    return np.nan_to_num(off) > np.maximum(FAR * typical, LEAST)[:, None]


def _median(values: Values, known: Mask) -> Values:
    """Over the last axis but one of (..., K, C), of known ones only; 0 where none is."""
    ordered = np.sort(np.where(known[..., None], values, np.inf), axis=-2)
    count = known.sum(-1)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, max(values.shape[-2] - 1, 0))
    middle = [np.take_along_axis(ordered, place[..., None, None], -2)[..., 0, :] for place in (low, high)]
    return np.where(count[..., None] > 0, np.where(count[..., None] > 0, middle, 0).sum(0) / 2, 0)
