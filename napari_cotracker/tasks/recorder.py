"""Gathers the updates of a run into tracks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import has_place
from ..core.errors import TrackingError
from ..core.queries import Queries
from ..core.tracker import TrackUpdate
from ..core.tracks import Anchors, Source, State, Tracks


class Side(Enum):
    """Which frames a pass answers for, seen from each track's query."""

    AFTER = "from the query on"
    BEFORE = "before the query"
    BOTH = "all frames"


class Recorder:
    """Every cell of a run, filled by its updates.

    Query cells and anchors are written once, here, and hold: no update moves them. Later updates
    overwrite earlier ones, but a NaN never overwrites a value, nor does a guess.

    Parameters
    ----------
    n_frames : int
    queries : Queries
    anchors : Anchors
        Those of tracks that have no query are left out.
    """

    def __init__(self, n_frames: int, queries: Queries, anchors: Anchors | None = None) -> None:
        self._n_frames = n_frames
        self._anchors = anchors or Anchors.none()
        self._ids = np.zeros(0, np.int64)
        self._t = np.zeros(0, np.int64)
        self._query_xy = np.zeros((0, 2), np.float32)
        self._names: tuple[str, ...] = ()
        self._xy = np.zeros((n_frames, 0, 2), np.float32)
        self._visibility = np.zeros((n_frames, 0), np.float32)
        self._confidence = np.zeros((n_frames, 0), np.float32)
        self._state = np.zeros((n_frames, 0), np.uint8)
        self._source = np.zeros((n_frames, 0), np.uint8)
        self._held = np.zeros((n_frames, 0), np.bool_)
        self._columns: dict[int, int] = {}
        self.add(queries)

    @property
    def queries(self) -> Queries:
        """Every query so far, those that were added during the run at the end."""
        return Queries(self._t, self._query_xy, self._ids, self._names)

    def add(self, queries: Queries) -> None:
        """Make room for more tracks.

        Raises
        ------
        TrackingError
            If a query lies outside the clip or its id is taken.
        """
        if not len(queries):
            return
        queries.check_against(self._n_frames)
        taken = [int(i) for i in queries.ids if int(i) in self._columns]
        if taken:
            raise TrackingError(f"expected new track ids, got {taken[0]}, which this run already follows")
        first, n = len(self._ids), len(queries)
        self._columns.update({int(track): first + i for i, track in enumerate(queries.ids)})
        self._grow(queries)
        columns = np.arange(first, first + n)
        self._write_held(queries.t, columns, queries.xy, visible=np.ones(n, np.bool_))
        self._hold_anchors(first)

    def write(self, update: TrackUpdate, side: Side = Side.BOTH) -> TrackUpdate:
        """Take in an update; gives back what was taken, NaN in every other cell.

        Raises
        ------
        TrackingError
            If the update names a track or a frame that is not part of the run.
        """
        if not len(update.frames) or not len(update.ids):
            return update
        frames, columns = self._locate(update)
        grid = np.ix_(frames, columns)
        new = has_place(update.xy) & ~self._held[grid] & self._answered(frames, columns, side)
        if update.is_guess:
            new &= np.isnan(self._xy[grid]).any(2)
        row, column = np.nonzero(new)
        cells = frames[row], columns[column]
        self._xy[cells] = update.xy[new]
        self._visibility[cells] = _probability(update.visibility[new])
        self._confidence[cells] = _probability(update.confidence[new])
        self._source[cells] = Source.PREDICTED
        shown = new | (self._held[grid] & has_place(self._xy[grid]))
        return replace(
            update, xy=np.where(shown[..., None], self._xy[grid], np.float32(np.nan)),
            visibility=np.where(shown, self._visibility[grid], np.float32(np.nan)),
            confidence=np.where(shown, self._confidence[grid], np.float32(np.nan)),
        )

    def unanswered(self, side: Side) -> Queries:
        """Queries of which one whole side, though it has frames, holds nothing but what was given."""
        frames = np.arange(self._n_frames)
        asked = self._answered(frames, np.arange(len(self._ids)), side) & ~self._held
        answered = has_place(self._xy) & asked
        return self.queries.select(np.flatnonzero(asked.any(0) & ~answered.any(0)))

    def has_answers(self) -> bool:
        """Whether any cell holds more than what was given."""
        return bool((has_place(self._xy) & ~self._held).any())

    def tracks(self, meta: Mapping[str, Any], bad_frames: Iterable[int] = ()) -> Tracks:
        """The tracks so far; cells of frames that could not be decoded are unknown, save anchors."""
        state = self._state.copy()
        rows = np.array(sorted(bad_frames), np.int64)
        rows = rows[(rows >= 0) & (rows < self._n_frames)]
        mine = np.isin(self._source[rows], (Source.NONE, Source.PREDICTED))
        state[rows] = np.where(mine, State.UNKNOWN, state[rows])
        return Tracks(
            ids=self._ids.copy(), xy=self._xy.copy(), visibility=self._visibility.copy(),
            confidence=self._confidence.copy(), state=state, source=self._source.copy(), names=self._names,
            queries=self.queries, meta=meta,
        )

    def _grow(self, queries: Queries) -> None:
        shape, n = (self._n_frames, len(queries)), len(queries)
        nan = np.full(shape, np.nan, np.float32)
        self._query_xy = np.concatenate([self._query_xy, queries.xy])
        self._ids = np.concatenate([self._ids, queries.ids])
        self._t = np.concatenate([self._t, queries.t])
        self._names += queries.names
        self._xy = np.concatenate([self._xy, np.full((self._n_frames, n, 2), np.nan, np.float32)], 1)
        self._visibility = np.concatenate([self._visibility, nan], 1)
        self._confidence = np.concatenate([self._confidence, nan], 1)
        self._state = np.concatenate([self._state, np.full(shape, State.FROM_SCORES, np.uint8)], 1)
        self._source = np.concatenate([self._source, np.full(shape, Source.NONE, np.uint8)], 1)
        self._held = np.concatenate([self._held, np.zeros(shape, np.bool_)], 1)

    def _write_held(self, t: NDArray[np.int64], columns: NDArray[np.int64], xy: NDArray[np.float32],
                    visible: NDArray[np.bool_]) -> None:
        self._xy[t, columns] = xy
        self._visibility[t, columns] = visible
        self._confidence[t, columns] = 1
        self._source[t, columns] = Source.PREDICTED
        self._held[t, columns] = True

    def _hold_anchors(self, first: int) -> None:
        given = self._anchors
        mine = np.array([self._columns.get(int(i), -1) >= first for i in given.ids], np.bool_)
        mine &= (given.t >= 0) & (given.t < self._n_frames)
        columns = np.array([self._columns[int(i)] for i in given.ids[mine]], np.int64)
        t, state, xy = given.t[mine], given.state[mine], given.xy[mine]
        # an occluded anchor may lie anywhere: where it sits on the query cell, the query says where
        xy = np.where(np.isfinite(xy).all(1, keepdims=True), xy, self._xy[t, columns])
        visible = np.isin(state, (State.FROM_SCORES, State.VISIBLE))
        self._write_held(t, columns, xy, visible)
        self._state[t, columns] = state
        self._source[t, columns] = Source.HUMAN

    def _locate(self, update: TrackUpdate) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        frames = np.asarray(update.frames, np.int64)
        unknown = [int(i) for i in update.ids if int(i) not in self._columns]
        if unknown or frames.min() < 0 or frames.max() >= self._n_frames:
            what = f"track {unknown[0]}" if unknown else f"frames {frames.min()} to {frames.max()}"
            raise TrackingError(f"expected answers for the tracks and {self._n_frames} frames asked for, got {what}")
        cells = (len(frames), len(update.ids))
        if update.xy.shape != (*cells, 2) or update.visibility.shape != cells or update.confidence.shape != cells:
            raise TrackingError(f"expected an update of {cells[0]} × {cells[1]} cells, got shape {update.xy.shape}")
        return frames, np.array([self._columns[int(i)] for i in update.ids], np.int64)

    def _answered(self, frames: NDArray[np.int64], columns: NDArray[np.int64], side: Side) -> NDArray[np.bool_]:
        before = frames[:, None] < self._t[columns]
        if side is Side.BOTH:
            return np.ones_like(before)
        return before if side is Side.BEFORE else ~before


def _probability(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(np.nan_to_num(values, nan=0.0), 0, 1).astype(np.float32)
