"""Which files this program has written, so that it never replaces what it did not write.

A list in the user's data folder holds a fingerprint of each; a file that was changed since is the
user's own again. Without that list (a folder that cannot be written, say) people are asked once more.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..core.errors import CotrackerError, FormatError, TakenError
from ..core.files import replacing

MOST = 5000
PATIENCE = 10.0  # seconds


def check_free(*paths: Path, overwrite: bool) -> None:
    """Refuse to replace what others wrote.

    Parameters
    ----------
    paths : Path
        Files or folders that are to be written.
    overwrite : bool
        Whether the user said so.

    Raises
    ------
    TakenError
    FormatError
        If one is a device or a pipe: such things have no end to be read, and stay what they are.
    """
    odd = next((path for path in paths if path.exists() and not (path.is_file() or path.is_dir())), None)
    if odd is not None:
        raise FormatError(f"expected the name of a file to write, got {str(odd)!r}, which is a device or a pipe; "
                          "choose another name")
    there = [] if overwrite else [path for path in paths if path.exists()]
    known = _recall() if there else {}
    others = [path for path in there if not _is_known(path, known)]
    if others:
        what = "folder" if others[0].is_dir() else "file"
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise TakenError(f"expected a new name, got {str(others[0])!r}{more}, a {what} that napari-cotracker did not "
                         "write or that was changed since; choose another name, or allow to replace it")


def is_ours(path: Path) -> bool:
    """Whether a file, or every file of a folder, is as this program wrote it."""
    return _is_known(path, _recall())


def _is_known(path: Path, known: Mapping[str, str]) -> bool:
    with suppress(OSError):
        return all(known.get(_name(file)) == _fingerprint(file) for file in _files(path))
    return False


def note(*paths: Path) -> None:
    """Remember that files, or all files of folders, were written; of very many nothing is remembered."""
    with suppress(OSError, CotrackerError):
        files = [file for path in paths for file in _files(path)] if len(paths) <= MOST // 2 else []
        new = {_name(file): _fingerprint(file) for file in files}
        place = _place()
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(place):
            known = {name: mark for name, mark in _recall().items() if name not in new} | new
            with replacing(place) as temporary:
                temporary.write_text(json.dumps(dict(list(known.items())[-MOST:])), encoding="utf-8")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Processes that write at the same time take turns with the list, each of which would forget the others' files."""
    from filelock import FileLock

    lock = FileLock(place.with_name(f"{place.name}-lock"), timeout=PATIENCE)
    with suppress(OSError, NotImplementedError):  # the list is of less weight than what was written
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _files(path: Path) -> list[Path]:
    """A folder of very many files stands for itself."""
    if not path.is_dir():
        return [path]
    found = [file for file in sorted(path.rglob("*")) if file.is_file()]
    return found if len(found) <= MOST // 2 else [path]


def _fingerprint(path: Path) -> str:
    if path.is_dir():
        content = "\n".join(f"{file.relative_to(path)} {file.stat().st_size} {file.stat().st_mtime_ns}"
                            for file in sorted(path.rglob("*")) if file.is_file())
        return hashlib.blake2b(os.fsencode(content), digest_size=16).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _name(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _recall() -> dict[str, str]:
    try:
        known = json.loads(_place().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _place() -> Path:
    import platformdirs

    return platformdirs.user_data_path("napari-cotracker", appauthor=False) / "written.json"
