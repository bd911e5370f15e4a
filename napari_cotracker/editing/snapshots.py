"""Everything at one moment, written now and then so that a file opens without walking all of its history."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

import numpy as np

from . import encoding, records
from .cells import Cells
from .change import Change
from .database import Write
from .encoding import DamageError, Reader
from .patch import Block, Row
from .store import Store

STEPS = 1000  # that are taken until the next one
BYTES = 8 << 20  # of steps, or as many as two snapshots hold
LARGE = 16 << 20  # bytes of cells, which take a noticeable time to write
FEW_STEPS, FEW_BYTES = 100, 1 << 20  # that are walked again in less time
MOST_CELLS = 1 << 31  # that a session can have

Taken = tuple[int, Sequence[Row], Cells]
Capture = Callable[[], Taken]


class Snapshot(NamedTuple):
    """Where one was taken."""

    number: int
    step: int
    n_frames: int


class Snapshots:
    """When to write one, and which are there.

    Parameters
    ----------
    store : Store
    capture : callable
        Gives the last step that is done, and entries and cells (T, N) as they are beneath open runs.
    """

    def __init__(self, store: Store, capture: Capture) -> None:
        self._store, self._capture = store, capture
        self._steps, self._bytes, self._size = 0, 0, 0
        self._waiting: tuple[Future[None], list[int]] | None = None
        self._known: list[int] = []

    def know(self, steps: Iterable[int], size: int) -> None:
        """Those of some steps are there; the newest holds so many bytes."""
        self._known, self._size = list(steps), size

    def count(self, size: int) -> None:
        """A step of so many bytes was taken since the last one."""
        self._steps, self._bytes = self._steps + 1, self._bytes + size

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next one; not while one is being written, for which nobody is to wait."""
        is_long = self._steps >= STEPS or self._bytes >= max(BYTES, 2 * self._size)
        return is_long and self._store.is_file and (self._waiting is None or self._waiting[0].done())

    def is_behind(self, size: int) -> bool:
        """Whether a file of cells of so many bytes would open slowly, or be listed with other tracks than it has."""
        is_little = self._steps < FEW_STEPS and self._bytes < FEW_BYTES
        return self._steps > 0 and not (is_little and size > LARGE and size == self._size)

    def write(self, change: Change, step: int | None = None) -> None:
        """One of this moment, or of how a step that is about to be the last one leaves it."""
        self.settle()
        change.did(partial(setattr, self, "_known", self._known))
        change.write(put_snapshot(*self._next(step)))

    def post(self) -> None:
        """Write one when there is time; if it fails, the older one and the steps since are as good."""
        self.settle()
        known = self._known
        waiting = self._store.post(put_in_parts(*self._next()))
        self._waiting = None if waiting is None else (waiting, known)

    def drop(self, steps: Iterable[int], change: Change) -> None:
        """Some steps are no longer what they were; there is one snapshot at least afterwards."""
        if not self._store.is_file:
            return
        self.settle()
        gone, known = set(steps), self._known
        self._known = [step for step in known if step not in gone]
        if self._known != known:
            change.did(partial(setattr, self, "_known", known))
            change.write(drop_snapshots(gone))
        if not self._known:
            self.write(change)

    def _next(self, step: int | None = None) -> Taken:
        head, rows, cells = self._capture()
        head = head if step is None else step
        self._steps, self._bytes, self._size = 0, 0, cells.nbytes
        self._known = [*self._known, head][-2:]
        return head, rows, cells

    def settle(self) -> None:
        """Wait for one that is being written."""
        if self._waiting is not None:
            waiting, known = self._waiting
            self._known = known if waiting.exception() is not None else self._known
            self._waiting = None


def put_snapshot(step: int, rows: Sequence[Row], cells: Cells) -> Write:
    """Note everything as it was after a step: entries, and cells (T, n); only the newest two are kept."""
    def write(connection: sqlite3.Connection) -> None:
        for part in put_in_parts(step, rows, cells):
            part(connection)
    return write


