"""An SQLite database that is written in whole transactions, a file with a thread for what can wait."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from threading import RLock
from time import sleep
from typing import TypeVar

from ..core.errors import EditError
from .encoding import DamageError

T = TypeVar("T")
Write = Callable[[sqlite3.Connection], object]
Act = Callable[[Write], object]

CHECKPOINT = 4 << 20  # bytes in the write-ahead log that are brought into the file when there is time
FEW = 256  # pages of the log that are brought in within milliseconds
LET_GO = 0.002  # seconds between two writes that nobody waits for, in which whoever waits gets his turn
PAGES = 128  # that are copied before others get their turn: some milliseconds
SYNCED = 32  # times as many, after which they are brought to the disk: a full cache would hold whoever waits
REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full", sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened", sqlite3.SQLITE_IOERR: "the disk does not answer",
    sqlite3.SQLITE_BUSY: "another program holds it", sqlite3.SQLITE_LOCKED: "another program holds it",
}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Database:
    """A connection that is used by one thread at a time; without a path it is private.

    Whoever waits for a write does it himself: on a busy computer another thread would get its turn only
    after some milliseconds. A file has a thread for what nobody waits for.

    Parameters
    ----------
    path : Path, optional
        A file, made if it is not there; None for a private database, which goes when this object goes.

    Attributes
    ----------
    turn : RLock
        Held by whoever uses the connection.

    Raises
    ------
    EditError
        From every method, if SQLite refuses.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.turn = RLock()
        self._is_copied = False
        self._connection = self._call(lambda: connect(path))
        self._thread = None if path is None else ThreadPoolExecutor(1, "session file")
        self._finalizer = weakref.finalize(self, _let_go, self._connection, self._thread)
        self._identity = None if path is None else _identity(path)

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return self._finalizer.alive

    def write(self, *writes: Write) -> None:
        """Do all of some writes, or none of them if one fails."""
        self._require_there()
        self._call(lambda: _transact(self._connection, writes))
        if self._thread is not None and not self._is_copied and self._is_log_long():
            self._thread.submit(self._bring_in)

    def post(self, writes: Iterable[Write], do: Act | None = None) -> Future[None] | None:
        """Do some writes when there is time, each for itself, so that no other waits long; None if that was at once.

        Parameters
        ----------
        writes : iterable
        do : callable, optional
            Does one of them in the thread of the file, `transact` if nothing else.
        """
        if self._thread is None:
            for write in writes:
                self.write(write)
            return None
        return self._thread.submit(_do_each, writes, do or self.transact)

    def transact(self, write: Write) -> None:
        """Do one write, whatever became of the file."""
        self._call(lambda: _transact(self._connection, (write,)))

    def copy_to(self, path: Path, told: Callable[[float], object] = bool) -> None:
        """Write everything into a new file, page by page; others have their turns meanwhile, and write into both.

        Whoever calls holds the turn: as long as he goes on holding it both files are the same.

        Parameters
        ----------
        path : Path
        told : callable
            Hears the share that is done, 0 … 1.

        Raises
        ------
        EditError
            If the system refuses.
        """
        self._require_open()
        self._is_copied = True
        try:
            with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as target:
                for fact in ("journal_mode = OFF", "synchronous = OFF"):  # it has a name only when it is whole
                    target.execute(f"PRAGMA {fact}")
                self._connection.backup(target, pages=PAGES, progress=partial(self._let_others, path, told))
        except sqlite3.Error as mishap:
            raise explained(mishap, path) from mishap
        finally:
            self._is_copied = False

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What a query gives."""
        self._require_open()
        return self._call(lambda: query(self._connection))

    def run(self, command: str, *parameters: object) -> None:
        """A command that is not part of a transaction."""
        self._require_there()
        self._call(lambda: self._connection.execute(command, parameters).fetchall())

    def close(self) -> None:
        """Bring everything into the file and let go of it."""
        if self.is_open and self._thread is not None:
            self._call(lambda: self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        self._finalizer()

    def _call(self, act: Callable[[], T]) -> T:
        try:
            with self.turn:
                return act()
        except sqlite3.Error as mishap:
            raise explained(mishap, self.path) from mishap
        except UnicodeDecodeError as mishap:  # what SQLite says of damaged tables quotes their bytes
            raise DamageError.of(self.path, mishap) from mishap

    def _let_others(self, path: Path, told: Callable[[float], object], status: int, left: int, total: int) -> None:
        if status == sqlite3.SQLITE_DONE:
            return
        self.turn.release()
        try:
            if left <= PAGES or left // PAGES % SYNCED == 0:  # at the end, when nobody else may write, is little left
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
            told(1 - left / max(total, 1))
            sleep(LET_GO)
        finally:
            self.turn.acquire()

    def _is_log_long(self) -> bool:
        try:
            return Path(f"{self.path}-wal").stat().st_size > CHECKPOINT
        except OSError:
            return False

    def _bring_in(self) -> None:
        """SQLite would do so within a commit, which somebody waits for.

        A connection of its own does the most of it, while others write; what is left takes a moment.
        """
        if self.path is None or not self._is_log_long() or _identity(self.path) != self._identity or self._is_copied:
            return
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True)) as other:
            known, length = 0, FEW + 1
            while length - known > FEW:  # what came meanwhile would be brought in below, while others wait
                known = length
                _, length, _ = other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._call(lambda: self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    def _require_open(self) -> None:
        if not self.is_open:
            raise EditError("expected an open session, got one that was closed; open its file again")

    def _require_there(self) -> None:
        self._require_open()
        if self.path is not None and _identity(self.path) != self._identity:
            raise EditError(f"the session file {str(self.path)!r} is gone or was replaced; save the session elsewhere")


def connect(path: Path | None) -> sqlite3.Connection:
    """A connection as a session wants it: what is committed survives the end of the process."""
    connection = sqlite3.connect("" if path is None else path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        if path is None:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("PRAGMA synchronous = OFF")
        else:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")
    except BaseException:
        connection.close()
        raise
    return connection


def explained(mishap: sqlite3.Error, path: Path | None) -> EditError:
    """SQLite's refusal in words."""
    code = getattr(mishap, "sqlite_errorcode", 0) & 0xFF
    where = "the session" if path is None else f"the session file {str(path)!r}"
    if code in DAMAGED:
        return DamageError.of(path, mishap)
    reason = REASONS.get(code, str(mishap))
    return EditError(f"cannot use {where}: {reason}; nothing was changed, make room or save elsewhere")


def _transact(connection: sqlite3.Connection, writes: tuple[Write, ...]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for write in writes:
            write(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _do_each(writes: Iterable[Write], do: Act) -> None:
    for write in writes:
        do(write)
        sleep(LET_GO)


def _let_go(connection: sqlite3.Connection, thread: ThreadPoolExecutor | None) -> None:
    if thread is not None:
        with suppress(RuntimeError):  # memory may be cleared up by the thread itself
            thread.shutdown()
    connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
