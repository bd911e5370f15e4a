"""Where a session is kept: in a file that only it writes to, or for itself as long as it lives."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from ..core.errors import EditError
from ..core.files import replacing
from . import schema
from .aside import COMPANIONS, check, private_copy
from .database import Database, Write
from .encoding import DamageError
from .lock import Lock, LockedError

T = TypeVar("T")


class Store:
    """A session's database, and who may write to it.

    Parameters
    ----------
    database : Database, optional
        Without one, a private one with empty tables.
    lock : Lock, optional
    refusal : str
        Why nothing can be written, "" if it can.
    """

    def __init__(self, database: Database | None = None, lock: Lock | None = None, refusal: str = "") -> None:
        self._database, self._lock, self._reason, self.refusal = database or _new(), lock, refusal, ""
        self.path = self._database.path

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> Store:
        """A session file; if it cannot be written, or is not to be, a copy of it as it is now.

        Raises
        ------
        EditError
            If it is no session file, or damaged, or of a newer version.
        """
        path = Path(os.path.realpath(path))
        schema.check_file(path)
        if read_only:
            return cls._looked_at(path, f"{path.name} was opened to be looked at; save it elsewhere to go on")
        try:
            return cls(*_open_to_write(path))
        except LockedError as refusal:
            return cls._looked_at(path, f"{refusal}; this window only shows it: save it elsewhere to go on")
        except DamageError as mishap:
            raise DamageError.of(path, mishap) from mishap

    @classmethod
    def _looked_at(cls, path: Path, refusal: str) -> Store:
        try:
            store = cls(private_copy(path), None, refusal)
        except DamageError as mishap:
            raise DamageError.of(path, mishap) from mishap
        store.path = path
        return store

    def refuse(self) -> None:
        """Write no more from now on, if there is a reason not to."""
        self.refusal = self._reason

    @property
    def is_file(self) -> bool:
        """Whether it is kept in a file, or is a copy of one: as complete as that, for it may be saved elsewhere."""
        return self.path is not None

    def require_writable(self) -> None:
        """Refuse if nothing can be written.

        Raises
        ------
        EditError
        """
        if self.refusal:
            raise EditError(self.refusal)

    def write(self, *writes: Write) -> None:
        """Do all of some writes, or none.

        Raises
        ------
        EditError
            If the file or the system refuses.
        """
        self.require_writable()
        if writes:
            with self._now() as database:
                database.write(*writes)

    def post(self, writes: Iterable[Write]) -> Future[None] | None:
        """Do some writes when there is time, each for itself; in another file, if the session goes on there by then."""
        with self._now() as database:
            return database.post(writes, self._write_each)

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What a query gives.

        Raises
        ------
        EditError
            If the file cannot be read, or is damaged.
        """
        with self._now() as database:
            return database.read(query)

    def copy_to(self, path: Path) -> None:
        """Write all of it into a new file, which takes the place of an old one only when it is whole.

        Raises
        ------
        EditError
            If another window writes to that file, or the system refuses.
        """
        target = self._other(path)
        lock = _lock_of_target(target)
        try:
            self._write_copy(target)
        finally:
            lock.release()

    def move_to(self, path: Path, told: Callable[[float], object] = bool) -> None:
        """Write all of it into a new file and go on there; the old one stays as it is.

        May be called in any thread: what is written meanwhile is in both files.

        Parameters
        ----------
        path : Path
        told : callable
            Hears the share that is done, 0 … 1, in this thread.

        Raises
        ------
        EditError
            As for `copy_to`; the session goes on where it was.
        """
        target = self._other(path)
        lock, old = _lock_of_target(target), Store(self._database, self._lock)
        try:
            with old._database.turn:
                with replacing(target, EditError) as temporary:
                    old._database.copy_to(temporary, told)
                    _clear_beside(target)
                self._database, self._lock, self.refusal, self.path = Database(target), lock, "", target
        except BaseException:
            lock.release()
            raise
        with suppress(EditError):
            old.close()

    def compact(self) -> None:
        """Give unused room in the file back to the disk."""
        self.require_writable()
        for command in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            with self._now() as database:
                database.run(command)

    def close(self) -> None:
        """Bring everything into the file and let go of it.

        Raises
        ------
        EditError
            If the system refuses; what was written lies beside the file then, and is found when it is opened.
        """
        try:
            self._database.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def abandon(self) -> None:
        """Let go of the file, whatever it says."""
        with suppress(EditError):
            self.close()

    @contextmanager
    def _now(self) -> Iterator[Database]:
        """The database, used by nobody else: while one waits for that, the session may go on in another."""
        while True:
            database = self._database
            with database.turn:
                if database is self._database:
                    yield database
                    return

    def _write_each(self, write: Write) -> None:
        with self._now() as database:
            database.transact(write)

    def _other(self, path: Path) -> Path:
        target = Path(os.path.realpath(path))
        if target == self.path:
            raise EditError(f"expected another file than the session's own, got {str(path)!r}; choose another name")
        return target

    def _write_copy(self, target: Path) -> None:
        with replacing(target, EditError) as temporary:
            # even if its own file is gone
            # bytes, for a folder may have a name that is no UTF-8
            self._database.read(lambda connection: connection.execute(
                "VACUUM INTO CAST(? AS TEXT)", (os.fsencode(temporary),)))
            _clear_beside(target)


def _new() -> Database:
    database = Database()
    database.read(schema.create)
    return database


def _lock_of_target(target: Path) -> Lock:
    try:
        return Lock(target)
    except LockedError as mishap:
        raise EditError(f"cannot write {str(target)!r}: {mishap}; choose another name or folder") from mishap


def _clear_beside(target: Path) -> None:
    """Leave no log of a file that goes, which would be taken for that of the new one.

    What a crash left there is brought into the file first: it loses nothing if it cannot be replaced after all.

    Raises
    ------
    EditError
        If the system refuses.
    """
    beside = [Path(f"{target}{companion}") for companion in COMPANIONS]
    if target.exists() and any(path.exists() for path in beside):
        with suppress(DamageError):  # nothing can be brought into what is no database
            Database(target).close()
    for path in beside:
        path.unlink(missing_ok=True)


def _open_to_write(path: Path) -> tuple[Database, Lock]:
    lock = Lock(path)
    try:
        database = Database(path)
        check(database)
        database.write()
        return database, lock
    except EditError as mishap:
        lock.release()
        if isinstance(mishap, DamageError) or mishap.__cause__ is None:
            raise
        raise LockedError(f"{path.name} cannot be written") from mishap
    except BaseException:
        lock.release()
        raise
