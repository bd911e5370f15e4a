"""Tracks to and from files of any format, and onto a film."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import registry
from ..core.declarations import Format
from ..core.errors import FormatError, VideoError
from ..core.tracker import TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from . import sessions

FRAMES_AHEAD = 4


def format_for(path: str | Path, name: str | None = None) -> Format:
    """The format to write: by its name, else by the file's ending (the longest that fits).

    Raises
    ------
    FormatError
        If there is none that can be written; the message lists those there are.
    """
    writable = {key: entry for key, entry in registry.formats().items() if entry.write is not None}
    if name is not None:
        if name in writable:
            return writable[name]
        raise FormatError(f"expected a format to write out of {', '.join(writable)}; got {name!r}")
    file = Path(path).name.lower()
    fitting = [(len(s), entry) for entry in writable.values() for s in entry.suffixes if file.endswith(s)]
    if not fitting:
        endings = ", ".join(s for entry in writable.values() for s in entry.suffixes)
        raise FormatError(
            f"expected a file name ending in one of {endings}; got {Path(path).name!r}; or name the format"
        )
    return max(fitting, key=lambda pair: pair[0])[1]


def write_tracks(path: str | Path, tracks: Tracks, format: str | None = None, options: Any = None) -> list[str]:
    """Write tracks to a file; one named .cotracker becomes a new session that begins with them.

    Parameters
    ----------
    path : path
        Replaced if it exists, and only once the new file is whole; a session that exists is not replaced.
    tracks : Tracks
    format : str, optional
        By the file's ending if not given.
    options : dataclass or mapping, optional
        The format's own options.

    Returns
    -------
    list of str
        What the format could not hold, a sentence each.

    Raises
    ------
    FormatError
        If the format or an option is unknown or the file cannot be written.
    """
    if format is None and sessions.is_session(path):
        sessions.write_session(path, tracks)
        return []
    entry = format_for(path, format)
    assert entry.write is not None
    return entry.write(Path(path), tracks, _options_for(entry, options))


def sniffs(path: str | Path) -> bool:
    """Whether a file is a tracks file of a format that can be read, by its content."""
    readable = [entry for entry in registry.formats().values() if entry.read is not None]
    return Path(path).is_file() and any(entry.sniff(Path(path)) for entry in readable)


def read_tracks(path: str | Path, format: str | None = None) -> Tracks:
    """Read a tracks file, or the tracks of a session; the format is told by the file's content if not named.

    Raises
    ------
    FormatError
        If it is missing, damaged, or of no format that can be read.
    """
    path = Path(path)
    if not path.is_file():
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
    return entry.read(path)


def render_overlay(video: Video, tracks: Tracks, path: str | Path, options: Any = None
                   ) -> Generator[TrackUpdate, None, Path]:
    """Write a film with the tracks drawn onto it; yields a heartbeat for every frame.

    Parameters
    ----------
    options : `napari_cotracker.effects.overlay.OverlayOptions`, optional

    Raises
    ------
    VideoError
        If the film cannot be written, or has another number of frames than the tracks. Nothing is
        left behind then, nor when the generator is closed early.
    """
    from ..effects.overlay import draw_overlay

    if tracks.n_frames != video.n_frames:
        raise VideoError(f"expected tracks of the video's {video.n_frames} frames, got tracks of {tracks.n_frames}")
    film = _FilmThread(Path(path), video)
    try:
        for t in range(video.n_frames):
            picture = draw_overlay(video.read([t])[0], tracks, t, options)
            film.put(picture)
            yield TrackUpdate.heartbeat((t + 1) / video.n_frames, "drawing the tracks")
        film.finish()
    finally:
        film.abandon()
    return Path(path)


class _FilmThread:
    """Feeds the film writer, which pulls, from a task, which pushes; the picture queue is short."""

    def __init__(self, path: Path, video: Video) -> None:
        self._pictures: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(FRAMES_AHEAD)
        self._is_abandoned = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._write, args=(path, video), name="film writer", daemon=True)
        self._thread.start()

    def put(self, picture: NDArray[np.uint8] | None) -> None:
        while True:
            try:
                return self._pictures.put(picture, timeout=0.2)
            except queue.Full:
                self._check()

    def finish(self) -> None:
        """Wait until the film is whole; raises what the writer raised."""
        self.put(None)
        self._thread.join()
        self._check()

    def abandon(self) -> None:
        """Stop the writer, which then leaves nothing behind; does nothing to one that has finished."""
        self._is_abandoned.set()
        self._thread.join()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
        if not self._thread.is_alive() and not self._pictures.empty():
            raise VideoError("the film writer stopped before the film was whole; try again")

    def _write(self, path: Path, video: Video) -> None:
        from ..videos.writer import write_film

        try:
            write_film(path, self._waiting(), times=video.times)
        except _Abandoned:
            return
        except BaseException as error:  # raised again by the task
            self._error = error

    def _waiting(self) -> Iterator[NDArray[np.uint8]]:
        while True:
            try:
                picture = self._pictures.get(timeout=0.1)
            except queue.Empty:
                if self._is_abandoned.is_set():
                    raise _Abandoned from None
                continue
            if picture is None:
                return
            yield picture


class _Abandoned(Exception):
    """The task was closed before its film was whole."""


def _options_for(entry: Format, options: Any) -> Any:
    if options is None:
        return entry.options()
    if isinstance(options, entry.options):
        return options
    known = {f.name for f in fields(entry.options)}
    unknown = sorted(set(options) - known) if isinstance(options, dict) else [type(options).__name__]
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise FormatError(f"expected options of {entry.name} out of {names}; got {unknown[0]!r}")
    return entry.options(**options)
