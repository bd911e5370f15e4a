"""A session file as it is now, in a private copy, for who only looks: nothing is left beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from ..core.errors import EditError
from . import schema
from .database import Database

COMPANIONS = ("-wal", "-shm", "-journal")


def check(database: Database) -> None:
    """Bring tables up to date, and refuse others.

    Raises
    ------
    DamageError
    """
    database.read(schema.migrate)
    database.read(schema.check_tables)


def private_copy(path: Path) -> Database:
    """As it is now, whoever writes to it; a log that lies beside it counts, and nothing is left there."""
    database, mode = Database(), _mode_to_read(path)
    try:
        try:
            if mode:
                database.read(lambda connection: _back_up(f"{path.as_uri()}?mode={mode}", connection))
        except EditError:  # a log that was left behind cannot be read where nothing can be written
            mode = ""
        if not mode:
            with TemporaryDirectory() as folder:
                copy = Path(folder) / "copy"
                for companion in ("", *COMPANIONS[::2]):
                    with suppress(FileNotFoundError):
                        shutil.copyfile(f"{path}{companion}", f"{copy}{companion}")
                database.read(lambda connection: _back_up(copy.as_uri(), connection))
        check(database)
    except BaseException:
        database.close()
        raise
    return database


def _mode_to_read(path: Path) -> str:
    """How SQLite is to read a file in its place without leaving anything there; "" if it has to be copied first.

    SQLite makes a log and its index to read, too. Whoever may write takes them away again if nobody else has the
    file open, which SQLite makes sure of by its locks; whoever may only read leaves them. To call the file immutable
    would do without, but a window that writes meanwhile would not be noticed.
    """
    log, index, _ = COMPANIONS
    if any(_has_content(Path(f"{path}{companion}")) for companion in COMPANIONS if companion != index):
        # of a window that writes, or of a crash: to be read, but not to be brought into the file
        return "ro" if Path(f"{path}{index}").exists() or not _has_content(Path(f"{path}{log}")) else ""
    return "rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else ""


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _back_up(address: str, connection: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(address, uri=True)) as source:
        source.backup(connection)