def put_in_parts(step: int, rows: Sequence[Row], cells: Cells) -> Iterator[Write]:
    """The same as several writes, of which the last one makes it count; what an accident leaves goes with the next."""
    number, gone = 0, list[tuple[int]]()

    unnamed = f"WHERE id >> {records.PIECES} NOT IN (SELECT id FROM snapshots)"

    def clear(connection: sqlite3.Connection) -> None:
        nonlocal number
        (number,) = connection.execute("SELECT ifnull(max(id), 0) + 1 FROM snapshots").fetchone()
        connection.execute(f"DELETE FROM snapshot_pieces {unnamed}")

    def put(place: int, piece: bytes) -> Write:
        return lambda connection: records.put_piece(connection, "snapshot_pieces", number, place, piece)

    def name(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO snapshots VALUES (?, ?, ?)", (number, step, cells.shape[0]))
        connection.execute("DELETE FROM snapshots WHERE id NOT IN (SELECT id FROM snapshots ORDER BY id DESC LIMIT 2)")
        gone.extend(connection.execute(f"SELECT id FROM snapshot_pieces {unnamed}"))
    yield clear
    for place, piece in enumerate(_snapshot_to_pieces(rows, cells)):
        yield put(place, piece)
    yield name
    for key in gone:
        yield partial(_drop_piece, key)


def drop_snapshots(steps: Iterable[int]) -> Write:
    """Drop the snapshots of some steps."""
    gone = set(steps)

    def write(connection: sqlite3.Connection) -> None:
        found = connection.execute("SELECT id, step FROM snapshots").fetchall()
        for number in (each for each, step in found if step in gone):
            connection.execute("DELETE FROM snapshots WHERE id = ?", (number,))
            connection.execute("DELETE FROM snapshot_pieces WHERE id BETWEEN ? AND ?", records.pieces_of(number))
    return write


def read_snapshots(connection: sqlite3.Connection) -> list[Snapshot]:
    """All that are there, the newest last."""
    rows = connection.execute("SELECT id, step, n_frames FROM snapshots ORDER BY id")
    return [Snapshot(int(number), int(step), int(n_frames)) for number, step, n_frames in rows]


def read_snapshot(connection: sqlite3.Connection, snapshot: Snapshot) -> tuple[tuple[Row, ...], list[Block]]:
    """Entries and cells of one.

    Raises
    ------
    DamageError
    """
    rows, blocks = read_rows(connection, snapshot), []
    if len(rows) * snapshot.n_frames > MOST_CELLS:
        raise DamageError(f"expected at most {MOST_CELLS} cells, got {len(rows)} × {snapshot.n_frames}")
    for piece in records.read_pieces(connection, "snapshot_pieces", snapshot.number)[1:]:
        reader = Reader(piece)
        frames, ids = encoding.read_place(reader)
        cells = reader.cells((len(frames), len(ids)))
        blocks.append(Block(frames, ids, cells, cells))
    return rows, blocks


def read_rows(connection: sqlite3.Connection, snapshot: Snapshot) -> tuple[Row, ...]:
    """Entries of one.

    Raises
    ------
    DamageError
    """
    first = connection.execute("SELECT data FROM snapshot_pieces WHERE id = ?", records.pieces_of(snapshot.number)[:1])
    return encoding.rows_from_json(Reader(*(first.fetchone() or (None,))).text())


def _snapshot_to_pieces(rows: Sequence[Row], cells: Cells) -> Iterator[bytes]:
    yield encoding.seal(encoding.put_text(encoding.rows_to_json(rows)))
    frames, ids = np.arange(cells.shape[0]), np.array([row.id for row in rows], np.int64)
    for some in encoding.columns_of_pieces(*cells.shape):
        yield encoding.seal([*encoding.put_place(frames, ids[some]), *encoding.put_cells(cells[:, some])])


def _drop_piece(key: tuple[int], connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM snapshot_pieces WHERE id = ?", key)
