"""Tracks to and from files of any format, with a report of what a file does not hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import registry
from ..core.coordinates import has_place
from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError, MissingExtraError, TakenError, UnfinishedError
from ..core.excerpt import Excerpt, take
from ..core.losses import losses
from ..core.options import read_options
from ..core.tracks import Tracks
from . import sessions, written

Pictures = Callable[[int], NDArray[np.uint8]]
MOST_NAMES = 50


@dataclass(frozen=True)
class ExportReport:
    """What a file that was written, or would be, was made of, and what came of it.

    Parameters
    ----------
    path : Path
    format : str
    tracks, positions : int
        What the format was given; the notes say what it left out.
    notes : tuple of str
        What was left out, and what the format does not hold, a sentence each.
    changes : tuple of str
        What changed in labels that were there already, a sentence each.
    files : tuple of str
        Names of the files, relative to where they lie; the first ones of very many.
    n_files, n_bytes : int
        Of all files.
    """

    path: Path
    format: str
    tracks: int
    positions: int
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    n_files: int = 0
    n_bytes: int = 0


def format_for(path: str | Path, name: str | None = None) -> Format:
    """The format to write: by its name, else by the file's ending (the longest that fits).

    Raises
    ------
    FormatError
        If there is none that can be written, or several of the same ending; the message lists them.
    """
    writable = {key: entry for key, entry in registry.formats().items() if entry.write is not None}
    if name is not None:
        if name in writable:
            return writable[name]
        raise FormatError(f"expected a format to write out of {', '.join(writable)}; got {name!r}")
    file = Path(path).name.lower()
    fitting = [(len(s), key) for key, entry in writable.items() for s in entry.suffixes if s and file.endswith(s)]
    if not fitting:
        endings = ", ".join(sorted({s for entry in writable.values() for s in entry.suffixes if s}))
        raise FormatError(f"expected a file name ending in one of {endings}; got {Path(path).name!r}; or name the "
                          "format")
    longest = [key for length, key in fitting if length == max(fitting)[0]]
    plain = [key for key in longest if writable[key].group == "own"]
    if len(longest) > 1 and not plain:
        ending = file[-max(fitting)[0]:]
        raise FormatError(f"{ending!r} can be several formats, got {Path(path).name!r}: {', '.join(longest)}; say "
                          "which (--to NAME on the command line)")
    return writable[(plain or longest)[0]]


def write_tracks(path: str | Path, tracks: Tracks, format: str | None = None, options: Any = None, *,
                 excerpt: Any = None, overwrite: bool = False, pictures: Pictures | None = None) -> list[str]:
    """Write tracks to a file; one named .cotracker becomes a new session that begins with them.

    Parameters
    ----------
    path : path
        Replaced if this program wrote it, and only once the new file is whole; a session that exists
        is not replaced.
    tracks : Tracks
    format : str, optional
        By the file's ending if not given.
    options : dataclass or mapping, optional
        The format's own options.
    excerpt : Excerpt or mapping, optional
        What of the tracks to write; everything if not given.
    overwrite : bool
        Whether to replace a file that this program did not write, or labels of a project.
    pictures : callable, optional
        From a 0-based frame to its (H, W, 3) uint8 RGB picture, for formats that hold pictures.

    Returns
    -------
    list of str
        What was left out and what the format could not hold, a sentence each.

    Raises
    ------
    FormatError
        If the format or an option is unknown or the file cannot be written.
    """
    return list(export(path, tracks, format, options, excerpt=excerpt, overwrite=overwrite, pictures=pictures).notes)


def export(path: str | Path, tracks: Tracks, format: str | None = None, options: Any = None, *,
           excerpt: Any = None, overwrite: bool = False, pictures: Pictures | None = None) -> ExportReport:
    """As `write_tracks`, with a whole report."""
    path = Path(path)
    kept, notes = take(tracks, read_options(Excerpt, excerpt, "excerpts"))
    if format is None and sessions.is_session(path):
        read_options(NoOptions, options, "sessions")
        sessions.write_session(path, kept)
        return _report(path, "session", kept, notes, [])
    entry = check_place(path, format, overwrite)
    read = read_options(entry.options, options, entry.name)
    changes = entry.preview(path, kept, read) if entry.preview and path.exists() else []
    if changes and not overwrite:
        raise TakenError(f"expected to add to {str(path)!r} only, but {' '.join(changes)} Leave those out, or allow to "
                         "replace them")
    notes += losses(kept, entry.keeps)
    try:
        notes += _write(entry, path, kept, read, pictures)
    except UnfinishedError as mishap:
        mishap.notes = (*notes, *mishap.notes)
        written.note(path)
        raise
    if entry.preview is None:  # what was added to stays the user's own
        written.note(path)
    return _report(path, entry.name, kept, notes, changes)


def check_place(path: str | Path, format: str | None = None, overwrite: bool = False) -> Format:
    """The format for a file or folder, if it may be written there.

    Raises
    ------
    FormatError
        If there is no such format, a folder is where a file is wanted or the other way round, or
        something is there that this program did not write.
    """
    path, entry = Path(path), format_for(path, format)
    if path.exists() and path.is_dir() != entry.is_folder and entry.preview is None:
        wanted, got = ("folder", "file") if entry.is_folder else ("file", "folder")
        raise FormatError(f"expected the name of a {wanted} to write, got the {got} {str(path)!r}; choose another name")
    if entry.preview is None:  # others add to what is there
        written.check_free(path, overwrite=overwrite)
    return entry


def preview(path: str | Path, tracks: Tracks, format: str | None = None, options: Any = None, *,
            excerpt: Any = None, pictures: Pictures | None = None) -> ExportReport:
    """The report of an export that has not been made: the files are written and thrown away again.

    Raises
    ------
    FormatError
        As the export would.
    """
    path = Path(path)
    if format is None and sessions.is_session(path):
        with tempfile.TemporaryDirectory(prefix="napari-cotracker-") as folder:
            return replace(export(Path(folder) / path.name, tracks, None, options, excerpt=excerpt), path=path)
    entry = format_for(path, format)
    read = read_options(entry.options, options, entry.name)
    kept, notes = take(tracks, read_options(Excerpt, excerpt, "excerpts"))
    changes = entry.preview(path, kept, read) if entry.preview and path.exists() else []
    with tempfile.TemporaryDirectory(prefix="napari-cotracker-") as folder:
        trial = _trial_place(Path(folder), path)
        notes += losses(kept, entry.keeps)
        try:
            notes += _write(entry, trial, kept, read, pictures)
        except UnfinishedError as mishap:
            notes += [*mishap.notes, f"{mishap}."]
        return replace(_report(trial, entry.name, kept, notes, changes), path=path)


def _trial_place(folder: Path, path: Path) -> Path:
    """Where to try: under names like the real ones, which some formats go by, with the project's settings beside."""
    _top, *parts = path.absolute().parts  # with the disk's top among them, the place would be the real one
    trial = folder.joinpath(*parts[-3:])
    trial.parent.mkdir(parents=True, exist_ok=True)
    for settings in path.absolute().parents[1:2]:
        if (settings / "config.yaml").is_file():
            shutil.copy(settings / "config.yaml", trial.parents[1] / "config.yaml")
    return trial


