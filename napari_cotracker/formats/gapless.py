"""Tracks as plain arrays without gaps, for programs that know no missing points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import Tracks
from .sheets import located, visible

Floats = NDArray[np.float32]


def carried(tracks: Tracks) -> Floats:
    """(T, N, 2) positions; where there is none, the last one before, or the first one of all."""
    there = located(tracks)
    if not there.size:
        return tracks.xy
    rows = np.arange(tracks.n_frames)[:, None]
    last = np.maximum.accumulate(np.where(there, rows, -1), 0)
    source = np.where(last >= 0, last, there.argmax(0))
    return np.nan_to_num(np.take_along_axis(tracks.xy, source[..., None], 0), nan=0.0)


def scores_that_say(tracks: Tracks, threshold: float) -> tuple[Floats, Floats]:
    """(T, N) visibility and confidence whose product is above a threshold where a point is visible, and only there.

    They are those of the tracks where these say so; else visibility is 1 or 0, and confidence 1 where a
    point is visible. Both are 0 where there is no point.

    Parameters
    ----------
    tracks : Tracks
    threshold : float
        What the reading program compares with.
    """
    there, seen = located(tracks), visible(tracks)
    visibility = np.where(np.isfinite(tracks.visibility), tracks.visibility, seen)
    confidence = np.where(np.isfinite(tracks.confidence), tracks.confidence, 1)
    says = visibility * confidence > threshold
    visibility = np.where(seen & ~says, 1, np.where(says & ~seen, 0, visibility))
    confidence = np.where(seen & ~says, 1, confidence)
    return tuple(np.where(there, np.clip(scores, 0, 1), 0).astype(np.float32)  # type: ignore[return-value]
                 for scores in (visibility, confidence))
