"""The table of tracks: who is there, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.coordinates import has_place
from ..core.errors import EditError
from ..core.tracks import Tracks
from .patch import Row

Ids = NDArray[np.int64]
NOBODY = np.iinfo(np.int64).min  # no track's id
HIGHEST = (1 << 62) - (1 << 32)  # a session file holds those that follow, too


class Roster:
    """Entries of tracks in the order of their ids; an id is never given twice."""

    def __init__(self) -> None:
        self._rows: tuple[Row, ...] = ()
        self._ids, self._with_nobody = _ids_of(()), np.array([NOBODY], np.int64)
        self._next_id = 0

    @property
    def ids(self) -> Ids:
        """(N,) ascending, not to be written to."""
        return self._ids

    @property
    def rows(self) -> tuple[Row, ...]:
        """The entries, in the order of `ids`."""
        return self._rows

    def has(self, ids: ArrayLike) -> NDArray[np.bool_]:
        """Which of some ids are there."""
        wanted = np.asarray(ids, np.int64).reshape(-1)
        places = np.searchsorted(self._ids, wanted)
        return np.asarray(self._with_nobody[places] == wanted)

    def columns(self, ids: ArrayLike) -> NDArray[np.intp]:
        """Places of some tracks in `ids`.

        Raises
        ------
        EditError
            If one of them is not there.
        """
        wanted = np.asarray(ids, np.int64).reshape(-1)
        known = self.has(wanted)
        if not known.all():
            raise EditError(f"expected tracks of this session, got {int(wanted[~known][0])}, which is not there")
        return np.searchsorted(self._ids, wanted)

    @property
    def next_id(self) -> int:
        """The least id that no track has or had."""
        return self._next_id

    def reserve(self, next_id: int) -> None:
        """Ids below this one were given."""
        self._next_id = max(self._next_id, next_id)

    def new_ids(self, count: int) -> Ids:
        """Ids that no track has or had."""
        first = self._next_id
        self._next_id += count
        return np.arange(first, first + count, dtype=np.int64)

    def insert(self, rows: Iterable[Row]) -> NDArray[np.intp]:
        """Take in new tracks; gives their places afterwards, ascending.

        Raises
        ------
        EditError
            If an id is one that no session can hold.
        """
        new = {row.id: row for row in rows}
        odd = [id for id in new if not NOBODY < id <= HIGHEST]
        if odd:
            raise EditError(f"expected ids of tracks up to {HIGHEST}, got {odd[0]}; give the tracks smaller numbers")
        self._set((*self._rows, *new.values()))
        self._next_id = max(self._next_id, int(self._ids[-1]) + 1)
        return np.searchsorted(self._ids, np.array(sorted(new), np.int64))

    def remove(self, rows: Iterable[Row]) -> NDArray[np.intp]:
        """Let tracks go; gives the places that they had, ascending."""
        places = np.asarray(np.sort(self.columns([row.id for row in rows])))
        gone = set(places.tolist())
        self._set(row for n, row in enumerate(self._rows) if n not in gone)
        return places

    def replace(self, rows: Iterable[Row]) -> None:
        """Give tracks other entries."""
        new = tuple(rows)
        if not new:
            return
        changed = list(self._rows)
        for place, row in zip(self.columns([row.id for row in new]).tolist(), new):
            changed[place] = row
        self._rows = tuple(changed)

    def _set(self, rows: Iterable[Row]) -> None:
        self._rows = tuple(sorted(rows, key=lambda row: row.id))
        self._ids = _ids_of(self._rows)
        self._with_nobody = np.append(self._ids, NOBODY)


def rows_of(tracks: Tracks) -> tuple[Row, ...]:
    """The entries of some tracks; one without a query starts where it is first tracked."""
    known = {}
    if tracks.queries is not None:
        known = {int(i): (int(t), xy) for i, t, xy in zip(tracks.queries.ids, tracks.queries.t, tracks.queries.xy)}
    tracked = has_place(tracks.xy)
    firsts = np.where(tracked.any(0), tracked.argmax(0), -1).tolist() if tracks.n_frames else [-1] * len(tracks)
    rows = []
    for n, (id, first) in enumerate(zip(tracks.ids.tolist(), firsts)):
        t, xy = known.get(id) or ((first, tracks.xy[first, n]) if first >= 0 else (0, (np.nan, np.nan)))
        rows.append(Row(id, tracks.names[n], tracks.groups[n], t, (float(xy[0]), float(xy[1]))))
    return tuple(rows)


def _ids_of(rows: Iterable[Row]) -> Ids:
    ids = np.array([row.id for row in rows], np.int64)
    ids.flags.writeable = False
    return ids
