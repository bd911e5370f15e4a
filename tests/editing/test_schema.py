"""The tables of a session file: made, checked, and brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing import schema
from napari_cotracker.editing.encoding import DamageError
from napari_cotracker.editing.session import Session


def tables(version: int = schema.VERSION) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    connection.execute(f"PRAGMA user_version = {version}")
    return connection


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def add_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE steps ADD COLUMN colour TEXT DEFAULT 'red'")


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE settings")
    raise sqlite3.OperationalError("no")


def test_tables_of_an_older_version_become_those_of_today_step_by_step() -> None:
    connection = tables(5)
    connection.execute("INSERT INTO steps VALUES (1, 0, 1, 0, 0, NULL, 'a', '[]')")
    rename = "UPDATE steps SET label = label || colour"
    schema.migrate(connection, 7, {5: add_column, 6: lambda each: each.execute(rename)})
    assert version_of(connection) == 7
    assert connection.execute("SELECT label FROM steps").fetchall() == [("ared",)]
    schema.migrate(connection, 7, {})


@pytest.mark.parametrize(("migrations", "error"), [
    ({5: add_column, 6: fail}, sqlite3.OperationalError), ({5: add_column}, DamageError), ({}, DamageError),
])
def test_a_migration_that_fails_changes_nothing(migrations: dict[int, Callable[[sqlite3.Connection], object]],
                                                error: type[Exception]) -> None:
    connection = tables(5)
    with pytest.raises(error):
        schema.migrate(connection, 7, migrations)
    assert version_of(connection) == 5
    schema.check_tables(connection)


def test_a_newer_version_is_named() -> None:
    with pytest.raises(EditError, match=f"version {schema.VERSION} or older, got version 99; update napari-cotracker"):
        schema.migrate(tables(99))


@pytest.mark.parametrize("command", ["DROP TABLE settings", "CREATE TABLE more (a)", "CREATE VIEW more AS SELECT 1",
                                     "CREATE TRIGGER t AFTER INSERT ON steps BEGIN DELETE FROM steps; END"])
def test_other_things_in_a_file_are_refused(command: str) -> None:
    connection = tables()
    schema.check_tables(connection)
    connection.execute(command)
    with pytest.raises(DamageError, match="tables are not those"):
        schema.check_tables(connection)


def test_a_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.cotracker"
    Session.create(path, 5, (8, 8)).close()
    schema.check_file(path)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    text, empty = tmp_path / "text.cotracker", tmp_path / "empty.cotracker"
    text.write_text("hello")
    empty.touch()
    for wrong, message in ((other, "is none"), (text, "is none"), (empty, "is empty"), (tmp_path, "got the folder"),
                           (tmp_path / "gone", "there is none at")):
        with pytest.raises(EditError, match=message):
            schema.check_file(wrong)
