"""Which model of motion tracks call for: the simplest that predicts left-out tracks as well as any."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.warps import PlaneWarp, Warp
from .motion import MODELS, SPLINE
from .motion_planes import KINDS, plane_of
from .motion_sight import Sight
from .motion_splines import Bend, choose_smoothing, frame_of, spline_of

Points = NDArray[np.float64]

FOLDS = 5
AS_GOOD = 1.05  # times the least miss
CLOSE = 0.01  # px more, too
TOO_FAR = 20.0  # px; misses beyond count as that
SAMPLES = 8  # frames


def sampled(weights: Points, reference: int) -> list[int]:
    """Some frames that tracks tell of, spread over a clip."""
    told = [t for t in np.flatnonzero((weights > 0).sum(1) > 1).tolist() if t != reference]
    if not told:
        return []
    return [told[k] for k in np.unique(np.linspace(0, len(told) - 1, SAMPLES).round().astype(int)).tolist()]


def choose_model(xy: Points, sight: Sight, frames: list[int]) -> tuple[str, dict[str, float]]:
    """A model, and the pixels by which each missed tracks that it had not seen.

    Parameters
    ----------
    xy : (T, N, 2)
    sight : Sight
        With outliers taken out.
    frames : list of int
        To judge by.
    """
    smoothing = spline_smoothing(xy, sight, frames)
    misses = {model: [_missed(model, xy, sight, (t, smoothing)) for t in frames] for model in MODELS}
    scores = {model: float(np.sqrt(np.mean(found))) for model, found in misses.items() if found}
    if not scores:
        return KINDS[0], {}
    best = min(scores.values())
    return next(model for model, score in scores.items() if score <= best * AS_GOOD + CLOSE), scores


def spline_smoothing(xy: Points, sight: Sight, frames: list[int]) -> float:
    """The smoothing for what planes leave, as it is in single frames."""
    planes = ((t, use, plane_of("homography", sight.places[use], xy[t, use], sight.weights[t, use]))
              for t in frames for use in [sight.seen(t)])
    bends = [Bend(sight.places[use], xy[t, use] - PlaneWarp(plane.matrix).forward(sight.places[use]),
                  sight.weights[t, use]) for t, use, plane in planes if plane is not None]
    return choose_smoothing(bends, spline_frame(sight))


def spline_frame(sight: Sight) -> Points:
    """(3,) the middle and the extent of all places, for splines."""
    return frame_of(sight.places[np.isfinite(sight.places).all(1)])


def _missed(model: str, xy: Points, sight: Sight, at: tuple[int, float]) -> float:
    """The weighted mean square by which tracks of a frame are missed that were left out, a fifth at a time."""
    t, smoothing = at
    use = sight.seen(t)
    folds = np.random.default_rng(0).permutation(len(use)) % FOLDS
    squares, weights = np.full(len(use), TOO_FAR**2), sight.weights[t, use]
    for fold in range(FOLDS):
        out = folds == fold
        warp = _warp_of(model, Bend(sight.places[use[~out]], xy[t, use[~out]], weights[~out]), smoothing,
                        spline_frame(sight))
        if warp is not None and out.any():
            off = np.square(warp.forward(sight.places[use[out]]) - xy[t, use[out]]).sum(1)
            squares[out] = np.minimum(np.nan_to_num(off, nan=np.inf), TOO_FAR**2)
    return float(np.average(squares, weights=weights))


def _warp_of(model: str, known: Bend, smoothing: float, frame: Points) -> Warp | None:
    plane = plane_of("homography" if model == SPLINE else model, known.places, known.residuals, known.weights)
    if plane is None:
        return None
    flat = PlaneWarp(plane.matrix)
    if model != SPLINE:
        return flat
    rest = known._replace(residuals=known.residuals - flat.forward(known.places))
    return spline_of(plane.matrix, rest, smoothing, frame)
