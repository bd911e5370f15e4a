"""Frames that stay in memory once they were read, for threads that go through them in different directions."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, cast

import numpy as np

from ..core.video import Frames, Video


class Room:
    """Memory that several who hold frames share; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    @contextmanager
    def take(self, size: int, limit: int) -> Iterator[bool]:
        """Take so many bytes while this lasts, if that leaves all who do within a limit; says whether it does."""
        with self._lock:
            fits = self._taken + size <= limit
            self._taken += size if fits else 0
        try:
            yield fits
        finally:
            with self._lock:
                self._taken -= size if fits else 0


def hold(video: Video, frames: Iterable[int]) -> Video:
    """The same video, of which some frames are read once and kept for as long as it is used.

    A film decodes one way: two who read towards each other would have it begin anew at every turn.
    """
    return cast(Video, _Held(video, frozenset(frames)))


class _Held:
    def __init__(self, video: Video, frames: frozenset[int]) -> None:
        self._video, self._frames = video, frames
        self._kept: dict[int, Frames] = {}
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._video, name)

    def read(self, frames: Iterable[int]) -> Frames:
        """As of the video."""
        wanted = list(frames)
        with self._lock:
            missing = [frame for frame in dict.fromkeys(wanted) if frame not in self._kept]
            pictures = self._video.read(missing)
            fresh = dict(zip(missing, pictures, strict=True))
            self._kept.update((frame, fresh[frame]) for frame in missing if frame in self._frames)
            found = [self._kept[frame] if frame in self._kept else fresh[frame] for frame in wanted]
        return np.stack(found) if wanted else pictures


# isinstance(held, Video) asks the class, and from Python 3.12 on no __getattr__
for _name in ("n_frames", "height", "width", "fps", "times", "frame_numbers", "path", "fingerprint", "bad_frames",
              "read_native", "close"):
    setattr(_Held, _name, property(attrgetter(f"_video.{_name}")))
