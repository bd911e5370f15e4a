"""How much every cell of tracks says about the motion of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import has_place
from ..core.tracks import DEFAULT_THRESHOLD, State, Tracks, is_anchor

Weights = NDArray[np.float64]

TAPER = 3  # frames over which a track comes and goes, so that nothing pops
LEAST = 0.05  # of a visible cell; so much it counts however unsure


def weights_of(tracks: Tracks, threshold: float = DEFAULT_THRESHOLD, taper: int = TAPER) -> Weights:
    """(T, N) 0 … 1: visibility · confidence of visible cells, less next to frames in which the track is hidden.

    Cells that a person placed count in full, as do those of files without scores.

    Parameters
    ----------
    tracks : Tracks
    threshold : float
        Visibility · confidence above which a cell is visible.
    taper : int
        Frames over which a track comes and goes; 1 for at once.
    """
    seen = (tracks.states(threshold) == State.VISIBLE) & has_place(tracks.xy)
    sure = np.nan_to_num(tracks.visibility, nan=1.0).astype(np.float64) * np.nan_to_num(tracks.confidence, nan=1.0)
    sure = np.where(is_anchor(tracks.source), 1.0, np.clip(sure, LEAST, 1))
    return np.where(seen, sure * np.minimum(frames_seen(seen) / max(taper, 1), 1), 0)


def frames_seen(seen: NDArray[np.bool_]) -> Weights:
    """(T, N) frames to the next one in which a track is hidden, either way; the clip's ends are no such frame."""
    far = np.full(seen.shape, float(len(seen) + 1))
    for order in (range(len(seen)), range(len(seen) - 1, -1, -1)):
        since = np.full(seen.shape[1], float(len(seen) + 1))
        for t in order:
            since = np.where(seen[t], since + 1, 0)
            far[t] = np.minimum(far[t], since)
    return far
