"""Which frame of a track a person is sent to next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.cues import gather
from ..core.neighbours import Neighbours
from ..core.ranking import rank
from ..core.tracks import Floats, Tracks
from .metrics import SIDE

Bools = NDArray[np.bool_]

DOUBTFUL = 4.0  # px, of a picture of 256, of doubt that count as one half


class View(NamedTuple):
    """What is known when a frame is chosen.

    Parameters
    ----------
    tracks : Tracks
        T frames, N tracks; cells that a person placed or approved have a source that says so.
    doubt : (T, N) float32
        Pixels between both directions, NaN where only one speaks.
    looked : (T, N) bool
        Cells that a person has seen as they are now.
    free : (T, N) bool
        Cells worth a look: some frames away from those.
    last : (N,) int
        The frame looked at last.
    is_wrong : (T, N) bool
        The truth; only `scan` and `oracle` may look at it.
    error : (T, N) float64
        Likewise, in pixels; 0 where the point is hidden.
    """

    tracks: Tracks
    doubt: Floats
    looked: Bools
    free: Bools
    last: NDArray[np.intp]
    is_wrong: Bools
    error: NDArray[np.float64]


class Choice(NamedTuple):
    """For each of N tracks the frame to look at, -1 for none, and how much it needs that."""

    frames: NDArray[np.intp]
    scores: NDArray[np.float64]


Queue = Callable[[View], Choice]


def highest(scores: NDArray[np.floating[Any]], allowed: Bools) -> Choice:
    """The frame of the highest score among those allowed, both (T, N)."""
    ranked = np.where(allowed, scores, -np.inf)
    best = ranked.argmax(0)
    return Choice(np.where(allowed.any(0), best, -1), ranked.max(0))


def least_confident(view: View) -> Choice:
    """Where the tracker is least sure."""
    return highest(1 - np.nan_to_num(view.tracks.confidence), view.free)


def most_doubtful(view: View) -> Choice:
    """Where the tracker is unsure, or both directions are far apart."""
    half = DOUBTFUL * max(view.tracks.size or (SIDE, SIDE)) / SIDE
    apart = np.nan_to_num(view.doubt)
    doubt = apart / (apart + half)
    return highest(np.maximum(1 - np.nan_to_num(view.tracks.confidence), doubt), view.free)


def review(view: View) -> Choice:
    """The worst moment of the review queue; where it has none left, as `most_doubtful`."""
    tracks, columns = view.tracks, np.arange(len(view.tracks))
    size = tracks.size or (SIDE, SIDE)
    neighbours = Neighbours(tracks, size)
    neighbours.compare(columns)
    starts = np.full(len(columns), -1)  # the first point is an anchor
    evidence = gather(tracks, size, columns, starts, neighbours, doubt=view.doubt)
    moments = rank(tracks.ids, evidence, ~view.free)
    frames, scores = most_doubtful(view)
    worst = [found[0] if found else None for found in moments]
    return Choice(np.array([frame if one is None else one.frame for one, frame in zip(worst, frames)], np.intp),
                  np.array([score if one is None else 1 + one.score for one, score in zip(worst, scores)]))


def widest_gap(view: View) -> Choice:
    """The middle of the longest stretch between frames that were looked at."""
    frames, scores = np.full(view.looked.shape[1], -1), np.zeros(view.looked.shape[1])
    for track, looked in enumerate(view.looked.T):
        known = np.flatnonzero(looked)
        gaps = np.diff(known)
        if len(gaps) and gaps.max() > 1:
            widest = int(gaps.argmax())
            frames[track], scores[track] = (known[widest] + known[widest + 1]) // 2, gaps[widest]
    return Choice(frames, scores)


def scan(view: View) -> Choice:
    """The next frame, from the last one on and round to it again, that a person who watches sees to be wrong."""
    n_frames = len(view.is_wrong)
    ahead = (np.arange(n_frames)[:, None] - view.last - 1) % n_frames
    return highest(-ahead.astype(np.float64), view.is_wrong & ~view.looked)


def oracle(view: View) -> Choice:
    """Where the track is furthest off, which nobody can know."""
    return highest(view.error, view.free)