def _write(entry: Format, path: Path, tracks: Tracks, options: Any, pictures: Pictures | None) -> list[str]:
    assert entry.write is not None
    return entry.write(path, tracks, options, pictures) if entry.pictures else entry.write(path, tracks, options)


def _report(path: Path, format: str, tracks: Tracks, notes: list[str], changes: list[str]) -> ExportReport:
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return ExportReport(
        path, format, len(tracks), int(has_place(tracks.xy).sum()), tuple(notes), tuple(changes),
        tuple(str(file.relative_to(path.parent)) for file in files[:MOST_NAMES]), len(files),
        sum(file.stat().st_size for file in files))


def sniffs(path: str | Path) -> bool:
    """Whether a file is a tracks file of a format that can be read, by its content.

    So may be one whose library is not installed: reading it says which.
    """
    readable = [entry for entry in registry.formats().values() if entry.read is not None]
    try:
        return Path(path).exists() and any(entry.sniff(Path(path)) for entry in readable)
    except MissingExtraError:
        return True


def read_tracks(path: str | Path, format: str | None = None, *, size: tuple[int, int] | None = None) -> Tracks:
    """Read a tracks file, or the tracks of a session; the format is told by the file's content if not named.

    Parameters
    ----------
    path : path
    format : str, optional
    size : (width, height), optional
        Of the picture, for formats that measure from its lower edge and do not say how high it is.

    Raises
    ------
    FormatError
        If it is missing, damaged, or of no format that can be read.
    """
    path = Path(path)
    if not path.exists():
        raise FormatError(f"expected a tracks file, got {str(path)!r}, which does not exist; check the path")
    if format is None and sessions.is_session(path):
        return sessions.read_session(path)
    readable = {key: entry for key, entry in registry.formats().items() if entry.read is not None}
    if format is not None and format not in readable:
        raise FormatError(f"expected a format to read out of {', '.join(readable)}; got {format!r}")
    entry = readable[format] if format else next((e for e in readable.values() if e.sniff(path)), None)
    if entry is None or entry.read is None:
        kinds = ", ".join(readable)
        raise FormatError(f"expected a tracks file ({kinds}), got {path.name!r}, which looks like none of them")
    if not entry.needs_size:
        return entry.read(path)
    if size is None:
        raise FormatError(f"expected the size of the picture with a file of the format {entry.name}, which does not "
                          "tell it; name the film (--video FILM on the command line), or open it first")
    return entry.read(path, size)
