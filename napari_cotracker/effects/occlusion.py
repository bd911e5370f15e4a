"""Where something is in front of a surface, as far as its tracks tell: which of them are hidden, and where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import DEFAULT_THRESHOLD, State, Tracks
from .maps import Box, over_box, whole
from .motion import Motion

Matte = NDArray[np.float32]
Points = NDArray[np.float64]

WIDE = 0.6  # times the distance between neighbouring tracks: how far each speaks for what is around
FINE = 2.0  # places within that
STEPS = 8, 24  # px between places
NEAREST = 6  # tracks that are asked for a place
AROUND = 6  # tracks around a hidden one, of which another is hidden where something is in front
SLACK = 0.1  # by which confidence may be below visibility where something is in front; else the track is lost


def hidden_share(tracks: Tracks, motion: Motion, t: int, size: tuple[int, int],
                 threshold: float = DEFAULT_THRESHOLD, *, box: Box | None = None) -> Matte:
    """(H, W) 0 … 1 how surely the surface is hidden, by the tracks around; 0 if none is hidden.

    Hidden is what a person or a file calls so, and what its tracker rather calls unseen than lost. Its edge lies
    somewhere between tracks: for a clean one, carry a mask of what is in front by its own tracks.

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
    box : Box, optional
        The part of the frame that matters; all else is 0. Everything by default.
    """
    found, area = np.zeros((size[1], size[0]), np.float32), box or whole(size)
    share = _share(tracks, motion, t, threshold)
    if share is not None and area.width and area.height:
        found[area.slices] = np.clip(over_box(share.at, area, step=share.step)[..., 0], 0, 1)
    return found


def hidden_at(tracks: Tracks, motion: Motion, t: int, places: Points, threshold: float = DEFAULT_THRESHOLD) -> Points:
    """(K,) the same at (K, 2) places of the frame."""
    share = _share(tracks, motion, t, threshold)
    return np.zeros(len(places)) if share is None or not len(places) else share.at(places)[:, 0]


def _share(tracks: Tracks, motion: Motion, t: int, threshold: float) -> _Share | None:
    states = tracks.states(threshold)[t]
    hidden = np.isin(states, (State.OCCLUDED_LOCATED, State.OCCLUDED))
    at = motion.warp(t).forward(motion.places)
    known = (hidden | (states == State.VISIBLE)) & np.isfinite(at).all(1)
    hidden &= ~_lost(tracks, t)
    hidden[known] = _not_alone(at[known], hidden[known])
    return _Share(at[known], hidden[known]) if hidden[known].any() else None


def _lost(tracks: Tracks, t: int) -> NDArray[np.bool_]:
    """(N,) which tracks, by their scores, are lost on a frame rather than hidden.

    A tracker knows well where a point is that something passes in front of; one that it loses, on what is plain
    or glossy, it is unsure of, whatever is in front.
    """
    lost = tracks.confidence[t] < tracks.visibility[t] - np.float32(SLACK)
    return np.asarray(lost & (tracks.state[t] == State.FROM_SCORES))


def _not_alone(at: Points, hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which tracks are hidden together with another around them; one alone rather got lost than behind something."""
    from scipy.spatial import cKDTree

    if not hidden.any() or hidden.all():
        return hidden
    _, around = cKDTree(at).query(at, min(AROUND + 1, len(at)))
    return np.asarray(hidden & (hidden[around].sum(1) > 1))


class _Share:
    """How many of the tracks around a place are hidden, near ones counting more."""

    def __init__(self, at: Points, hidden: NDArray[np.bool_]) -> None:
        from scipy.spatial import cKDTree

        self._tree, self._hidden, self._count = cKDTree(at), hidden, min(NEAREST, len(at))
        apart = float(np.median(self._tree.query(at, 2)[0][:, 1])) if len(at) > 1 else 1.0
        self._reach = max(WIDE * apart, 1.0)
        self.step = int(np.clip(self._reach / FINE, *STEPS))

    def at(self, places: Points) -> Points:
        """(K, 1) 0 … 1."""
        distance, who = (found.reshape(len(places), self._count) for found in self._tree.query(places, self._count))
        # far from all tracks the nearest one decides
        closeness = np.exp(-0.5 * (np.square(distance) - np.square(distance[:, :1])) / self._reach**2)
        return np.asarray((closeness * self._hidden[who]).sum(1) / closeness.sum(1))[:, None]
