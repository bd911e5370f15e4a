"""What lies in a session file: tables, and how those of older versions become today's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from ..core.errors import EditError
from .encoding import DamageError

APPLICATION_ID = 0x436F5472  # "CoTr"
VERSION = 1
TABLES = """
CREATE TABLE state (one INTEGER PRIMARY KEY, head INTEGER, root INTEGER, next_step INTEGER, visits INTEGER,
                    next_id INTEGER, n_frames INTEGER, width INTEGER, height INTEGER);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE steps (number INTEGER PRIMARY KEY, parent INTEGER, visited INTEGER, time REAL, size INTEGER,
                    n_frames INTEGER, label TEXT, runs TEXT);
CREATE TABLE patches (id INTEGER PRIMARY KEY, data BLOB);
CREATE TABLE sides (id INTEGER PRIMARY KEY, step INTEGER, track INTEGER, data BLOB);
CREATE INDEX sides_of_track ON sides (track);
CREATE INDEX sides_of_step ON sides (step);
CREATE TABLE snapshots (id INTEGER PRIMARY KEY, step INTEGER, n_frames INTEGER);
CREATE TABLE snapshot_pieces (id INTEGER PRIMARY KEY, data BLOB);
CREATE TABLE runs (number INTEGER PRIMARY KEY, label TEXT, joins INTEGER, facts TEXT);
CREATE TABLE events (id INTEGER PRIMARY KEY, run INTEGER, kind TEXT, data BLOB);
"""
# what makes tables of version n those of version n + 1
MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], object]] = {}
MAGIC = b"SQLite format 3\0"


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database."""
    connection.executescript(f"PRAGMA application_id = {APPLICATION_ID}; BEGIN; {TABLES} "
                             f"PRAGMA user_version = {VERSION}; COMMIT;")


def check_file(path: Path) -> None:
    """Refuse what is no session file, judging by its beginning.

    Raises
    ------
    EditError
    """
    if path.is_dir():
        raise EditError(f"expected a session file, got the folder {str(path)!r}; choose a .cotracker file in it")
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise EditError(f"expected a session file, but there is none at {str(path)!r}; was it moved?") from None
    except OSError as mishap:
        raise EditError(f"cannot read {str(path)!r}: {mishap.strerror}; check its permissions") from mishap
    if not head:
        raise DamageError(f"expected a session file, but {str(path)!r} is empty; use a copy of it, if there is one")
    if len(head) < 100 or not head.startswith(MAGIC) or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise EditError(f"expected a session file, but {str(path)!r} is none; "
                        "if it holds tracks, read them as tracks instead")


def migrate(connection: sqlite3.Connection, version: int = VERSION,
            migrations: Mapping[int, Callable[[sqlite3.Connection], object]] = MIGRATIONS) -> None:
    """Bring tables to a version, all or nothing.

    Raises
    ------
    EditError
        If they are of a newer version.
    """
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > version:
        raise EditError(f"expected a session file of version {version} or older, got version {found}; "
                        "update napari-cotracker to open it")
    if found == version:
        return
    if any(step not in migrations for step in range(found, version)):
        raise DamageError(f"expected a session file of version {version}, got version {found}, which never was")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(found, version):
            migrations[step](connection)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def check_tables(connection: sqlite3.Connection) -> None:
    """Refuse a database with damaged pages, or with other things in it than those that we make.

    Raises
    ------
    DamageError
    """
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamageError(str(verdict).strip().splitlines()[-1])
    made = sqlite3.connect(":memory:")
    try:
        made.executescript(TABLES)
        expected, found = (set(each.execute("SELECT type, name, tbl_name FROM sqlite_master")) for each in
                           (made, connection))
    finally:
        made.close()
    if found != expected:
        raise DamageError("its tables are not those of a session")
