"""What is written into the database and read from it, one thing at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing import encoding, records, schema
from napari_cotracker.editing.encoding import DamageError
from napari_cotracker.editing.patch import Patch, Row
from napari_cotracker.editing.records import Node, SessionState
from tests.editing.walks import FACTS, sides_of

STATE = SessionState(3, 1, 9, 4, 7, 100, 64, 48)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    yield connection
    connection.close()


def test_where_the_session_is(connection: sqlite3.Connection) -> None:
    with pytest.raises(DamageError, match="where the session is"):
        records.read_state(connection)
    records.begin_state(STATE)(connection)
    records.set_state(head=5, next_id=8)(connection)
    assert records.read_state(connection) == STATE._replace(head=5, next_id=8)


@pytest.mark.parametrize("change", ["head = -1", "width = 'a'", "n_frames = NULL", "visits = 1.5",
                                    f"count = {1 << 62}", f"n_frames = {1 << 40}"])
def test_a_place_that_makes_no_sense_is_refused(connection: sqlite3.Connection, change: str) -> None:
    records.begin_state(STATE)(connection)
    connection.execute(f"UPDATE state SET {change.replace('count', 'next_step')}")
    with pytest.raises(DamageError, match=r"where the session is|at most 16777216 frames"):
        records.read_state(connection)


def test_values_are_plain_ones(connection: sqlite3.Connection) -> None:
    for name, value in (("a", 1), ("b", {"c": [1, None, "é"]}), ("a", 2)):
        records.put_value("settings", name, value)(connection)
    assert records.read_values("settings")(connection) == {"a": 2, "b": {"c": [1, None, "é"]}}
    assert records.read_values("facts")(connection) == {}
    records.drop_value("settings", "a")(connection)
    assert list(records.read_values("settings")(connection)) == ["b"]
    with pytest.raises(DamageError, match="expected JSON"):
        records.parsed("{")


def test_steps_come_back_with_their_patches_and_sides(connection: sqlite3.Connection) -> None:
    patch = Patch("a", after=(Row(0, "nose", "", 0, (1.0, 2.0)),))
    node = Node(2, 0, "a", 12.5, 1, 99, None, [FACTS])
    pieces = encoding.patch_to_pieces(patch)
    sides = [sides_of(4, [0, 1], np.ones((2, 2))), sides_of(5, [0], np.ones((1, 2)))]
    records.put_step(node, pieces, sides)(connection)
    records.put_step(Node(3, 2, "b", 13, 2), pieces, ())(connection)
    records.visit_step(node, 8)(connection)
    records.cut_steps(50)(connection)
    records.cut_steps(70)(connection)
    first, second = records.read_steps(connection)
    assert (first.number, first.visited, first.n_frames, first.runs) == (2, 8, 50, [FACTS])
    assert [each.number for each in records.each_step(connection, "DESC")] == [3, 2]
    back = records.read_patch(connection, first)
    assert (back.label, back.after, back.run) == ("a", patch.after, FACTS)
    assert [(step, each.id) for step, each in records.read_sides(5)(connection)] == [(2, 5)]
    assert [each.id for each in records.read_sides_of_step(2)(connection)] == [4, 5]
    records.put_step(node, encoding.patch_to_pieces(Patch("a")), sides[:1])(connection)
    assert records.read_patch(connection, node).after == ()
    assert [each.id for each in records.read_sides_of_step(2)(connection)] == [4, 5, 4], "what there was is kept"
    records.forget_steps([2])(connection)
    assert records.read_steps(connection) == [second]
    assert records.read_sides(4)(connection) == []
    with pytest.raises(DamageError):
        records.read_patch(connection, first)
    records.clear(connection)
    assert records.read_steps(connection) == []


def test_steps_do_not_share_their_pieces(connection: sqlite3.Connection) -> None:
    for number in (1, 2, 3):
        records.put_pieces(connection, "patches", number, [bytes([number])] * number)
    assert records.read_pieces(connection, "patches", 2) == [b"\2", b"\2"]


def test_more_pieces_than_can_be_numbered_are_refused(connection: sqlite3.Connection,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PIECES", 1)
    with pytest.raises(EditError, match="that no file can hold"):
        records.put_pieces(connection, "patches", 1, [b"a"] * 3)


def test_a_step_that_makes_no_sense_is_refused(connection: sqlite3.Connection) -> None:
    for runs, message in (("5", "list of runs"), ("{", "JSON")):
        connection.execute("REPLACE INTO steps VALUES (1, 0, 1, 0, 0, NULL, 'a', ?)", (runs,))
        with pytest.raises(DamageError, match=message):
            records.read_steps(connection)
    connection.execute("REPLACE INTO steps VALUES (1, 0, 1, 'now', 0, NULL, 'a', '[]')")
    with pytest.raises(DamageError, match="expected a step"):
        records.read_steps(connection)
