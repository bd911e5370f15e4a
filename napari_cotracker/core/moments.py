"""Moments of a track that deserve a look, and how fast it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tracks import Floats

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Moments:
    """Spans in which a track's confidence is low, in the order of their worst frames.

    Parameters
    ----------
    columns : (K,) int64
        Which track.
    first, last : (K,) int64
        First and last frame of the span.
    worst : (K,) int64
        The frame of the lowest confidence.
    lowest : (K,) float32
        That confidence.
    """

    columns: Places
    first: Places
    last: Places
    worst: Places
    lowest: Floats

    def __len__(self) -> int:
        return len(self.columns)

    def after(self, frame: int, column: int | None = None) -> int | None:
        """Which one comes next, by its worst frame; on the same frame that of a later track, if a column is given."""
        later = self.worst > frame
        if column is not None:
            later |= (self.worst == frame) & (self.columns > column)
        return int(later.argmax()) if later.any() else None

    def before(self, frame: int, column: int | None = None) -> int | None:
        """Which one came last; the mirror of `after`."""
        earlier = self.worst < frame
        if column is not None:
            earlier |= (self.worst == frame) & (self.columns < column)
        return int(np.flatnonzero(earlier)[-1]) if earlier.any() else None


def low_moments(confidence: Floats, counted: NDArray[np.bool_], below: float = 0.5) -> Moments:
    """Where tracks are doubtful.

    Parameters
    ----------
    confidence : (T, N) float32
    counted : (T, N) bool
        Cells that count: those that are tracked and not occluded, say.
    below : float
        What is low.
    """
    low = counted & (np.nan_to_num(confidence, nan=1.0) < below)
    column, first, last = _spans(low.T)
    if not len(column):
        return Moments(column, first, last, first.copy(), np.zeros(0, np.float32))
    # every span as one stretch of a flat array: the cells in between are never the lowest
    flat = np.where(low, confidence, np.inf).T.reshape(-1)
    start = column * len(low) + first
    lowest = np.minimum.reduceat(flat, start)
    worst = np.array([first[k] + flat[s : s + last[k] - first[k] + 1].argmin() for k, s in enumerate(start)], np.int64)
    order = np.lexsort((column, worst))
    return Moments(column[order], first[order], last[order], worst[order], lowest[order].astype(np.float32))


def spans(mask: ArrayLike) -> list[tuple[int, int]]:
    """First and last place of every run of true values in a row of them."""
    _, first, last = _spans(np.atleast_2d(np.asarray(mask, bool)))
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _spans(mask: NDArray[np.bool_]) -> tuple[Places, Places, Places]:
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    row, first = np.nonzero(change == 1)
    return row.astype(np.int64), first.astype(np.int64), np.nonzero(change == -1)[1].astype(np.int64) - 1


def speed(xy: Floats) -> Floats:
    """(T,) pixels from the frame before, of one track (T, 2); NaN at the start and where it is not tracked."""
    steps = np.full(len(xy), np.nan, np.float32)
    steps[1:] = np.hypot(*np.diff(xy, axis=0).T)
    return steps


def envelope(values: Floats, edges: Places) -> Floats:
    """(pixels, 2) lowest and highest of the values behind each pixel, NaN where there is none.

    Parameters
    ----------
    values : (T,) float32
    edges : (pixels + 1,) int64
        Of `heat.pixel_edges`.
    """
    part = values[: edges[-1]]
    known = np.isfinite(part)
    low = np.minimum.reduceat(np.where(known, part, np.inf), edges[:-1])
    high = np.maximum.reduceat(np.where(known, part, -np.inf), edges[:-1])
    bounds = np.stack([low, high], 1)
    return np.where(np.isfinite(bounds), bounds, np.nan).astype(np.float32)
