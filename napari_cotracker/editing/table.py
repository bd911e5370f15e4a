"""Entries and cells of all tracks, kept in step."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.queries import Queries
from ..core.tracks import Anchors, Tracks, is_anchor
from .cells import Cells, CellTable
from .claims import is_placed
from .patch import Block, Patch, Row
from .roster import Ids, Roster, rows_of


class TrackTable:
    """What a session holds at one moment; columns of cells are in the order of the roster.

    Parameters
    ----------
    n_frames : int
    """

    def __init__(self, n_frames: int) -> None:
        self.roster = Roster()
        self._cells = CellTable(n_frames)

    @property
    def n_frames(self) -> int:
        """T."""
        return self._cells.n_frames

    @property
    def cells(self) -> Cells:
        """All of them (T, N), as views that must not be written to."""
        return self._cells.cells

    @property
    def queries(self) -> Queries:
        """Where each track starts; those of which that is not known, or no longer on a frame, are left out."""
        rows = [row for row in self.roster.rows if self._is_started(row)]
        return Queries(np.array([row.t for row in rows], np.int64), np.array([row.xy for row in rows], np.float32),
                       np.array([row.id for row in rows], np.int64), tuple(row.name for row in rows))

    @property
    def anchors(self) -> Anchors:
        """Cells that a person placed or approved."""
        return Anchors.of(self.roster.ids, self.cells)

    def tracks(self, meta: Mapping[str, Any], *, is_lent: bool = False) -> Tracks:
        """A copy of everything; or, if it is lent, cells that change with those of the session."""
        cells, rows, queries = self.cells if is_lent else self.cells.copy(), self.roster.rows, self.queries
        return Tracks(
            ids=self.roster.ids.copy(), xy=cells.xy, visibility=cells.visibility, confidence=cells.confidence,
            state=cells.state, source=cells.source, names=tuple(row.name for row in rows),
            groups=tuple(row.group for row in rows), queries=queries if len(queries) else None, meta=meta,
        )

    def incomplete(self, direction: str) -> Ids:
        """Tracks with cells that have no position, from the query on ("forward"), before it, or either ("both")."""
        empty = ~is_placed(self.cells) & ~is_anchor(self.cells.source)
        rows = self.roster.rows
        if direction != "both":
            before = np.arange(self.n_frames)[:, None] < np.array([row.t for row in rows], np.int64)
            empty &= before if direction == "backward" else ~before
        starts = np.array([self._is_started(row) for row in rows], np.bool_)
        return np.asarray(self.roster.ids[empty.any(0) & starts])

    def read(self, frames: NDArray[np.int64], ids: Ids) -> Cells:
        """(t, n) a copy of some cells, empty ones of tracks that are not there."""
        there = self.roster.has(ids)
        cells = self._cells.read(frames, self.roster.columns(ids[there]))
        if there.all():
            return cells
        out = Cells.empty(len(frames), len(ids))
        out.write(np.s_[:, there], cells)
        return out

    def check(self, patch: Patch) -> None:
        """Refuse a patch of tracks that are not there, or that are there already.

        Raises
        ------
        EditError
        """
        if not patch.changes_table:
            return
        self.roster.columns([row.id for row in patch.before])
        comes = np.array([row.id for row in patch.comes], np.int64)
        if (there := self.roster.has(comes)).any():
            raise EditError(f"expected tracks that are new to this session, got {comes[there][0]}, which is there")

    def put(self, patch: Patch) -> None:
        """Do what a patch says; tracks that go take their cells along."""
        if patch.changes_table:
            self._put_rows(patch)
        for block in patch.blocks:
            there = self.roster.has(block.ids)
            if there.any():
                after = block.after if there.all() else block.after[:, there]
                self._cells.write(block.frames, self.roster.columns(block.ids[there]), after)

    def inverse(self, patch: Patch) -> Patch:
        """What takes a patch back, whatever it says was there before."""
        goes = np.array([row.id for row in patch.goes], np.int64)
        blocks = [Block(block.frames, block.ids, block.after, self._as_it_is(block)) for block in patch.blocks]
        if len(goes):
            cells = self.read(np.arange(self.n_frames), goes)
            blocks.append(Block(np.arange(self.n_frames), goes, cells, cells))
        there = self.roster.columns([row.id for row in patch.before])
        return Patch(patch.label, tuple(blocks), patch.after, tuple(self.roster.rows[n] for n in there.tolist()))

    def _as_it_is(self, block: Block) -> Cells:
        if not self.roster.has(block.ids).any():
            return Cells.nothing(len(block.frames), len(block.ids))
        return self.read(block.frames, block.ids)

    def resize(self, n_frames: int) -> Callable[[], object]:
        """Another number of frames; cells of frames that go are lost, new ones are empty. Gives what takes it back."""
        return self._cells.resize(n_frames)

    def _is_started(self, row: Row) -> bool:
        """Whether it can be followed: a film may turn out to be shorter than it was when a point was placed."""
        return row.t < self.n_frames and math.isfinite(row.xy[0] + row.xy[1])

    def _put_rows(self, patch: Patch) -> None:
        comes, goes = patch.comes, patch.goes
        if comes:
            self._cells.insert(self.roster.insert(comes))
        if goes:
            self._cells.remove(self.roster.remove(goes))
        self.roster.replace(patch.after)


def opening(tracks: Tracks) -> Patch:
    """The patch that brings all of some tracks into an empty table."""
    columns = np.argsort(tracks.ids)
    cells = Cells(tracks.xy, tracks.visibility, tracks.confidence, tracks.state, tracks.source)
    is_sorted = (np.diff(columns) > 0).all()
    cells = cells.copy() if is_sorted else cells[:, columns]  # a copy either way: the history keeps it
    block = Block(np.arange(tracks.n_frames), tracks.ids[columns], Cells.nothing(*cells.shape), cells)
    return Patch("open", (block,), after=rows_of(tracks))


def arriving(tracks: Tracks, ids: Ids, label: str, n_frames: int) -> Patch:
    """The patch that brings tracks in, under other numbers.

    Parameters
    ----------
    tracks : Tracks
    ids : (n,) int64
        Ascending, which no track of the session has.
    label : str
    n_frames : int
        Of the session.

    Raises
    ------
    EditError
        If there is none, or they are of another number of frames.
    """
    if not len(tracks) or tracks.n_frames != n_frames:
        raise EditError(f"expected at least one track of {n_frames} frames, got {len(tracks)} of {tracks.n_frames}")
    number = dict(zip(tracks.ids.tolist(), ids.tolist(), strict=True))
    queries = None if tracks.queries is None or len(tracks.queries) != len(tracks) else replace(
        tracks.queries, ids=np.array([number[id] for id in tracks.queries.ids.tolist()], np.int64))
    return replace(opening(replace(tracks, ids=ids, queries=queries)), label=label)
