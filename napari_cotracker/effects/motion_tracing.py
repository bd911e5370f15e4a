"""Where tracks that came later are on the reference picture of a surface that bends."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.warps import PlaneWarp, Warp
from .motion_sight import SEEN, Sight
from .motion_splines import Bend, spline_of

Points = NDArray[np.float64]

MANY, FEW = 0.6, 0.3  # of the tracks of the reference frame: with fewer, bending calls for others, at last for all


def with_later(weights: Points, sight: Sight) -> Sight:
    """The same sight, in which tracks that came later count where many of the first ones are gone.

    A plane needs a few tracks only, bending as many as there are. The same object if nothing changes.

    Parameters
    ----------
    weights : (T, N)
        Of all cells that are visible.
    sight : Sight
    """
    left = (sight.weights[:, sight.direct] > 0).sum(1) / max(sight.direct.sum(), 1)
    lack = np.clip((MANY - left) / (MANY - FEW), 0, 1)
    later = np.where(sight.direct | ~np.isfinite(sight.places).all(1), 0, 0.5 * lack[:, None] * weights)
    if not later.any():
        return sight
    return replace(sight, weights=np.maximum(sight.weights, later))


def traced(xy: Points, weights: Points, sight: Sight, spline: tuple[float, Points]) -> Generator[float, None, Sight]:
    """The same sight with places as bending frames tell them, frame by frame outwards from the reference frame.

    Planes, by which they were found at first, are off by as much as the surface bends.

    Parameters
    ----------
    xy : (T, N, 2)
    weights : (T, N)
        Of all cells that are visible and did not slip, asked for or not.
    sight : Sight
    spline : (float, (3,))
        Smoothing and frame, as of `motion_splines.spline_of`.
    """
    places = np.where(sight.direct[:, None], sight.places, np.nan)
    sums, mass, times = np.zeros(places.shape), np.zeros(len(places)), np.zeros(len(places), int)
    order = sorted(np.flatnonzero(np.isfinite(sight.planes).all((1, 2))).tolist(),
                   key=lambda t: abs(t - sight.reference))
    for done, t in enumerate(order, 1):
        new = ~sight.direct & (weights[t] > 0) & (times < SEEN)
        if new.any():
            use = (sight.weights[t] > 0) & np.isfinite(places).all(1)
            plane = PlaneWarp(sight.planes[t])
            bend = Bend(places[use], xy[t, use] - plane.forward(places[use]), sight.weights[t, use])
            bent = spline_of(sight.planes[t], bend, *spline)
            warp: Warp = bent or plane
            new &= (times == 0) | (bent is not None)  # a plane is worse than what is known already
            back = np.full(places.shape, np.nan)
            back[new] = warp.inverse(xy[t, new])
            new &= np.isfinite(back).all(1)
            sums[new] += weights[t, new, None] * back[new]
            mass[new] += weights[t, new]
            times[new] += 1
            places[new] = sums[new] / mass[new, None]
        yield done / len(order)
    known = np.isfinite(places).all(1)
    return replace(sight, places=places, weights=np.where(known, sight.weights, 0))
