"""Which tracks carry an edit: those on what is painted and close around it."""

from __future__ import annotations

from collections.abc import Generator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import State, Tracks
from ..effects.motion import Motion, MotionOptions
from ..effects.motion_solving import solving

Columns = NDArray[np.bool_]
Area = NDArray[np.bool_]

ENOUGH = 4  # tracks that lie there: what a plane takes
PLENTY = 24  # with as many within, none around are asked
AROUND = 0.15  # of the area's width, so much around it
LEAST_AROUND = 6  # px
SAMPLES = 8  # frames by which is told whether a track that came later lies there
CLOSE = 3.0  # px that it may wander on the surface, and twice as much as the others miss


def carriers(tracks: Tracks, areas: Mapping[int, Area | None], threshold: float, *, is_chosen: bool
             ) -> Generator[float, None, Columns]:
    """(N,) which tracks carry an edit; yields the share that is done.

    Tracks that are seen on the first reference frame, within the area or close around it, and those
    that come later but lie there by the motion of the first ones. All where these are few, and where
    a person has chosen them.

    Parameters
    ----------
    tracks : Tracks
    areas : mapping
        From 0-based reference frames to (H, W) bool; None for all of the picture.
    threshold : float
        As of `Tracks.states`.
    is_chosen : bool
    """
    everything = np.ones(len(tracks), bool)
    if is_chosen or any(area is None for area in areas.values()):
        return everything
    states, found = tracks.states(threshold), np.zeros(len(tracks), bool)
    for reference, area in areas.items():
        if area is not None:
            found |= _within(tracks, reference, area, states[reference] == State.VISIBLE)
    if found.sum() < ENOUGH:
        return everything
    reference, area = next(iter(areas.items()))
    later = ~found & (states[reference] != State.VISIBLE)
    first = found & (states[reference] == State.VISIBLE)
    if area is None or not later.any() or first.sum() < ENOUGH:
        return found
    motion = yield from solving(tracks.select(first), reference, MotionOptions("homography", threshold, 0))
    for n in np.flatnonzero(later).tolist():
        found[n] = _comes_to(tracks, motion, n, _wide(area), states[:, n] == State.VISIBLE)
    return found


def _within(tracks: Tracks, t: int, area: Area, seen: Columns) -> Columns:
    """Which tracks are seen in an area, or close around it where those are few."""
    inside = seen & _on(area, tracks.xy[t])
    return inside if inside.sum() >= PLENTY else seen & _on(_wide(area), tracks.xy[t])


def _on(area: Area, xy: NDArray[np.floating]) -> Columns:
    """Which (N, 2) places lie on true pixels."""
    known = np.isfinite(xy).all(1)
    x, y = np.rint(np.where(known[:, None], xy, -1)).astype(int).T
    inside = known & (x >= 0) & (y >= 0) & (x < area.shape[1]) & (y < area.shape[0])
    found = np.zeros(len(xy), bool)
    found[inside] = area[y[inside], x[inside]]
    return found


def _wide(area: Area) -> Area:
    """An area with what is close around it."""
    import cv2

    reach = max(round(AROUND * float(np.sqrt(area.sum()))), LEAST_AROUND)
    far = cv2.distanceTransform(1 - area.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far <= reach)


def _comes_to(tracks: Tracks, motion: Motion, n: int, area: Area, seen: Columns) -> bool:
    """Whether a track that is hidden on the reference frame lies in an area there, and stays where it is."""
    told = [t for t in np.flatnonzero(seen).tolist() if motion.frames[t].how != "held"]
    if not told:
        return False
    frames = [told[k] for k in np.unique(np.linspace(0, len(told) - 1, SAMPLES).round().astype(int)).tolist()]
    places = np.stack([motion.warp(t).inverse(tracks.xy[t, n]) for t in frames])
    places = places[np.isfinite(places).all(1)]
    if not len(places):
        return False
    middle = np.median(places, axis=0)
    misses = [motion.frames[t].residual for t in frames if np.isfinite(motion.frames[t].residual)]
    allowed = CLOSE + 2 * max(misses, default=0.0)
    wanders = np.median(np.hypot(*(places - middle).T)) > allowed
    return bool(_on(area, middle[None])[0] and not wanders)
