"""A video whose frames lie in another process and are asked for when they are needed."""

from __future__ import annotations

import operator
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.video import Video, version_of
from .messages import Picture

AHEAD = 12
CACHE_BYTES = 64 << 20


@dataclass(frozen=True)
class Facts:
    """All that a `Video` is, besides its pictures."""

    n_frames: int
    height: int
    width: int
    fps: Fraction
    times: NDArray[np.float64]
    frame_numbers: NDArray[np.int64]
    path: str | None
    fingerprint: str
    version: str
    bad_frames: frozenset[int]

    @classmethod
    def of(cls, video: Video) -> Facts:
        """Those of a video; may have to wait until a long film was read through.

        Raises
        ------
        VideoError
        """
        return cls(
            video.n_frames, video.height, video.width, video.fps, np.asarray(video.times, np.float64),
            np.asarray(video.frame_numbers, np.int64), video.path, video.fingerprint, version_of(video),
            frozenset(video.bad_frames),
        )


class ServedVideo:
    """A `Video` of facts and of frames that somebody sends; the next frames are asked for ahead.

    Parameters
    ----------
    facts : Facts
    ask : callable
        ``ask(frames, native)`` has frames sent, each of which comes by `deliver`; must not wait.
    cache_bytes : int
        Room for frames that came.
    """

    def __init__(self, facts: Facts, ask: Callable[[tuple[int, ...], bool], None], cache_bytes: int = CACHE_BYTES
                 ) -> None:
        self.n_frames, self.height, self.width = facts.n_frames, facts.height, facts.width
        self.fps, self.times, self.frame_numbers = facts.fps, facts.times, facts.frame_numbers
        self.path, self.fingerprint, self.version = facts.path, facts.fingerprint, facts.version
        self.bad_frames = set(facts.bad_frames)
        self._ask = ask
        self._room = max(1, cache_bytes // (3 * self.height * self.width))
        self._frames: OrderedDict[tuple[int, bool], Future[NDArray[Any]]] = OrderedDict()
        self._lock = threading.Lock()
        self._last = -1
        self._closed = False

    def read(self, frames: Iterable[int]) -> NDArray[np.uint8]:
        """(n, H, W, 3) uint8 RGB of some frames, in the order asked.

        Raises
        ------
        VideoError
            If a frame is outside the clip, the other process cannot read it, or the video is closed.
        """
        numbers = self._check(frames)
        out = np.empty((len(numbers), self.height, self.width, 3), np.uint8)
        for row, picture in enumerate(self._fetch(numbers, native=False)):
            out[row] = picture
        return out

    def read_native(self, frames: Iterable[int]) -> NDArray[Any]:
        """Some frames in the source's own depth, (n, H, W, C).

        Raises
        ------
        VideoError
            As `read`.
        """
        numbers = self._check(frames)
        pictures = self._fetch(numbers or [0], native=True)
        return np.stack(pictures)[: len(numbers)]

    def deliver(self, picture: Picture) -> None:
        """Take in a frame that came."""
        with self._lock:
            self.bad_frames |= picture.bad_frames
            future = self._frames.get((picture.frame, picture.native))
            if future is None or future.done():
                return
            if picture.pixels is None:
                del self._frames[picture.frame, picture.native]  # it may be asked for again
                future.set_exception(VideoError(picture.problem))
            else:
                future.set_result(picture.pixels)

    def close(self) -> None:
        """Whoever waits for a frame gets a `VideoError`, and so does who asks for another one."""
        with self._lock:
            self._closed = True
            for future in self._frames.values():
                if not future.done():
                    future.set_exception(VideoError("the video was closed; open it again to read from it"))
            self._frames.clear()

    def _check(self, frames: Iterable[int]) -> list[int]:
        numbers = [operator.index(frame) for frame in frames]
        outside = [number for number in numbers if not 0 <= number < self.n_frames]
        if outside:
            raise VideoError(f"expected frames from 0 to {self.n_frames - 1}, got {outside[0]}; frames are counted "
                             "from 0")
        return numbers

    def _fetch(self, numbers: list[int], native: bool) -> list[NDArray[Any]]:
        wanted = dict.fromkeys([*numbers, *self._coming(numbers)])
        with self._lock:
            if self._closed:
                raise VideoError("the video was closed; open it again to read from it")
            missing = tuple(number for number in wanted if (number, native) not in self._frames)
            self._frames.update({(number, native): Future() for number in missing})
            futures = [self._frames[number, native] for number in numbers]
            for number in numbers:
                self._frames.move_to_end((number, native))
            self._drop_oldest()
        if missing:
            self._ask(missing, native)
        return [future.result() for future in futures]

    def _coming(self, numbers: list[int]) -> list[int]:
        """Frames that a reader who goes on in order needs next."""
        if not numbers:
            return []
        before, self._last = self._last, numbers[-1]
        step = numbers[0] - before
        if step not in (1, -1):
            return []
        ahead = (numbers[-1] + step * k for k in range(1, min(AHEAD, self._room // 2) + 1))
        return [number for number in ahead if 0 <= number < self.n_frames]

    def _drop_oldest(self) -> None:
        """Forget frames that came, longest unused first, until the rest has room."""
        too_many = len(self._frames) - self._room
        if too_many > 0:
            came = [key for key, future in self._frames.items() if future.done()]
            for key in came[:too_many]:
                del self._frames[key]
