"""What is written into a session's database, and read from it, one thing at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.blending import Sides
from ..core.errors import EditError
from . import encoding
from .database import Write
from .encoding import DamageError, to_json
from .patch import Patch

PIECES = 16  # bits that number the pieces of a patch


class SessionState(NamedTuple):
    """Where a session is: the last step that is done, and numbers that are not to be given again."""

    head: int
    root: int
    next_step: int
    visits: int
    next_id: int
    n_frames: int
    width: int
    height: int


@dataclass
class Node:
    """A step in the tree of all that was done.

    Parameters
    ----------
    number, parent : int
        A parent that is not there any more is where the history begins.
    label : str
    time : float
        Seconds since 1970.
    visited : int
        Grows whenever a step is done; of two steps that follow the same one, the later visited is done again.
    size : int
        Bytes in the file.
    n_frames : int or None
        Frames from this one on were cut off since.
    runs : list
        What is known of the runs that made it.
    """

    number: int
    parent: int
    label: str
    time: float
    visited: int
    size: int = 0
    n_frames: int | None = None
    runs: Sequence[Any] = ()


def set_state(**values: int) -> Write:
    """Note where the session is."""
    columns = ", ".join(f"{name} = :{name}" for name in values)
    return lambda connection: connection.execute(f"UPDATE state SET {columns}", values)


def begin_state(state: SessionState) -> Write:
    """Note where a new session is."""
    return lambda connection: connection.execute("INSERT INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)", state)


def read_state(connection: sqlite3.Connection) -> SessionState:
    """Where the session is.

    Raises
    ------
    DamageError
    """
    found = connection.execute(f"SELECT {', '.join(SessionState._fields)} FROM state").fetchall()
    if len(found) != 1 or not all(isinstance(value, int) and 0 <= value < 1 << 62 for value in found[0]):
        raise DamageError("expected where the session is, got other values")
    state = SessionState(*found[0])
    if state.n_frames > encoding.LARGEST:
        raise DamageError(f"expected at most {encoding.LARGEST} frames, got {state.n_frames}")
    return state


def put_value(table: str, name: str, value: Any) -> Write:
    """Note a fact or a setting."""
    text = to_json(value)
    return lambda connection: connection.execute(f"REPLACE INTO {table} VALUES (?, ?)", (name, text))


def drop_value(table: str, name: str) -> Write:
    """Forget a fact or a setting."""
    return lambda connection: connection.execute(f"DELETE FROM {table} WHERE name = ?", (name,))


def read_values(table: str) -> Callable[[sqlite3.Connection], dict[str, Any]]:
    """A query for all facts or settings."""

    def query(connection: sqlite3.Connection) -> dict[str, Any]:
        return {str(name): parsed(text) for name, text in connection.execute(f"SELECT name, value FROM {table}")}
    return query


def parsed(text: object) -> Any:
    """A JSON value.

    Raises
    ------
    DamageError
    """
    try:
        return json.loads(str(text))
    except ValueError as mishap:
        raise DamageError(f"expected JSON, got {str(text)!r:.60}") from mishap


def put_step(node: Node, pieces: Sequence[bytes] | None, sides: Iterable[Sides]) -> Write:
    """Note a step, in place of the one of its number if there is one, whose sides are kept.

    Without pieces, these were written before: see `staging`.
    """
    answers = [(node.number, int(each.id), encoding.sides_to_piece(each)) for each in sides]
    row = (node.number, node.parent, node.visited, node.time, node.size, node.n_frames, node.label, to_json(node.runs))

    def write(connection: sqlite3.Connection) -> None:
        if pieces is not None:
            connection.execute("DELETE FROM patches WHERE id BETWEEN ? AND ?", pieces_of(node.number))
            put_pieces(connection, "patches", node.number, pieces)
        connection.execute("REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.executemany("INSERT INTO sides (step, track, data) VALUES (?, ?, ?)", answers)
    return write


def visit_step(node: Node, visited: int) -> Write:
    """Note that a step was done again."""
    return lambda connection: connection.execute(
        "UPDATE steps SET visited = ? WHERE number = ?", (visited, node.number))


def cut_steps(n_frames: int) -> Write:
    """Note that the frames from one on were cut off, of all steps that there are."""
    return lambda connection: connection.execute(
        "UPDATE steps SET n_frames = min(ifnull(n_frames, ?1), ?1)", (n_frames,))


def forget_steps(numbers: Sequence[int]) -> Write:
    """Drop some steps."""
    def write(connection: sqlite3.Connection) -> None:
        for number in numbers:
            connection.execute("DELETE FROM steps WHERE number = ?", (number,))
            connection.execute("DELETE FROM sides WHERE step = ?", (number,))
            connection.execute("DELETE FROM patches WHERE id BETWEEN ? AND ?", pieces_of(number))
    return write


def read_steps(connection: sqlite3.Connection) -> list[Node]:
    """All steps, in the order of their numbers.

    Raises
    ------
    DamageError
    """
    return list(each_step(connection))


def each_step(connection: sqlite3.Connection, order: str = "") -> Iterator[Node]:
    """One step after the other, in the order of their numbers or, with "DESC", the last one first.

    Raises
    ------
    DamageError
    """
    rows = connection.execute(
        f"SELECT number, parent, label, time, visited, size, n_frames, runs FROM steps ORDER BY number {order}")
    for number, parent, label, time, visited, size, cut, runs in rows:
        try:
            yield Node(int(number), int(parent), str(label), float(time), int(visited), int(size),
                       None if cut is None else int(cut), _list(runs))
        except (TypeError, ValueError) as mishap:
            raise DamageError(f"expected a step, got {mishap}") from mishap


def read_patch(connection: sqlite3.Connection, node: Node) -> Patch:
    """The cells and entries of a step, and its label; its sides are left out.

    Raises
    ------
    DamageError
    """
    found = encoding.pieces_to_patch(read_pieces(connection, "patches", node.number))
    return Patch(node.label, found.blocks, found.before, found.after, node.runs[-1] if node.runs else None)


def read_sides(track: int) -> Callable[[sqlite3.Connection], list[tuple[int, Sides]]]:
    """A query for the one-sided answers for a track, with the numbers of their steps."""

    def query(connection: sqlite3.Connection) -> list[tuple[int, Sides]]:
        rows = connection.execute("SELECT step, data FROM sides WHERE track = ? ORDER BY id", (track,))
        return [(int(step), encoding.piece_to_sides(data)) for step, data in rows]
    return query


def read_sides_of_step(number: int) -> Callable[[sqlite3.Connection], tuple[Sides, ...]]:
    """A query for all one-sided answers of a step."""

    def query(connection: sqlite3.Connection) -> tuple[Sides, ...]:
        rows = connection.execute("SELECT data FROM sides WHERE step = ? ORDER BY id", (number,))
        return tuple(encoding.piece_to_sides(data) for (data,) in rows)
    return query


def clear(connection: sqlite3.Connection) -> None:
    """Drop all steps and snapshots."""
    for table in ("steps", "patches", "sides", "snapshots", "snapshot_pieces"):
        connection.execute(f"DELETE FROM {table}")


def pieces_of(number: int) -> tuple[int, int]:
    """First and last number that the pieces of a thing can have."""
    return number << PIECES, (number << PIECES) + (1 << PIECES) - 1


def put_pieces(connection: sqlite3.Connection, table: str, number: int, pieces: Iterable[bytes]) -> None:
    """Write the pieces of a thing."""
    for place, piece in enumerate(pieces):
        put_piece(connection, table, number, place, piece)


def put_piece(connection: sqlite3.Connection, table: str, number: int, place: int, piece: bytes) -> None:
    """Write one of the pieces of a thing."""
    first, last = pieces_of(number)
    if first + place > last:
        raise EditError("expected an edit of fewer cells, got one that no file can hold; do it in parts")
    connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (first + place, piece))


def read_pieces(connection: sqlite3.Connection, table: str, number: int) -> list[object]:
    """The pieces of a thing, in order."""
    rows = connection.execute(f"SELECT data FROM {table} WHERE id BETWEEN ? AND ? ORDER BY id", pieces_of(number))
    return [data for (data,) in rows]


def _list(text: object) -> list[Any]:
    values = parsed(text)
    if not isinstance(values, list):
        raise DamageError(f"expected a list of runs, got {values!r:.60}")
    return values
