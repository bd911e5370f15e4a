"""Which cells are keyframes for programs that draw straight lines between them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import Tracks, is_anchor

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

TOGETHER = 200  # tracks that are looked through at once
WAYS = ("anchors", "every", "within-tolerance")
WAYS_TEXT = ("Which frames are keyframes: those where a person placed or approved the point, every one, or as many as "
             "keep straight lines between them within the tolerance.")
TOLERANCE_TEXT = "Pixels that a straight line may be off, with keyframes=within-tolerance."


def keyframes_of(tracks: Tracks, there: Mask, how: str, tolerance: float, breaks: Mask | None = None) -> Mask:
    """(T, N) the keyframes.

    The first and the last frame of every run of frames is one.

    Parameters
    ----------
    tracks : Tracks
    there : (T, N) bool
        Cells that are written; each has a position.
    how : str
        One of `WAYS`.
    tolerance : float
        Pixels that a line may be off, within-tolerance.
    breaks : (T, N) bool, optional
        Further cells that must be keyframes.
    """
    if how == "every" or not there.size:
        return there
    before = np.zeros_like(there)
    before[1:] = there[:-1]
    after = np.zeros_like(there)
    after[:-1] = there[1:]
    keys = there & (~before | ~after | is_anchor(tracks.source))
    if breaks is not None:
        keys |= there & breaks
    if how == "within-tolerance":
        _refine(tracks, there, keys, tolerance)
    return keys


def deviation(tracks: Tracks, there: Mask, keys: Mask) -> float:
    """How far straight lines between keyframes are from the positions, at most, in px."""
    return max((float(_distance(*block).max(initial=0)) for block, _ in _blocks(tracks, there, keys)), default=0.0)


def deviation_note(tracks: Tracks, there: Mask, keys: Mask) -> list[str]:
    """What to say of positions between keyframes."""
    left = int((there & ~keys).sum())
    if not left:
        return []
    far = deviation(tracks, there, keys)
    how = "choose keyframes=within-tolerance or keyframes=every for more" if far > 0.5 else "as it draws straight lines"
    return [f"{left:,} positions between {int((there & keys).sum()):,} keyframes are left to the program that reads "
            f"this; they come to lie up to {far:.3g} px from the tracks ({how})."]


def _refine(tracks: Tracks, there: Mask, keys: Mask, tolerance: float) -> None:
    """Split every line at the position that is farthest from it, until none is farther than the tolerance."""
    for (xy, cells, flags), columns in _blocks(tracks, there, keys):
        block = flags.copy()
        active = np.arange(len(columns))
        while len(active):
            far = _distance(xy[active], cells[active], block[active])
            farthest = _farthest(far, block[active], cells[active])
            farthest &= far > tolerance
            block[active] |= farthest
            active = active[farthest.any(1)]
        keys[:, columns] = block.T


def _blocks(tracks: Tracks, there: Mask, keys: Mask) -> Iterator[tuple[tuple[Floats, Mask, Mask], NDArray[np.intp]]]:
    """Some tracks at a time, one row each: positions, cells and keyframes; and which tracks they are."""
    for start in range(0, there.shape[1], TOGETHER):
        columns = np.arange(start, min(start + TOGETHER, there.shape[1]))
        xy = tracks.xy[:, columns].transpose(1, 0, 2).astype(np.float64)
        yield (xy, there[:, columns].T, keys[:, columns].T), columns


def _distance(xy: Floats, there: Mask, keys: Mask) -> Floats:
    """(N, T) from every position to the line between the keyframes about it; 0 where there is none."""
    t = np.broadcast_to(np.arange(there.shape[1]), there.shape)
    left = np.maximum.accumulate(np.where(keys, t, 0), 1)
    right = np.minimum.accumulate(np.where(keys, t, there.shape[1] - 1)[:, ::-1], 1)[:, ::-1]
    rows = np.arange(len(xy))[:, None]
    share = (t - left) / np.maximum(right - left, 1)
    line = xy[rows, left] * (1 - share)[..., None] + xy[rows, right] * share[..., None]
    between = there & ~keys
    return np.where(between, np.hypot(*np.moveaxis(np.where(between[..., None], xy - line, 0), -1, 0)), 0)


def _farthest(far: Floats, keys: Mask, there: Mask) -> Mask:
    """(N, T) the first of the farthest positions between two keyframes."""
    flat, starts = far.ravel(), keys.ravel() | ~there.ravel()
    starts = starts.copy()
    starts[:: far.shape[1]] = True
    places = np.flatnonzero(starts)
    segment = np.cumsum(starts) - 1
    found = np.flatnonzero(flat == np.maximum.reduceat(flat, places)[segment])
    _, first = np.unique(segment[found], return_index=True)
    mask = np.zeros(len(flat), bool)
    mask[found[first]] = True
    return mask.reshape(far.shape) & there & ~keys
