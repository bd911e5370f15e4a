"""Four corners carried to every frame, for a corner pin in a compositing program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.tracks import Source, State, Tracks
from .insert import placed
from .motion import Motion

Points = NDArray[np.float64]

PLACES = ("bottom left", "bottom right", "top right", "top left")


def carry_corners(corners: ArrayLike, motion: Motion) -> Points:
    """(T, 4, 2) where four corners are on every frame.

    Parameters
    ----------
    corners : (4, 2)
        On the reference picture: top left, top right, bottom right, bottom left.
    motion : Motion

    Raises
    ------
    EditError
        If the corners do not go round.
    """
    placed((1, 1), corners)
    return np.stack([frame.warp.forward(corners) for frame in motion.frames])


def pin_tracks(corners: ArrayLike, motion: Motion, tracks: Tracks) -> Tracks:
    """The corners as four tracks, bottom left first, as the formats of corner pins take them.

    Parameters
    ----------
    corners : (4, 2)
        On the reference picture: top left, top right, bottom right, bottom left.
    motion : Motion
    tracks : Tracks
        Those the motion is of; the film's facts are taken over.

    Raises
    ------
    EditError
        If the corners do not go round.
    """
    xy = carry_corners(corners, motion)[:, [3, 2, 1, 0]]
    told = np.array([frame.how != "held" for frame in motion.frames])[:, None]
    there = np.isfinite(xy).all(-1) & told
    scores = np.where(there, 1, np.nan).astype(np.float32)
    xy = np.where(there[..., None], xy, np.nan)
    found = Tracks(np.arange(4), xy.astype(np.float32), scores, scores,
                   np.where(there, State.VISIBLE, State.UNKNOWN).astype(np.uint8),
                   np.where(there, Source.PREDICTED, Source.NONE).astype(np.uint8), names=PLACES)
    return replace(found, meta=tracks.meta)
