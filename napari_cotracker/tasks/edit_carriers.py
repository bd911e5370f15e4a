"""Which tracks carry an edit: those on what is painted, and around it those that go along."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import State, Tracks
from ..effects.motion import Motion, MotionOptions
from ..effects.motion_solving import solving

Columns = NDArray[np.bool_]
Area = NDArray[np.bool_]
Points = NDArray[np.float64]

ENOUGH = 4  # tracks that lie there: what a plane takes
MANY = 12  # that tell a plane well
AROUND = 0.15  # of the area's width, so much around it, where few are within
LEAST_AROUND = 6  # px
SAMPLES = 8  # frames by which is told whether a track that came later lies there
FAR_AROUND = 1.0  # of the area's width: so far around it tracks are asked whether they go along
NEIGHBOURS = 4  # that they are compared with
ALONG = 1.0  # px by which these may differ, and twice as much as those within do among themselves
ROUNDS = 12
NEARLY_ALL = 0.8  # of the frames
MOST_FRAMES = 24
CLOSE = 3.0  # px that it may wander on the surface, and twice as much as the others miss


def carriers(tracks: Tracks, areas: Mapping[int, Area | None], threshold: float, *, is_chosen: bool
             ) -> Generator[float, None, Columns]:
    """(N,) which tracks carry an edit; yields the share that is done.

    Tracks that are seen on the reference frames within the area, or close around it where these are few; by
    their motion also those around that go along with them, and those that come to lie there later. All where
    the first ones are few, and where a person has chosen them.

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
    seen = tracks.states(threshold) == State.VISIBLE
    found = _seeds(tracks, areas, seen, 0.0)
    found = found if found.sum() >= ENOUGH else _seeds(tracks, areas, seen, AROUND)
    if found.sum() < ENOUGH:
        return everything
    reference, area = next(iter(areas.items()))
    if area is None or found.all() or (found & seen[reference]).sum() < ENOUGH:
        return found
    motion = yield from solving(tracks.select(found & seen[reference]), reference,
                                MotionOptions("homography" if found.sum() >= MANY else "affine", threshold, 0))
    around = seen[reference] & _on(_wide(area, FAR_AROUND), tracks.xy[reference])
    found = _grown(found & seen[reference], around, tracks.xy[reference], _leavings(tracks, motion, seen)) | found
    wide = _wide(area, AROUND)
    for n in np.flatnonzero(~found & ~seen[reference]).tolist():
        found[n] = _comes_to(tracks, motion, n, wide, seen[:, n])
    return found


def doubt_of(tracks: Tracks, areas: Mapping[int, Area | None], threshold: float) -> str:
    """A sentence where too few tracks lie on what is painted, so that all carry it; else nothing."""
    if any(area is None for area in areas.values()):
        return ""
    seen = tracks.states(threshold) == State.VISIBLE
    count = int(_seeds(tracks, areas, seen, AROUND).sum())
    if count >= min(ENOUGH, len(tracks)):
        return ""
    lie = "only one track lies" if count == 1 else f"only {count} tracks lie" if count else "no track lies"
    return f"All tracks carry it, for {lie} on what is painted: it moves as the picture does. Track more points on it."


def doubt_of_groups(tracks: Tracks) -> str:
    """A sentence where a shape for every group is one of all tracks, for none has a group; else nothing."""
    if any(tracks.groups) or len(tracks) < 2:
        return ""
    return ("No track has a group, so that all of them make one shape: put those of each thing into a group, or name "
            "those of one thing.")


def _seeds(tracks: Tracks, areas: Mapping[int, Area | None], seen: Columns, around: float) -> Columns:
    """Which tracks are seen in an area on its reference frame, or around it."""
    found = np.zeros(len(tracks), bool)
    for reference, area in areas.items():
        if area is not None:
            found |= seen[reference] & _on(_wide(area, around) if around else area, tracks.xy[reference])
    return found


def _miss(motion: Motion, frames: Sequence[int]) -> float:
    """Pixels by which tracks miss on some frames: the median; 0 where nothing is known."""
    found = [motion.frames[t].residual for t in frames if np.isfinite(motion.frames[t].residual)]
    return float(np.median(found)) if found else 0.0


