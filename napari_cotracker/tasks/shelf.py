"""Videos that stay open between one job and the next: a correction does not wait for a film to be read through."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ..core.video import Video
from .open import open_video

IDLE_SECONDS = 30.0


@dataclass(eq=False)
class _Place:
    path: str
    state: tuple[int, int] | None
    video: Video
    users: int
    since: float

    def is_current(self) -> bool:
        return self.state is not None and self.state == _state_of(self.path)


class Shelf:
    """Opens videos by path and keeps those that nobody uses for a while; safe to use from several threads.

    Parameters
    ----------
    idle_seconds : float
        How long a video that nobody uses stays open.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle = idle_seconds
        self._places: list[_Place] = []
        self._lock = threading.Lock()

    def borrow(self, path: str) -> Video:
        """The video of a path, open; whoever borrows it gives it back.

        Raises
        ------
        VideoError
            If it cannot be opened.
        """
        state = _state_of(path)
        with self._lock:
            for place in self._places:
                if state is not None and (place.path, place.state) == (path, state):
                    place.users += 1
                    return place.video
        video = open_video(path)
        # an image sequence opens fast, and only a look at every file would tell whether it has changed
        state = state if _is_film(video) else None
        with self._lock:
            self._places.append(_Place(path, state, video, 1, 0.0))
        return video

    def give_back(self, video: Video) -> None:
        """Use a video no longer."""
        with self._lock:
            for place in self._places:
                if place.video is video:
                    place.users -= 1
                    place.since = time.monotonic()
        self.tidy()

    def tidy(self) -> None:
        """Close what nobody has used for a while, and what has changed on disk."""
        now = time.monotonic()
        with self._lock:
            idle = [place for place in self._places if not place.users
                    and (now - place.since > self._idle or not place.is_current())]
            self._places = [place for place in self._places if place not in idle]
        for place in idle:
            place.video.close()

    def __len__(self) -> int:
        return len(self._places)


def _is_film(video: Video) -> bool:
    from ..videos.film import Film

    return isinstance(video, Film)


def _state_of(path: str) -> tuple[int, int] | None:
    """(time of change, length) of a file or folder; None for what is neither, a pattern of names say."""
    try:
        facts = Path(path).stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
