"""Four corners carried to every frame, for a corner pin in a compositing program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.tracks import Source, State, Tracks
from .insert import placed
from .motion import Motion
from .references import shares

Points = NDArray[np.float64]

PLACES = ("bottom left", "bottom right", "top right", "top left")


def corners_between(corners: Mapping[int, ArrayLike], motions: Mapping[int, Motion], t: int) -> Points:
    """(4, 2) where four corners are on a frame; NaN behind the camera.

    Parameters
    ----------
    corners : mapping
        From 0-based reference frames to (4, 2): top left, top right, bottom right, bottom left. Between
        two of them the corners lie between those of both.
    motions : mapping
        From the same frames to motions that begin there.
    t : int
        0-based frame.

    Raises
    ------
    EditError
        If corners do not go round.
    """
    for each in corners.values():
        placed((1, 1), each)
    counts = shares({k: motions[k] for k in corners}, t)
    return np.asarray(sum(count * motions[k].warp(t).forward(corners[k]) for k, count in counts.items()))


def pin_tracks(corners: Mapping[int, ArrayLike], motions: Mapping[int, Motion], tracks: Tracks) -> Tracks:
    """The corners as four tracks, bottom left first, as the formats of corner pins take them.

    Parameters
    ----------
    corners, motions : mapping
        As of `corners_between`.
    tracks : Tracks
        Those the motions are of; the film's facts are taken over.

    Raises
    ------
    EditError
        If corners do not go round.
    """
    xy = np.stack([corners_between(corners, motions, t) for t in range(tracks.n_frames)])[:, [3, 2, 1, 0]]
    told = np.array([any(motion.frames[t].how != "held" for motion in motions.values())
                     for t in range(tracks.n_frames)])[:, None]
    there = np.isfinite(xy).all(-1) & told
    scores = np.where(there, 1, np.nan).astype(np.float32)
    xy = np.where(there[..., None], xy, np.nan)
    found = Tracks(np.arange(4), xy.astype(np.float32), scores, scores,
                   np.where(there, State.VISIBLE, State.UNKNOWN).astype(np.uint8),
                   np.where(there, Source.PREDICTED, Source.NONE).astype(np.uint8), names=PLACES)
    return replace(found, meta=tracks.meta)