def _on(area: Area, xy: NDArray[np.floating]) -> Columns:
    """Which (N, 2) places lie on true pixels."""
    known = np.isfinite(xy).all(1)
    x, y = np.rint(np.where(known[:, None], xy, -1)).astype(int).T
    inside = known & (x >= 0) & (y >= 0) & (x < area.shape[1]) & (y < area.shape[0])
    found = np.zeros(len(xy), bool)
    found[inside] = area[y[inside], x[inside]]
    return found


def _wide(area: Area, times: float) -> Area:
    """An area with what is around it."""
    import cv2

    reach = max(round(times * float(np.sqrt(area.sum()))), LEAST_AROUND)
    far = cv2.distanceTransform(1 - area.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far <= reach)


def _leavings(tracks: Tracks, motion: Motion, seen: Columns) -> Points:
    """(F, N, 2) by how much tracks are from where a plane takes them on some frames; NaN where they are not seen."""
    told = [t for t, frame in enumerate(motion.frames) if frame.how not in ("held", "reference")]
    frames = _some(told, MOST_FRAMES) if told else []
    start = tracks.xy[motion.reference].astype(np.float64)
    found = np.array([tracks.xy[t] - motion.warp(t).forward(start) for t in frames]).reshape(-1, len(tracks), 2)
    return np.where(seen[frames][..., None], found, np.nan)


def _grown(found: Columns, around: Columns, start: NDArray[np.floating], leavings: Points) -> Columns:
    """The tracks, and those around that leave the plane as their neighbours do: from one to the next."""
    for _ in range(ROUNDS):
        usual = _apart(np.flatnonzero(found), found, start, leavings)
        allowed = ALONG + 2 * (float(np.nanmedian(usual)) if np.isfinite(usual).any() else 0.0)
        asked = np.flatnonzero(around & ~found)
        if not len(asked):
            break
        joining = asked[_apart(asked, found, start, leavings) <= allowed]  # never if nothing is known
        if not len(joining):
            break
        found = found.copy()
        found[joining] = True
    return found


def _apart(columns: NDArray[np.intp], among: Columns, start: NDArray[np.floating], leavings: Points) -> Points:
    """(K,) pixels by which tracks differ from their neighbours, on nearly all frames at most; NaN if not known."""
    from scipy.spatial import cKDTree

    known = np.flatnonzero(among)
    near = cKDTree(start[known]).query(start[columns], NEIGHBOURS + 1)[1].reshape(len(columns), -1)
    near = known[np.minimum(near, len(known) - 1)]
    own = near == columns[:, None]
    theirs = np.where(own[None, ..., None], np.nan, leavings[:, near])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nothing but NaN is NaN
        off = np.hypot(*np.moveaxis(leavings[:, columns] - np.nanmedian(theirs, 2), -1, 0))
        return np.asarray(np.nanquantile(off, NEARLY_ALL, axis=0)) if len(off) else np.full(len(columns), np.nan)


def _some(frames: list[int], count: int) -> list[int]:
    """At most so many of some frames, spread evenly."""
    return [frames[k] for k in np.unique(np.linspace(0, len(frames) - 1, count).round().astype(int)).tolist()]


def _comes_to(tracks: Tracks, motion: Motion, n: int, area: Area, seen: Columns) -> bool:
    """Whether a track that is hidden on the reference frame lies in an area there, and stays where it is."""
    told = [t for t in np.flatnonzero(seen).tolist() if motion.frames[t].how != "held"]
    if not told:
        return False
    frames = _some(told, SAMPLES)
    places = np.stack([motion.warp(t).inverse(tracks.xy[t, n]) for t in frames])
    places = places[np.isfinite(places).all(1)]
    if not len(places):
        return False
    middle = np.median(places, axis=0)
    allowed = CLOSE + 2 * _miss(motion, frames)
    wanders = np.median(np.hypot(*(places - middle).T)) > allowed
    return bool(_on(area, middle[None])[0] and not wanders)
