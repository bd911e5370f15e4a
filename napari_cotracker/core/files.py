"""Files that are either the old one or the whole new one, never half of it."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from .errors import CotrackerError, FormatError, MissingExtraError

FULL = {errno.ENOSPC, errno.EDQUOT}
HELD = {5, 32, 33}  # what Windows says of a file that somebody has open, or of which a part is locked
WAITS = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.4)  # seconds

_unfinished: dict[Path, int] = {}  # what is being written, and the thread that began it


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """While something is written that nobody wants half of: `discard` removes it where a process has to end."""
    _unfinished[path] = threading.get_ident()
    try:
        yield
    finally:
        _unfinished.pop(path, None)


def discard(thread: int | None = None) -> None:
    """Remove what a thread, None for all of them, is writing; it cannot go on with that.

    For a process that ends without waiting for its threads. Windows removes nothing that is open.
    """
    for path, writer in list(_unfinished.items()):
        if thread in (None, writer):
            with suppress(OSError):
                path.unlink() if path.is_file() else shutil.rmtree(path)


def move(source: Path, target: Path) -> None:
    """Put a file or folder in the place of another; a folder in a place that is free.

    Windows does not while anybody has one of them open. Programs that guard or index a disk look at every new file
    for a moment, and are waited for.

    Raises
    ------
    OSError
        If the system refuses, on Windows for a second.
    """
    is_folder = source.is_dir()
    for wait in (*WAITS, None):
        try:
            source.rename(target) if is_folder else source.replace(target)
            return
        except OSError as mishap:
            if wait is None or not is_held(mishap):
                raise
            time.sleep(wait)


def is_held(mishap: OSError) -> bool:
    """Whether somebody else has the file open, which stands in the way on Windows alone."""
    return getattr(mishap, "winerror", None) in HELD


@contextmanager
def naming(path: Path, *damage: type[Exception]) -> Iterator[None]:
    """Names the file in whatever goes wrong while it is read.

    Parameters
    ----------
    path : Path
    damage : types
        Further exceptions that a damaged file causes.

    Raises
    ------
    FormatError
        In place of any `OSError`, of `damage`, and of a `FormatError` that does not name the file.
    """
    kinds: tuple[type[Exception], ...] = (FormatError, *damage)
    try:
        yield
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}") from mishap
    except MissingExtraError:
        raise
    except kinds as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap}") from mishap


@contextmanager
def replacing(path: Path, error: type[CotrackerError] = FormatError) -> Iterator[Path]:
    """A path to write to instead; it takes the place of `path` when the block ends without an error.

    Parameters
    ----------
    path : Path
        The file to make or to replace; a symbolic link is followed.
    error : type
        What to raise when the system refuses.

    Yields
    ------
    Path
        A new name in the same folder with the same suffix.

    Raises
    ------
    CotrackerError
        Of the given type, one sentence, in place of any `OSError`. The old file is untouched then.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise error(f"expected the name of a file to write, got the folder {str(path)!r}; add a file name")
    if target.exists() and not target.is_file():  # whoever may would put a file in place of /dev/null
        raise error(f"expected the name of a file to write, got the device or pipe {str(path)!r}; choose another name")
    temporary = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        with unfinished(temporary):
            yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        move(temporary, target)
    except OSError as mishap:
        raise error(_refusal(path, mishap)) from mishap
    finally:
        with suppress(OSError):  # it is gone, or held open by whatever failed, which is what there is to be told
            temporary.unlink()


@contextmanager
def replacing_folder(path: Path, error: type[CotrackerError] = FormatError) -> Iterator[Path]:
    """An empty folder to fill; it takes the place of `path` when the block ends without an error.

    Parameters
    ----------
    path : Path
        The folder to make or to replace with all that is in it.
    error : type
        What to raise when the system refuses.

    Yields
    ------
    Path
        A new folder beside it.

    Raises
    ------
    CotrackerError
        Of the given type, one sentence, in place of any `OSError`. The old folder is untouched then.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_dir():
        raise error(f"expected the name of a folder to write, got the file {str(path)!r}; choose another name")
    temporary, old = (target.with_name(f".{uuid4().hex}") for _ in range(2))
    try:
        with unfinished(temporary):
            temporary.mkdir()
            yield temporary
        if target.exists():
            move(target, old)
        move(temporary, target)
    except OSError as mishap:
        raise error(_refusal(path, mishap)) from mishap
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _put_back(old, target, error)


def _put_back(old: Path, target: Path, error: type[CotrackerError]) -> None:
    """An old folder goes once there is a new one; as long as there is none, it goes back to its place."""
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
    elif old.exists():
        try:
            move(old, target)
        except OSError as mishap:
            raise error(f"cannot put back {str(target)!r}: {mishap.strerror or mishap}; it lies whole in {str(old)!r}, "
                        "rename that") from mishap


def _refusal(path: Path, mishap: OSError) -> str:
    return f"cannot write {str(path)!r}: {mishap.strerror or mishap}; {_advice(path, mishap)}"


def _advice(path: Path, mishap: OSError) -> str:
    if mishap.errno in FULL:
        return "make room, or choose another disk"
    if is_held(mishap) and path.exists():
        return "close it wherever it is open (here as a layer, in a player, a table), or choose another name or folder"
    return "choose a folder that exists and is writable"
