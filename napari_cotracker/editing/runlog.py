"""What open runs show, written down until they end: if the program is cut off, this is what is left of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Sides
from ..core.words import as_label
from . import encoding
from .cells import Cells
from .change import Change
from .database import Write
from .encoding import DamageError, to_json
from .layer import Layer, Told
from .patch import Block
from .records import parsed
from .store import Store
from .table import TrackTable

Place = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]


class Left(NamedTuple):
    """What is left of a run that was cut off.

    Parameters
    ----------
    number : int
    label : str
    joins : int or None
        The step that it belongs to.
    facts : mapping or None
    shown : Layer
        The cells that it showed.
    sides : list of Sides
    """

    number: int
    label: str
    joins: int | None
    facts: Mapping[str, Any] | None
    shown: Layer
    sides: list[Sides]

    def block(self, table: TrackTable) -> Block:
        """What it makes of the cells of a table; tracks that are gone are left out."""
        frames, ids = np.arange(table.n_frames), self.shown.ids
        ids = ids[table.roster.has(ids)]
        before = table.read(frames, ids)
        return Block(frames, ids, before, self.shown.over(frames, ids, before)).trimmed()


class RunLog:
    """Writes down what happens to the cells of open runs, where that outlives the session.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, change: Change, run: int, label: str, joins: int | None, facts: Mapping[str, Any] | None) -> None:
        """A run was opened."""
        self._write(change, [begin_run(run, label, joins, facts)])

    def show(self, change: Change, run: int, told: Told) -> None:
        """It shows some cells."""
        self._write(change, (tell(run, "cells", piece) for piece in told_to_pieces(told)))

    def drop(self, change: Change, run: int, place: Place) -> None:
        """It shows some cells (frames, ids, where) no longer."""
        self._write(change, (tell(run, "gone", piece) for piece in place_to_pieces(*place)))

    def keep(self, change: Change, run: int, sides: Sequence[Sides]) -> None:
        """It has one-sided answers."""
        self._write(change, (tell(run, "sides", encoding.sides_to_piece(each)) for each in sides))

    def end(self, change: Change, run: int) -> None:
        """It was closed."""
        self._write(change, [end_run(run)])

    def _write(self, change: Change, writes: Iterable[Write]) -> None:
        if self._store.is_file:
            change.write(*writes)


def read_left(connection: sqlite3.Connection, n_frames: int) -> list[Left]:
    """What is left of the runs that were open, in the order of their beginning.

    Raises
    ------
    DamageError
    """
    rows = connection.execute("SELECT number, label, joins, facts FROM runs ORDER BY number").fetchall()
    left = {number: Left(number, str(label), joins, parsed(facts), Layer(n_frames), [])
            for number, label, joins, facts in rows}
    for run, kind, data in connection.execute("SELECT run, kind, data FROM events ORDER BY id"):
        if run not in left:
            raise DamageError(f"expected what happened to a run, got one of run {run}, which never was")
        if kind == "sides":
            left[run].sides.append(encoding.piece_to_sides(data))
            continue
        told = piece_to_told(data)
        if len(told.frames) and told.frames.max() >= n_frames:
            raise DamageError(f"expected frames up to {n_frames - 1}, got {told.frames.max()}")
        if kind == "cells":
            left[run].shown.keep(*told)
        else:
            left[run].shown.drop(*told[:3])
    return [*left.values()]


def begin_run(run: int, label: str, joins: int | None, facts: Mapping[str, Any] | None) -> Write:
    """Note that a run was opened, and that nothing happened to its cells yet."""
    row = (run, as_label(label), joins, to_json(facts))

    def write(connection: sqlite3.Connection) -> None:
        end_run(run)(connection)
        connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?)", row)
    return write


def tell(run: int, kind: str, data: bytes) -> Write:
    """Note what happened to the cells of an open run."""
    return lambda connection: connection.execute(
        "INSERT INTO events (run, kind, data) VALUES (?, ?, ?)", (run, kind, data))


def end_run(run: int) -> Write:
    """Forget an open run."""
    def write(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM runs WHERE number = ?", (run,))
        connection.execute("DELETE FROM events WHERE run = ?", (run,))
    return write


def whole(run: int, told: Told, sides: Sequence[Sides]) -> list[Write]:
    """Note all that an open run shows."""
    pieces = [*(("cells", piece) for piece in told_to_pieces(told)),
              *(("sides", encoding.sides_to_piece(each)) for each in sides)]
    return [tell(run, kind, piece) for kind, piece in pieces]


def told_to_pieces(told: Told) -> Iterator[bytes]:
    """Cells that a run shows."""
    frames, ids, where, cells = told
    for some in encoding.columns_of_pieces(*where.shape):
        place = [*encoding.put_place(frames, ids[some]), *encoding.put_array(where[:, some], "u1")]
        yield encoding.seal([*place, *encoding.put_cells(cells[:, some])])


def place_to_pieces(frames: NDArray[np.int64], ids: NDArray[np.int64], where: NDArray[np.bool_]) -> Iterator[bytes]:
    """Some cells (t, n), without what is in them."""
    for some in encoding.columns_of_pieces(*where.shape):
        yield encoding.seal([*encoding.put_place(frames, ids[some]), *encoding.put_array(where[:, some], "u1")])


def piece_to_told(piece: object) -> Told:
    """What was made by `told_to_pieces` or `place_to_pieces`, of which the cells are empty.

    Raises
    ------
    DamageError
    """
    reader = encoding.Reader(piece)
    frames, ids = encoding.read_place(reader)
    shape = (len(frames), len(ids))
    where = reader.array("u1", shape).astype(np.bool_)
    return Told(frames, ids, where, Cells.empty(*shape) if reader.is_at_end else reader.cells(shape))
