"""What views say of cells: which are drawn and how, how far tracks jump to their anchors, and words for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .tracks import Bytes, CellArrays, Floats, Source, State, is_anchor, resolve_states

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

STATE_WORDS = {
    State.VISIBLE: "visible", State.OCCLUDED_LOCATED: "occluded", State.OCCLUDED: "occluded",
    State.OUT_OF_FRAME: "out of view", State.UNKNOWN: "unknown",
}
SOURCE_WORDS = {
    Source.NONE: "not tracked", Source.PREDICTED: "tracked", Source.HUMAN: "set by you",
    Source.VERIFIED: "approved by you", Source.INTERPOLATED: "interpolated", Source.IMPORTED: "imported",
}


def seen_states(cells: CellArrays, size: tuple[int, int] | None) -> Bytes:
    """The `State` of cells as views show it.

    The visibility alone decides whether a point is occluded: one that is in sight but of whose place the
    tracker is not sure is drawn, and its colour says that it is doubtful.
    """
    return resolve_states(cells.xy, (cells.visibility, np.ones_like(cells.visibility)), cells.state, size)


def drawn(cells: CellArrays, size: tuple[int, int] | None, hide_below: float = 0.0) -> tuple[Mask, Mask]:
    """Which cells are drawn: those in sight, and those that are located but occluded.

    Parameters
    ----------
    cells : CellArrays
    size : (width, height) or None
        Of the picture.
    hide_below : float
        Cells of less confidence are not drawn; those without a confidence are.
    """
    states = seen_states(cells, size)
    with np.errstate(invalid="ignore"):
        kept = ~(cells.confidence < hide_below) & np.isfinite(cells.xy[..., 0] + cells.xy[..., 1])
    occluded = (states == State.OCCLUDED_LOCATED) | (states == State.OCCLUDED)
    return (states == State.VISIBLE) & kept, occluded & kept


def describe(cell: CellArrays, size: tuple[int, int] | None) -> list[str]:
    """One cell in words: its state, its scores, and who says so."""
    source = Source(int(cell.source))
    if source == Source.NONE:
        return [SOURCE_WORDS[source]]
    words = [STATE_WORDS[State(int(seen_states(cell, size)))]]
    for name, score in (("confidence", float(cell.confidence)), ("visibility", float(cell.visibility))):
        words += [] if np.isnan(score) else [f"{name} {score:.2f}"]
    return [*words, SOURCE_WORDS[source]]


def tail_frames(t: int, length: int, step: int = 1) -> Places:
    """Frames at which the tail behind frame `t` bends, ascending, `t` last; always as many of them.

    With a `step` of more than 1 these are the frames that it divides, so that a tail does not quiver while
    time goes on. Frames before the first are the first.
    """
    bends = step * (t // step - np.arange(length // step, -1, -1))
    return np.append(bends, t).clip(max(t - length, 0), None).astype(np.int64)


@dataclass(frozen=True)
class AnchorErrors:
    """How far tracks jump to meet their anchors; every cell takes that of its track's nearest anchor in time.

    Parameters
    ----------
    n_tracks, n_frames : int
    keys : (K,) int64
        Of each anchor, column and frame as one ascending number: column · 2 · n_frames + frame.
    errors : (K,) float32
        Pixels; NaN where a track has nothing beside the anchor.
    """

    n_tracks: int
    n_frames: int
    keys: Places
    errors: Floats

    @classmethod
    def of(cls, xy: Floats, source: Bytes) -> AnchorErrors:
        """Of tracks (T, N, 2) and the source of each cell (T, N)."""
        n_frames, n_tracks = source.shape
        n, t = np.nonzero(is_anchor(source).T)
        sides = np.stack([_jump(xy, source, (t, n), -1), _jump(xy, source, (t, n), 1)])
        known = np.isfinite(sides)
        errors = np.where(known, sides, -np.inf).max(0)
        keys = n.astype(np.int64) * 2 * n_frames + t
        return cls(n_tracks, n_frames, keys, np.where(known.any(0), errors, np.nan).astype(np.float32))

    def at(self, frames: Places) -> Floats:
        """(t, N) pixels, for some frames of all tracks; NaN where a track has no anchor."""
        span = 2 * self.n_frames
        columns = np.arange(self.n_tracks, dtype=np.int64)
        wanted = columns * span + np.asarray(frames, np.int64)[:, None]
        if not len(self.keys):
            return np.full(wanted.shape, np.nan, np.float32)
        after = np.searchsorted(self.keys, wanted).clip(0, len(self.keys) - 1)
        before = (after - 1).clip(0)
        chosen = np.where(np.abs(self.keys[before] - wanted) <= np.abs(self.keys[after] - wanted), before, after)
        # frames of one track are closer to each other than to those of any other, so this is the only check needed
        return np.where(self.keys[chosen] // span == columns, self.errors[chosen], np.nan).astype(np.float32)


def _jump(xy: Floats, source: Bytes, at: tuple[Places, Places], side: int) -> Floats:
    """(K,) from anchors to where the cells on one side of them lead; NaN where there are none."""
    t, n = at
    near, far = t + side, t + 2 * side
    first, second = _tracked(xy, source, near, n), _tracked(xy, source, far, n)
    expected = np.where(np.isfinite(second), 2 * first - second, first)
    gap = expected - xy[t, n]
    return np.hypot(gap[:, 0], gap[:, 1])


def _tracked(xy: Floats, source: Bytes, t: Places, n: Places) -> Floats:
    """(K, 2) positions, NaN where a person or nobody says where the track is."""
    there = (t >= 0) & (t < len(xy))
    t = np.where(there, t, 0)
    return np.where((there & ~is_anchor(source[t, n]))[:, None], xy[t, n], np.nan).astype(np.float32)
