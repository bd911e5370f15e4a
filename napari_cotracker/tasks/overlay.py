"""Tracks drawn onto their film."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.tracker import TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video

FRAMES_AHEAD = 4


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
