"""Session files for those who want their tracks, without a window."""

from __future__ import annotations

import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..core.errors import EditError, FormatError
from ..core.stacks import plane_in_words
from ..core.tracks import Tracks
from ..editing.aside import COMPANIONS
from ..editing.encoding import DamageError
from ..editing.lock import Lock, LockedError
from ..editing.places import SUFFIX
from ..editing.salvage import salvage
from ..editing.schema import check_file
from ..editing.session import Session


def is_session(path: str | Path) -> bool:
    """Whether a path is named as a session file, or is one whatever its name."""
    path = Path(path)
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        check_file(path)
    except EditError:
        return False
    return True


def read_session(path: str | Path) -> Tracks:
    """The tracks of a session as they are now; its file is left alone, whoever works on it.

    Raises
    ------
    FormatError
        If it is missing, damaged, or no session.
    """
    try:
        with closing(Session.open(path, read_only=True)) as session:
            return session.tracks
    except DamageError as error:
        raise FormatError(f"{error}; {remedy(path)}") from error
    except EditError as error:
        raise FormatError(str(error)) from error


def check_new(path: Path) -> None:
    """Refuse the name of a session that is there: it holds a history that nothing brings back.

    Raises
    ------
    FormatError
    """
    if path.exists():
        raise FormatError(f"expected the name of a new session, got {str(path)!r}, which is there; choose another")


def write_session(path: str | Path, tracks: Tracks) -> None:
    """Begin a session with tracks, in a new file.

    Raises
    ------
    FormatError
        If there is such a file, or it cannot be written.
    EditError
        If the tracks do not know the size of their picture.
    """
    check_new(Path(path))
    with closing(Session.from_tracks(tracks)) as session:
        try:
            session.save_as(path)
        except EditError as error:
            raise FormatError(str(error)) from error


def copy_session(path: str | Path, out: str | Path) -> dict[str, Any]:
    """Write a session into a new file with all that can be undone; of a damaged one, what is whole.

    Returns
    -------
    dict
        Numbers of tracks and steps in the new file, and what is `lost`, a sentence each.

    Raises
    ------
    CotrackerError
        If it is no session, nothing of it is whole, or the new file cannot be written.
    """
    check_new(Path(out))
    try:
        with closing(Session.open(path, read_only=True)) as session:
            session.copy_to(out)
            return {"tracks": len(session.ids), "steps": len(session.steps), "lost": []}
    except DamageError:
        saved = salvage(path, out)
        return {"tracks": saved.tracks, "steps": saved.steps, "lost": saved.lost}


def preview_copy(path: str | Path, out: str | Path) -> dict[str, Any]:
    """What `copy_session` would give: the new file is written and thrown away again.

    Raises
    ------
    CotrackerError
        As the copy would.
    """
    check_new(Path(out))
    with TemporaryDirectory(prefix="napari-cotracker-") as folder:
        return copy_session(path, Path(folder) / Path(out).name)


def describe_session(path: Path) -> dict[str, Any]:
    """What a session file holds: video, size of history, last change, bytes, who has it open.

    Raises
    ------
    EditError
        If it is no session file, or of a newer version.
    """
    facts = {"kind": "session", "path": str(path), "bytes": _bytes(path)}
    try:
        with closing(Session.open(path, read_only=True)) as session:
            return {**facts, **_facts_of(session), "locked": _holder(path) or False}
    except DamageError as error:
        return {**facts, "damage": str(error), "remedy": remedy(path)}


def _facts_of(session: Session) -> dict[str, Any]:
    video, found, steps = session.facts.get("video") or {}, session.video_path, session.steps
    done, last = sum(step.is_done for step in steps), max((step.time for step in steps), default=None)
    return {
        "video": str(found or video.get("path") or video.get("name") or "not known"),
        "video_found": found is not None,
        **({"plane": plane} if (plane := plane_in_words(session.facts)) else {}),  # of a stack
        "steps": {"done": done, "undone": len(steps) - done, "left_behind": sum(map(len, session.branches))},
        "last_change": last and last.astimezone().isoformat(" ", "seconds"),
    }


def remedy(path: str | Path) -> str:
    """What to do about a damaged file, in words."""
    path = Path(path)
    words = ["napari-cotracker", "convert", str(path), str(path.with_name(f"{path.stem} rescued{SUFFIX}"))]
    return f"run: {subprocess.list2cmdline(words) if sys.platform == 'win32' else shlex.join(words)}"


def _holder(path: Path) -> str:
    try:
        Lock(path).release()
    except LockedError as reason:
        return str(reason)
    return ""


def _bytes(path: Path) -> int:
    files = (Path(f"{path}{companion}") for companion in ("", *COMPANIONS))
    return sum(file.stat().st_size for file in files if file.exists())
