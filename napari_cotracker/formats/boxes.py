"""Individuals that share their keypoints, and boxes about their points, for formats that train networks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.tracks import Tracks
from .sheets import Cast, cast_of

MAX_SLOTS = 20  # keypoints of all individuals for each track


def shared_cast(tracks: Tracks) -> Cast:
    """Individuals that mostly have the same keypoints.

    Raises
    ------
    FormatError
        If nearly every keypoint is a different one, so that a file would consist of gaps.
    """
    individuals, keypoints = (len({name.rpartition("/")[k] for name in tracks.names}) for k in (0, 2))
    if individuals * keypoints > MAX_SLOTS * len(tracks) + 1000:
        raise FormatError(f"expected individuals that have the same keypoints, got {individuals} individuals with "
                          f"{keypoints} different keypoints; name the tracks INDIVIDUAL/KEYPOINT, the keypoints of all "
                          "individuals alike, or leave the individuals out")
    return cast_of(tracks)


def boxes_about(xy: NDArray[np.float64], there: NDArray[np.bool_], margin: float, size: tuple[int, int] | None
                ) -> NDArray[np.float64]:
    """(..., 4) boxes about the pixels of points: left, top, width, height, from the picture's corner.

    Parameters
    ----------
    xy : (..., K, 2)
        Points in our pixels.
    there : (..., K) bool
        Which of them count; at least one of each K.
    margin : float
        Pixels on every side.
    size : (width, height) or None
        The box is cut off at the picture's edges, unless all its points lie beyond.
    """
    kept = there[..., None]
    low = np.where(kept, xy, np.inf).min(-2) - margin
    high = np.where(kept, xy, -np.inf).max(-2) + 1 + margin
    if size is not None:
        low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    return np.concatenate([low, high - low], -1)
