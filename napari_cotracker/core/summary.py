"""Tracks at a glance: how long, how sure, where seen, and what deserves a look."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .inspection import seen_states
from .tracks import CellArrays, Floats, State, is_anchor

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

REMARKS = {
    "not tracked": "nothing but the points that you set",
    "short": "tracked on less than half of the frames",
    "low confidence": "the tracker is not sure of the place on more than a quarter of the frames where it is seen",
    "jumps": "a step from one frame to the next is far longer than the others",
    "leaves": "goes out of the picture",
}
DOUBTFUL, DOUBTFUL_SHARE = 0.5, 0.25
JUMP_OF_DIAGONAL, JUMP_OF_MEDIAN = 0.04, 6.0


@dataclass(frozen=True)
class Summaries:
    """One entry for each of N tracks.

    Parameters
    ----------
    length : (N,) int64
        Frames on which it has a place.
    confidence : (N,) float32
        Mean over the frames on which it is seen; NaN if there is none.
    first, last : (N,) int64
        First and last frame on which it is seen; -1 if there is none.
    anchors : (N,) int64
    remarks : (N, 5) bool
        Which of `REMARKS` hold.
    """

    length: Places
    confidence: Floats
    first: Places
    last: Places
    anchors: Places
    remarks: Mask

    @classmethod
    def empty(cls, count: int) -> Self:
        """Of tracks of which nothing is known yet."""
        none, never = np.zeros(count, np.int64), np.full(count, -1, np.int64)
        remarks = np.zeros((count, len(REMARKS)), bool)
        return cls(none, np.full(count, np.nan, np.float32), never, never.copy(), none.copy(), remarks)

    def __len__(self) -> int:
        return len(self.length)

    def select(self, places: Places) -> Summaries:
        """A copy of some entries."""
        return Summaries(*(getattr(self, field.name)[places] for field in fields(self)))

    def put(self, places: Places, other: Summaries) -> None:
        """Replace some entries in place."""
        for field in fields(self):
            getattr(self, field.name)[places] = getattr(other, field.name)

    def remarks_of(self, place: int) -> list[str]:
        """What deserves a look in one track."""
        return [name for name, holds in zip(REMARKS, self.remarks[place], strict=True) if holds]


def summarise(cells: CellArrays, size: tuple[int, int] | None) -> Summaries:
    """Tracks (T, N) at a glance.

    Parameters
    ----------
    cells : CellArrays
        All frames of the tracks in question.
    size : (width, height) or None
        Of the picture.
    """
    n_frames, count = cells.state.shape
    if not n_frames:
        return Summaries.empty(count)
    states, anchors = seen_states(cells, size), is_anchor(cells.source)
    seen, located = states == State.VISIBLE, np.isfinite(cells.xy[..., 0] + cells.xy[..., 1])
    length, times = located.sum(0), seen.sum(0)
    ever = times > 0
    with np.errstate(invalid="ignore"):
        sure = np.where(seen & np.isfinite(cells.confidence), cells.confidence, 0)
        scored = (seen & np.isfinite(cells.confidence)).sum(0)
        confidence = np.where(scored > 0, sure.sum(0) / np.maximum(scored, 1), np.nan)
        doubtful = (seen & (cells.confidence < DOUBTFUL)).sum(0)
    untracked = ~(located & ~anchors).any(0)
    remarks = np.stack([
        untracked, ~untracked & (2 * length < n_frames), ever & (doubtful > DOUBTFUL_SHARE * times),
        _jumps(cells.xy, seen, size), (states == State.OUT_OF_FRAME).any(0),
    ], 1)
    return Summaries(
        length.astype(np.int64), confidence.astype(np.float32), np.where(ever, seen.argmax(0), -1),
        np.where(ever, n_frames - 1 - seen[::-1].argmax(0), -1), anchors.sum(0).astype(np.int64), remarks,
    )


def _jumps(xy: Floats, seen: Mask, size: tuple[int, int] | None) -> Mask:
    """(N,) whether a step between two frames that are both seen is far longer than is usual for the track."""
    both = seen[1:] & seen[:-1]
    with np.errstate(invalid="ignore"):
        x, y = np.diff(xy[..., 0], axis=0), np.diff(xy[..., 1], axis=0)
        steps = np.where(both, np.hypot(x, y), 0)
    jumps = steps.max(0, initial=0) > JUMP_OF_DIAGONAL * np.hypot(*(size or (0, 0)))
    for n in np.flatnonzero(jumps):
        own = steps[both[:, n], n]
        jumps[n] = own.max() > JUMP_OF_MEDIAN * np.median(own)
    return np.asarray(jumps)
