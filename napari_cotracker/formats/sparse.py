"""What readers find point by point, laid out as tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import FormatError
from ..core.tracks import Tracks
from .sheets import imported
from .tables import MAX_NUMBER

FREE_CELLS = 10_000_000
CELLS_PER_POINT = 1_000


def laid_out(frames: ArrayLike, columns: ArrayLike, xy: ArrayLike, names: Sequence[str], *,
             seen: ArrayLike | None = None, n_frames: int = 0, meta: dict[str, Any] | None = None) -> Tracks:
    """Tracks from points that were found one by one.

    Parameters
    ----------
    frames, columns : (P,) integer
        Frame, counted from 0, and track of every point.
    xy : (P, 2)
        In our pixels.
    names : sequence of N str
        Of the tracks; as many as there are columns.
    seen : (P,) bool, optional
        Whether the point is visible; True if not given.
    n_frames : int
        At least so many frames; the last point's frame may ask for more.
    meta : mapping, optional

    Raises
    ------
    FormatError
        If a track has two points in a frame, a position is no number, or few points claim an absurd
        number of frames and tracks.
    """
    t, n = np.asarray(frames, np.int64).reshape(-1), np.asarray(columns, np.int64).reshape(-1)
    points = np.asarray(xy, np.float64).reshape(-1, 2)
    shape = (max(n_frames, int(t.max(initial=-1)) + 1), len(names))
    check_claim(shape, len(t))
    if not (np.abs(points) <= MAX_NUMBER).all():
        bad = points[~(np.abs(points) <= MAX_NUMBER).all(1)][0]
        raise FormatError(f"expected positions as finite numbers, got {tuple(bad.tolist())}")
    cells, count = np.unique(t * len(names) + n, return_counts=True)
    if (count > 1).any():
        frame, column = divmod(int(cells[count > 1][0]), len(names))
        raise FormatError(f"expected one point of {names[column]!r:.60} in frame {frame}, got {int(count.max())}")
    whole = np.full((*shape, 2), np.nan)
    whole[t, n] = points
    visible = np.zeros(shape, bool)
    visible[t, n] = True if seen is None else np.asarray(seen, bool)
    return imported(whole, names=names, visible=visible, meta=meta)


def check_claim(shape: tuple[int, int], points: int) -> None:
    """Refuse so many frames and tracks from so few points.

    Raises
    ------
    FormatError
        Before anything is allocated.
    """
    if shape[0] * shape[1] > max(FREE_CELLS, CELLS_PER_POINT * points):
        raise FormatError(f"{points} points claim {shape[0]} frames of {shape[1]} tracks; "
                          "check the largest frame number")
