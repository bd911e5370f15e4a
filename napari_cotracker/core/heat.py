"""A heat map of tracks × frames: every cell as one byte, the worst of many cells in one pixel.

Codes are ordered by how much they matter to someone who looks for mistakes, so that the worst of
many cells is simply the largest code: 0 not tracked, 1 out of view, 2 occluded, then the score
that is shown, from 3 for a score of 1 up to 255 for a score of 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tracks import Bytes, CellArrays, State, is_anchor, resolve_states

Places = NDArray[np.int64]

NOT_TRACKED, OUT_OF_VIEW, OCCLUDED, BEST = 0, 1, 2, 3
STEPS = 255 - BEST
QUANTITIES = ("confidence", "visibility")
DOUBTFUL = 0.5
NOBODY, PLACED, DENIED = 0, 1, 2  # what a person said of a cell: nothing, where it is, that it cannot be seen


def encode(cells: CellArrays, size: tuple[int, int] | None, quantity: str = "confidence") -> Bytes:
    """The code of every cell.

    A place of which the tracker is not sure is not hidden for that: as far as nobody has said what a
    cell is, its visibility alone decides whether it is occluded, and a map of the visibility itself
    leaves that open. A visible cell without a score counts as sure.

    Parameters
    ----------
    cells : CellArrays
        Of any leading shape.
    size : (width, height) or None
        Of the picture.
    quantity : str
        One of `QUANTITIES`: the score that is shown.
    """
    sure = np.ones_like(cells.visibility)
    scores = (cells.visibility if quantity == "confidence" else sure, sure)
    states = resolve_states(cells.xy, scores, cells.state, size)
    values = np.nan_to_num(cells.confidence if quantity == "confidence" else cells.visibility, nan=1.0)
    codes = np.rint(255 - STEPS * np.clip(values, 0, 1)).astype(np.uint8)
    return np.where(states == State.VISIBLE, codes, _CODES_OF_STATES[states])


_CODES_OF_STATES = np.zeros(len(State), np.uint8)
_CODES_OF_STATES[[State.OCCLUDED_LOCATED, State.OCCLUDED]] = OCCLUDED
_CODES_OF_STATES[State.OUT_OF_FRAME] = OUT_OF_VIEW


def is_denied(state: Bytes) -> NDArray[np.bool_]:
    """Which anchors, by their `State`, say that a track cannot be seen, not where it is."""
    return np.isin(state, (State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN))


def score_of(code: ArrayLike) -> NDArray[np.float64]:
    """The score behind codes from `BEST` on."""
    return (255 - np.asarray(code, np.float64)) / STEPS


def pixel_edges(start: float, length: float, pixels: int, total: int) -> Places:
    """(pixels + 1) where each pixel begins, in cells, of a stretch of cells spread over some pixels.

    Pixel *p* stands for the cells from ``edges[p]`` up to, not including, ``edges[p + 1]``, and for at
    least one.
    """
    edges: Places = np.floor(start + np.arange(pixels + 1) * (length / max(pixels, 1)) + 1e-9).astype(np.int64)
    edges[-1] = np.ceil(start + length - 1e-9)
    edges[:-1] = edges[:-1].clip(0, max(total - 1, 0))
    edges[-1:] = edges[-1:].clip(edges[-2:-1] + 1, max(total, 1)) if pixels else edges[-1:]
    return edges


def worst(codes: Bytes, rows: Places, row_edges: Places, frame_edges: Places) -> Bytes:
    """(pixels down, pixels across) the largest code behind every pixel.

    Parameters
    ----------
    codes : (N, T) uint8
    rows : (n,) int64
        Tracks in the order in which they are shown.
    row_edges, frame_edges : int64
        Of `pixel_edges`, the first in places of `rows`.
    """
    low, high = int(row_edges[0]), int(max(row_edges[-1], row_edges[-2] + 1))
    first, last = int(frame_edges[0]), int(max(frame_edges[-1], frame_edges[-2] + 1))
    few_rows, few_frames = (np.diff(row_edges) <= 1).all(), (np.diff(frame_edges) <= 1).all()
    if few_rows:
        part = codes[rows[low:high], first:last]
    else:
        part = np.empty((len(row_edges) - 1, last - first), np.uint8)
        # one call for each line of pixels is faster than reduceat, which goes cell by cell
        for line, start, end in zip(part, row_edges, np.maximum(row_edges[1:], row_edges[:-1] + 1)):
            np.maximum.reduce(codes[rows[start:end], first:last], axis=0, out=line)
    starts = frame_edges[:-1] - first
    part = part.take(starts, 1) if few_frames else np.maximum.reduceat(part, starts, axis=1)
    return np.asarray(part.take(row_edges[:-1] - low, 0) if few_rows else part)


class Heat:
    """The codes of a session's cells, brought up to date piece by piece.

    Parameters
    ----------
    ids : (N,) int64
        Tracks, ascending.
    n_frames : int

    Attributes
    ----------
    codes : (N, T) uint8
    said : (N, T) uint8
        `NOBODY`, `PLACED` or `DENIED`.
    """

    def __init__(self, ids: Places, n_frames: int) -> None:
        self.ids = np.asarray(ids, np.int64)
        self.codes = np.zeros((len(ids), n_frames), np.uint8)
        self.said = np.full((len(ids), n_frames), NOBODY, np.uint8)
        self._listed: tuple[Places, NDArray[np.bool_]] | None = None
        # every cell that is out of date lies on a stale frame of a stale track
        self._frames, self._tracks = np.ones(n_frames, bool), np.ones(len(ids), bool)

    @property
    def is_stale(self) -> bool:
        """Whether there is something to bring up to date."""
        return bool(self._frames.any() and self._tracks.any())

    @property
    def anchors(self) -> Places:
        """(K, 2) row of `codes` and frame of each cell that a person placed or approved, ascending; the same array
        as long as nothing changes."""
        return self._list()[0]

    @property
    def denied(self) -> NDArray[np.bool_]:
        """(K,) which of `anchors` say that the track cannot be seen there, not where it is."""
        return self._list()[1]

    def mark(self, ids: ArrayLike | None = None, frames: ArrayLike | None = None) -> None:
        """Say which cells changed; None for all."""
        self._tracks |= True if ids is None else np.isin(self.ids, ids)
        if frames is None:
            self._frames[:] = True
        else:
            wanted = np.asarray(frames, np.int64)
            self._frames[wanted[(wanted >= 0) & (wanted < len(self._frames))]] = True

    def reshape(self, ids: Places, n_frames: int) -> Heat:
        """The same for other tracks or another number of frames; what stays is not encoded again."""
        other = Heat(ids, n_frames)
        kept, old, new = np.intersect1d(self.ids, other.ids, return_indices=True)
        frames = min(n_frames, self.codes.shape[1])
        other.codes[new, :frames] = self.codes[old, :frames]
        other._frames[:frames] = self._frames[:frames]
        other._tracks[new] = self._tracks[old]
        other.said[new, :frames] = self.said[old, :frames]
        if len(kept) < len(other.ids) or frames < n_frames:
            other._frames[:], other._tracks[:] = True, other._tracks | (frames < n_frames)
        return other

    def refresh(self, cells: CellArrays, size: tuple[int, int] | None, quantity: str = "confidence",
                budget: int = 1 << 17) -> Places:
        """Bring up to date what is stale, as much as fits.

        Parameters
        ----------
        cells : CellArrays
            All of the session.
        size : (width, height) or None
            Of the picture.
        quantity : str
            One of `QUANTITIES`.
        budget : int
            Cells, at least one frame.

        Returns
        -------
        (t,) int64
            The frames that were encoded, ascending.
        """
        tracks = np.flatnonzero(self._tracks)
        frames = np.flatnonzero(self._frames)[: max(1, budget // max(len(tracks), 1))]
        if len(tracks) and len(frames):
            part = _Part(cells, frames, tracks)
            self.codes[np.ix_(tracks, frames)] = encode(part, size, quantity).T
            self._note(np.ix_(tracks, frames), part)
        self._frames[frames] = False
        if not self._frames.any():
            self._tracks[:] = False
        return frames if len(tracks) else frames[:0]

    def _note(self, where: tuple[NDArray[Any], ...], part: _Part) -> None:
        """What a person said of some cells; most often nothing new."""
        anchored = is_anchor(part.source)
        said = np.full(anchored.shape, NOBODY, np.uint8)
        said[anchored] = np.where(is_denied(part.state[anchored]), DENIED, PLACED)
        if not np.array_equal(said.T, self.said[where]):
            self.said[where] = said.T
            self._listed = None

    def _list(self) -> tuple[Places, NDArray[np.bool_]]:
        if self._listed is None:
            anchors = np.argwhere(self.said)
            self._listed = anchors, self.said[tuple(anchors.T)] == DENIED
        return self._listed


class _Part:
    """Some cells of many."""

    def __init__(self, cells: CellArrays, frames: Places, tracks: Places) -> None:
        whole_rows = len(tracks) == cells.state.shape[1]
        neighbours = frames[-1] - frames[0] == len(frames) - 1
        # slices where possible: they do not copy
        t = slice(int(frames[0]), int(frames[-1]) + 1) if neighbours else frames
        index = t if whole_rows else (t, tracks) if neighbours else np.ix_(frames, tracks)
        self.xy, self.visibility, self.confidence = cells.xy[index], cells.visibility[index], cells.confidence[index]
        self.state, self.source = cells.state[index], cells.source[index]


def worst_first(codes: Bytes) -> Places:
    """(N,) rows of `codes`: most doubtful frames first, then the lowest mean score; last what is never seen."""
    doubtful = np.count_nonzero(codes > 255 - STEPS * DOUBTFUL, axis=1)
    seen = np.count_nonzero(codes >= BEST, axis=1)
    total = np.sum(np.maximum(codes, BEST - 1) - (BEST - 1), axis=1, dtype=np.int64)
    mean = np.where(seen > 0, total / np.maximum(seen, 1), -1)
    return np.lexsort((-mean, -doubtful))


def by_position(xy: ArrayLike) -> Places:
    """(N,) places along a curve that visits the plane square by square, so that neighbours stay together."""
    points = np.nan_to_num(np.asarray(xy, np.float64).reshape(-1, 2))
    low = points.min(0, initial=np.inf)
    extent = max(float(np.ptp(points, axis=0).max()), 1e-9) if len(points) else 1.0
    grid = ((points - low) / extent * 1023).astype(np.int64) if len(points) else np.zeros((0, 2), np.int64)
    key = np.zeros(len(points), np.int64)
    for bit in range(10):
        key |= (grid[:, 0] >> bit & 1) << 2 * bit | (grid[:, 1] >> bit & 1) << 2 * bit + 1
    return np.argsort(key, kind="stable")


def by_name(names: Sequence[str], groups: Sequence[str]) -> Places:
    """(N,) places sorted by group, then name; numbers within a name by their value."""
    keys = [(_natural(group), _natural(name)) for name, group in zip(names, groups, strict=True)]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def _natural(text: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
