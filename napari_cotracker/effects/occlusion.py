"""Where something is in front of a surface, as far as its tracks tell: which of them are hidden, and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import DEFAULT_THRESHOLD, State, Tracks
from .maps import over_box, whole
from .motion import Motion

Matte = NDArray[np.float32]
Points = NDArray[np.float64]

WIDE = 0.6  # times the distance between neighbouring tracks: how far each speaks for what is around
STEP = 8  # px
NEAREST = 12  # tracks that are asked for a place


def hidden_share(tracks: Tracks, motion: Motion, t: int, size: tuple[int, int],
                 threshold: float = DEFAULT_THRESHOLD) -> Matte:
    """(H, W) 0 … 1 how surely the surface is hidden, by the states of the tracks around; 0 if none is hidden.

    Its edge lies somewhere between tracks: for a clean one, carry a mask of what is in front by its own tracks.

    Parameters
    ----------
    tracks : Tracks
        Those the motion is of.
    motion : Motion
        Says where a hidden track is.
    t : int
        0-based frame.
    size : (width, height)
    threshold : float
        As of `Tracks.states`.
    """
    states = tracks.states(threshold)[t]
    hidden = np.isin(states, (State.OCCLUDED_LOCATED, State.OCCLUDED))
    at = motion.warp(t).forward(motion.places)
    known = (hidden | (states == State.VISIBLE)) & np.isfinite(at).all(1)
    if not hidden[known].any():
        return np.zeros((size[1], size[0]), np.float32)
    found = over_box(lambda places: _share(places, at[known], hidden[known]), whole(size), step=STEP)[..., 0]
    return np.clip(found, 0, 1)


def _share(places: Points, at: Points, hidden: NDArray[np.bool_]) -> Points:
    from scipy.spatial import cKDTree

    tree = cKDTree(at)
    count = min(NEAREST, len(at))
    reach = WIDE * float(np.median(tree.query(at, 2)[0][:, 1])) if len(at) > 1 else 1.0
    distance, who = (found.reshape(len(places), count) for found in tree.query(places, count))
    # far from all tracks the nearest one decides
    closeness = np.exp(-0.5 * (np.square(distance) - np.square(distance[:, :1])) / max(reach, 1.0) ** 2)
    return np.asarray((closeness * hidden[who]).sum(1) / closeness.sum(1))[:, None]
