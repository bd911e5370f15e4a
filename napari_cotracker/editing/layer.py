"""Cells kept aside: what is beneath those that an open run shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cells import Cells, CellTable, area

Back = Callable[[], object]


class Told(NamedTuple):
    """Cells (t, n) that a run shows, where `where` is true."""

    frames: NDArray[np.int64]
    ids: NDArray[np.int64]
    where: NDArray[np.bool_]
    cells: Cells

    def tracks(self, tracks: NDArray[np.bool_]) -> Told:
        """Those of some tracks (n,)."""
        return Told(self.frames, self.ids[tracks], self.where[:, tracks], self.cells[:, tracks])


class Layer:
    """Some cells of some tracks; of every cell it says whether it is kept here, and what it holds.

    Parameters
    ----------
    n_frames : int
    """

    def __init__(self, n_frames: int) -> None:
        self._columns: dict[int, int] = {}
        self._table = CellTable(n_frames)
        self._kept = np.zeros((n_frames, 0), np.bool_)

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) tracks of which at least one cell is kept, ascending."""
        known = np.array(list(self._columns), np.int64)
        return np.sort(known[self._kept.any(0)])

    def kept(self, frames: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(t, n) which of some cells are kept."""
        columns = self._find(ids)
        out = np.zeros((len(frames), len(ids)), np.bool_)
        out[:, columns >= 0] = self._kept[area(frames, columns[columns >= 0])]
        return out

    def keep(self, frames: NDArray[np.int64], ids: NDArray[np.int64], where: NDArray[np.bool_], cells: Cells) -> Back:
        """Keep those of some cells (t, n) where `where` is true; gives what takes that back."""
        new = [id for id in ids.tolist() if id not in self._columns]
        if new:
            first = len(self._columns)
            self._columns.update({id: first + n for n, id in enumerate(new)})
            self._table.insert(np.arange(first, first + len(new)))
            self._kept = np.pad(self._kept, ((0, 0), (0, len(new))))
        columns = self._find(ids)
        index, before = area(frames, columns), self._table.read(frames, columns)
        kept = self._kept[index].copy()
        self._table.write(frames, columns, before.put(where, cells))
        self._kept[index] |= where

        def back() -> None:
            self._table.write(frames, columns, before)
            self._kept[area(frames, columns)] = kept
        return back

    def drop(self, frames: NDArray[np.int64], ids: NDArray[np.int64], where: NDArray[np.bool_]) -> Back:
        """Keep some cells no longer; gives what takes that back."""
        columns = self._find(ids)
        known = columns >= 0
        index = area(frames, columns[known])
        kept = self._kept[index].copy()
        self._kept[index] &= ~where[:, known]

        def back() -> None:
            self._kept[index] = kept
        return back

    def over(self, frames: NDArray[np.int64], ids: NDArray[np.int64], cells: Cells) -> Cells:
        """These cells (t, n), those that are kept here in their place."""
        columns = self._find(ids)
        known = columns >= 0
        if not known.any():
            return cells
        # a column that is not known reads any other, of which nothing is taken
        mine = self._table.read(frames, np.where(known, columns, 0))
        return cells.put(self.kept(frames, ids), mine)

    def _find(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Columns of tracks, -1 of those that are not known."""
        return np.array([self._columns.get(id, -1) for id in ids.tolist()], np.intp)
