"""Where sessions live that nobody has given a place: in the user's data folder, until they are saved."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePath, PureWindowsPath
from types import MappingProxyType
from typing import Any, NamedTuple

from ..core.errors import EditError
from . import records, snapshots
from .aside import COMPANIONS
from .lock import Lock, LockedError

SUFFIX = ".cotracker"
NAMES = "names"  # the setting that holds those of points to come
LONGEST = 60  # letters of a video's name


class Unsaved(NamedTuple):
    """A session that was never saved.

    Parameters
    ----------
    path : Path
    changed : datetime
        When the last step was taken, by the clock of this place.
    steps : int
        In its history, done and undone.
    tracks : int
        That it held when it was last closed.
    video : str
        The name of its video, "" if that is not known.
    is_damaged : bool
    has_names : bool
        Whether names were written down for points to come.
    facts : mapping
        What was noted of its video.
    shape : (n_frames, width, height)
    """

    path: Path
    changed: datetime
    steps: int = 0
    tracks: int = 0
    video: str = ""
    is_damaged: bool = False
    has_names: bool = False
    facts: Mapping[str, Any] = MappingProxyType({})
    shape: tuple[int, int, int] = (0, 0, 0)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to go on with; of a damaged one that is not known."""
        return not (self.steps or self.tracks or self.has_names or self.is_damaged)


def unsaved_folder() -> Path:
    """The folder of sessions that nobody has given a place; it need not be there."""
    import platformdirs

    return platformdirs.user_data_path("napari-cotracker", appauthor=False) / "sessions"


def new_path(video: str | None, folder: Path | None = None) -> Path:
    """A name for a new session that nobody has, in a folder that is there.

    Parameters
    ----------
    video : str or None
        Path or name of its video.
    folder : Path, optional

    Raises
    ------
    EditError
        If the folder cannot be made.
    """
    folder = unsaved_folder() if folder is None else folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as mishap:
        reason = f"cannot make the folder {str(folder)!r}: {mishap.strerror}"
        raise EditError(f"{reason}; save the session elsewhere") from None
    stem = re.sub(r"[^\w.-]+", "-", PurePath(video).stem if video else "").strip("-.")[:LONGEST] or "session"
    name = f"{stem} {datetime.now():%Y-%m-%d %H.%M.%S}"
    names = (f"{name}{f' {count}' if count > 1 else ''}{SUFFIX}" for count in range(1, 1000))
    return next(path for each in names if not (path := folder / each).exists())


def unsaved(folder: Path | None = None) -> list[Unsaved]:
    """Sessions to go on with: those that hold anything and are not open in any window, the newest first.

    Parameters
    ----------
    folder : Path, optional
    """
    found = (entry_of(path) for path in _files(folder) if not _is_open(path))
    return sorted((entry for entry in found if not entry.is_empty), key=lambda entry: entry.changed, reverse=True)


def remove(path: Path) -> None:
    """Delete a session file with all that lies beside it, unless it is open in any window.

    Raises
    ------
    EditError
        If it is open, or the system refuses.
    """
    try:
        lock = Lock(path)
        try:
            for companion in ("", *COMPANIONS):
                Path(f"{path}{companion}").unlink(missing_ok=True)
        finally:
            lock.release()
    except LockedError as mishap:
        raise EditError(f"cannot delete {str(path)!r}: {mishap}; close that window first") from None
    except OSError as mishap:
        raise EditError(f"cannot delete {str(path)!r}: {mishap.strerror}; delete it yourself") from None


def entry_of(path: Path) -> Unsaved:
    """What is to be known of a session file without opening it."""
    changed = datetime.fromtimestamp(max(_written(path), _written(Path(f"{path}-wal"))))
    try:
        # another window may just have deleted it: to look at it is not to make it
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            steps, last = connection.execute("SELECT count(*), max(time) FROM steps").fetchone()
            (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
            video, state = records.read_values("facts")(connection).get("video"), records.read_state(connection)
            return Unsaved(path, datetime.fromtimestamp(last) if steps else changed, steps + runs,
                           _tracks(connection), _name_of(video), facts=video if isinstance(video, dict) else {},
                           has_names=NAMES in records.read_values("settings")(connection),
                           shape=(state.n_frames, state.width, state.height))
    except (sqlite3.Error, EditError, TypeError, ValueError, OverflowError, OSError):
        return Unsaved(path, changed, is_damaged=path.exists())


def _tracks(connection: sqlite3.Connection) -> int:
    *_, newest = snapshots.read_snapshots(connection)
    return len(snapshots.read_rows(connection, newest))


def _name_of(video: object) -> str:
    path = video.get("path") if isinstance(video, dict) else None
    return PureWindowsPath(path).name if isinstance(path, str) else ""  # takes both kinds of slashes


def _files(folder: Path | None) -> list[Path]:
    folder = unsaved_folder() if folder is None else folder
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX and path.is_file())
    except OSError:
        return []


def _is_open(path: Path) -> bool:
    try:
        Lock(path).release()
    except LockedError:
        return True
    return False


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
