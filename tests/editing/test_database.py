"""The database beneath a session: whole transactions, refusals in words, no thread left behind."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.database import Database
from napari_cotracker.editing.encoding import DamageError


def put(value: int) -> object:
    return lambda connection: connection.execute("INSERT INTO a VALUES (?)", (value,))


def values(database: Database) -> list[int]:
    return database.read(lambda connection: [b for (b,) in connection.execute("SELECT b FROM a ORDER BY b")])


@pytest.fixture(params=["file", "private"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    database = Database(tmp_path / "a" if request.param == "file" else None)
    database.run("CREATE TABLE a (b UNIQUE)")
    return database


def test_of_several_writes_all_are_done_or_none(database: Database) -> None:
    database.write(put(1), put(2))
    with pytest.raises(EditError, match="UNIQUE"):
        database.write(put(3), put(1))
    assert values(database) == [1, 2]
    waiting = database.post([put(4)])
    assert waiting is None or waiting.result() is None
    assert values(database) == [1, 2, 4]
    database.close()


def test_a_full_disk_is_named_and_nothing_is_written(database: Database) -> None:
    database.run("PRAGMA max_page_count = 3")
    with pytest.raises(EditError, match="the disk is full"):
        database.write(*(put(number) for number in range(100_000)))
    assert values(database) == []
    database.write(put(1))
    database.close()


def test_a_closed_database_is_not_used(database: Database) -> None:
    database.close()
    for use in (lambda: database.write(put(1)), lambda: values(database), lambda: database.run("VACUUM")):
        with pytest.raises(EditError, match="closed"):
            use()
    database.close()


def test_a_file_that_is_gone_or_replaced_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "a"
    database = Database(path)
    database.run("CREATE TABLE a (b)")
    path.rename(tmp_path / "b")
    with pytest.raises(EditError, match="is gone or was replaced; save the session elsewhere"):
        database.write(put(1))
    path.write_bytes(b"")
    with pytest.raises(EditError, match="is gone or was replaced"):
        database.write(put(1))
    assert values(database) == []
    (tmp_path / "b").replace(path)
    database.write(put(1))
    database.close()


def test_what_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no database" * 100)
    with pytest.raises(DamageError, match="is damaged"):
        Database(tmp_path / "a")


def test_a_complaint_that_cannot_be_read_is_damage(database: Database) -> None:
    with pytest.raises(DamageError, match="is damaged"):
        database.read(lambda _: b"malformed schema \xff".decode())


def test_the_log_is_brought_into_the_file_as_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.editing.database.CHECKPOINT", 10_000)
    database = Database(tmp_path / "a")
    database.run("CREATE TABLE a (b)")
    for number in range(50):
        database.write(put(number))
    for _ in range(1000):
        if (log := (tmp_path / "a-wal").stat().st_size) < 40_000:
            break
        time.sleep(0.01)
    assert log < 40_000
    database.close()
    assert not (tmp_path / "a-wal").exists()
    with sqlite3.connect(tmp_path / "a") as connection:
        assert connection.execute("SELECT count(*) FROM a").fetchone() == (50,)
    connection.close()


def test_whoever_waits_gets_a_turn_between_writes_that_nobody_waits_for(tmp_path: Path) -> None:
    database, done = Database(tmp_path / "a"), list[int]()
    database.run("CREATE TABLE a (b)")

    def slow(number: int) -> object:
        def write(connection: sqlite3.Connection) -> None:
            time.sleep(0.05)
            connection.execute("INSERT INTO a VALUES (?)", (number,))
            done.append(number)
        return write

    waiting = database.post(slow(number) for number in range(20))
    for _ in range(5000):
        if done:
            break
        time.sleep(0.001)
    database.write(put(100))
    assert len(done) < 10
    assert waiting is not None
    assert waiting.result() is None
    assert values(database) == [*range(20), 100]
    database.close()


def test_the_log_is_brought_into_the_file_beside_those_who_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                  ) -> None:
    database = Database(tmp_path / "a")
    database.run("CREATE TABLE a (b)")
    with monkeypatch.context() as patch:
        patch.setattr("napari_cotracker.editing.database.CHECKPOINT", 1 << 40)
        for number in range(60):
            database.write(lambda connection, n=number: connection.execute("INSERT INTO a VALUES (zeroblob(1000000))"))
    sizes: list[int] = []  # of the file, when what others wait for begins

    def note(command: str) -> None:
        if "TRUNCATE" in command:
            sizes.append((tmp_path / "a").stat().st_size)

    database.read(lambda connection: connection.set_trace_callback(note))
    database.write(put(1))
    for _ in range(2000):
        if (tmp_path / "a-wal").stat().st_size == 0:
            break
        time.sleep(0.005)
    assert (tmp_path / "a-wal").stat().st_size == 0
    assert sizes
    assert min(sizes) > 50_000_000
    database.close()


def test_what_comes_while_the_log_is_brought_in_makes_nobody_wait_either(tmp_path: Path,
                                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(tmp_path / "a")
    database.run("CREATE TABLE a (b)")

    def grow() -> None:
        database.write(lambda connection: connection.execute("INSERT INTO a VALUES (zeroblob(20000000))"))

    class Other(sqlite3.Connection):
        grown = False

        def execute(self, command: str, *rest: object) -> sqlite3.Cursor:
            done = super().execute(command, *rest)
            if "PASSIVE" in command and not Other.grown:
                Other.grown = True
                grow()
            return done

    plain, sizes = sqlite3.connect, list[int]()
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: plain(*given, factory=Other, **more))
    database.read(lambda connection: connection.set_trace_callback(
        lambda command: sizes.append((tmp_path / "a").stat().st_size) if "TRUNCATE" in command else None))
    grow()
    for _ in range(2000):
        if sizes:
            break
        time.sleep(0.005)
    assert Other.grown
    assert sizes[0] > 40_000_000, "all of it is in the file when others have to wait"
    database.close()


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = threading.active_count()
    databases = [Database(tmp_path / str(number)) for number in range(5)]
    for database in databases:
        database.post([lambda connection: connection.execute("CREATE TABLE a (b)")])
    assert threading.active_count() == before + 5
    databases.pop().close()
    del database
    databases.clear()
    gc.collect()
    end = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)  # a thread that was still at work when it was let go of ends by itself
    assert threading.active_count() == before
    Database()
    assert threading.active_count() == before
