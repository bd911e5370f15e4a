"""Snapshots: when they are due, and that there is always one that counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import pytest

from napari_cotracker.editing import encoding, schema, snapshots
from napari_cotracker.editing.encoding import DamageError
from napari_cotracker.editing.patch import Row
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.snapshots import Snapshot
from tests.editing.files import left_by_a_crash
from tests.editing.walks import N_FRAMES, assert_same, cells_of, update_of
from tests.editing.walks import Snapshot as State

ROWS = tuple(Row(id, f"n{id}", "", 0, (1.0, 2.0)) for id in (2, 5, 9))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    yield connection
    connection.close()


def taken(session: Session) -> list[int]:
    session._history.snapshots.settle()
    return [each.step for each in session._store.read(snapshots.read_snapshots)]


@pytest.mark.parametrize("piece", [encoding.PIECE, 200])
def test_a_snapshot_comes_back_to_the_bit(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch,
                                          piece: int) -> None:
    monkeypatch.setattr(encoding, "PIECE", piece)
    cells = cells_of(7, 3)
    snapshots.put_snapshot(4, ROWS, cells)(connection)
    (found,) = snapshots.read_snapshots(connection)
    assert found[1:] == (4, 7)
    rows, blocks = snapshots.read_snapshot(connection, found)
    assert rows == snapshots.read_rows(connection, found) == ROWS
    assert np.concatenate([block.ids for block in blocks]).tolist() == [2, 5, 9]
    for block in blocks:
        assert_same(block.after, cells[:, np.isin([2, 5, 9], block.ids)])


def test_the_newest_two_are_kept(connection: sqlite3.Connection) -> None:
    for step in range(5):
        snapshots.put_snapshot(step, ROWS, cells_of(2, 3))(connection)
    assert [each.step for each in snapshots.read_snapshots(connection)] == [3, 4]
    snapshots.drop_snapshots([3, 9])(connection)
    assert [each.step for each in snapshots.read_snapshots(connection)] == [4]
    (left,) = connection.execute("SELECT count(*) FROM snapshot_pieces").fetchone()
    assert left == 2


def test_what_is_no_snapshot_is_refused(connection: sqlite3.Connection) -> None:
    with pytest.raises(DamageError):
        snapshots.read_snapshot(connection, Snapshot(7, 0, 5))
    snapshots.put_snapshot(0, ROWS, cells_of(2, 3))(connection)
    with pytest.raises(DamageError, match="expected at most"):
        snapshots.read_snapshot(connection, Snapshot(1, 0, 1 << 40))


def test_one_is_due_after_many_steps_or_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "STEPS", 5)
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    for number in range(3):
        session.rename(0, str(number))
    assert taken(session) == [0]
    session.rename(0, "a")
    assert taken(session) == [0, 5]
    monkeypatch.setattr(snapshots, "BYTES", 1)
    session.delete([0])
    assert taken(session) == [5, 6]
    session.close()
    assert taken(Session.open(tmp_path / "a.cotracker")) == [5, 6], "nothing was done since"


def test_a_large_session_closes_without_one_after_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.cotracker"
    session = Session.create(path, N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    session.close()
    monkeypatch.setattr(snapshots, "LARGE", 1)

    def closed(*names: str) -> list[int]:
        again = Session.open(path)
        for name in names:
            again.rename(0, name)
        again.close()
        return taken(Session.open(path, read_only=True))

    assert closed("nose") == [0, 1]
    monkeypatch.setattr(snapshots, "FEW_STEPS", 3)
    assert closed("ear", "eye") == [1, 4], "the step before counts, too"
    again = Session.open(path)
    again.add_points(0, [[2, 2]])
    again.close()
    assert taken(Session.open(path, read_only=True)) == [4, 5], "the list of sessions counts the tracks of the newest"


def test_what_an_accident_left_of_one_goes_with_the_next(connection: sqlite3.Connection) -> None:
    cells = cells_of(N_FRAMES, 3)
    left = snapshots.put_in_parts(0, ROWS, cells)
    for part in (next(left), next(left)):  # and no more: the rest of it was never written
        part(connection)
    assert snapshots.read_snapshots(connection) == []
    for step in range(4):
        for part in snapshots.put_in_parts(step, ROWS, cells):
            part(connection)
    found = snapshots.read_snapshots(connection)
    assert [each.step for each in found] == [2, 3]
    for each in found:
        _, blocks = snapshots.read_snapshot(connection, each)
        assert_same(blocks[0].after, cells)
    pieces = connection.execute("SELECT count(DISTINCT id >> 16) FROM snapshot_pieces").fetchone()
    assert pieces == (2,)


def test_nobody_waits_for_one_that_is_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    monkeypatch.setattr(snapshots, "STEPS", 1)
    may_go_on, put = Event(), snapshots.put_in_parts

    def slow(*taken: Any) -> Iterator[Any]:
        first, *rest = put(*taken)
        yield first
        may_go_on.wait(10)
        yield from rest

    monkeypatch.setattr(snapshots, "put_in_parts", slow)
    began = monotonic()
    session.rename(0, "nose")
    session.rename(0, "ear")
    session.undo()
    waited = monotonic() - began
    copy = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    State.of(copy).assert_same(State.of(session))
    copy.close()
    may_go_on.set()
    assert waited < 5
    assert taken(session) == [0, 2]
    session.rename(0, "eye")
    assert taken(session) == [2, 4]
    session.close()


def test_none_is_written_where_nothing_outlives_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "STEPS", 1)
    session = Session(N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    assert taken(session) == []


def test_one_that_failed_is_not_relied_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    monkeypatch.setattr(snapshots, "STEPS", 1)

    def fail(step: int, rows: object, cells: object) -> object:
        def write(connection: sqlite3.Connection) -> None:
            raise sqlite3.OperationalError("database or disk is full")
        return iter([write])

    with monkeypatch.context() as patched:
        patched.setattr(snapshots, "put_in_parts", fail)
        session.rename(0, "nose")
    monkeypatch.setattr(snapshots, "STEPS", 1000)
    assert taken(session) == [0]
    session.correct(0, 3, (2, 2))
    run = session.begin_run("anew", [0], joins=session.last_step)
    run.write(update_of([2, 4], [0], empty=0))
    run.close()
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    State.of(again).assert_same(State.of(session))
    again.close()
    session.close()


def test_one_of_an_edit_that_a_run_joins_afterwards_no_longer_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                     ) -> None:
    monkeypatch.setattr(snapshots, "STEPS", 1)
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    assert taken(session) == [0, 1]
    session.correct(0, 3, (2, 2))
    assert taken(session) == [1, 2]
    run = session.begin_run("anew", [0], joins=session.last_step)
    run.write(update_of([2, 4], [0], empty=0))
    session.rename(0, "nose")
    run.close()
    assert 2 not in taken(session)
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    State.of(again).assert_same(State.of(session))
    again.close()
    session.close()
