"""What films, image sequences and arrays have in common: cache, bad frames, checks, closing."""

from __future__ import annotations

import operator
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from fractions import Fraction
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from .cache import DEFAULT_BYTES, PictureCache


class LazyVideo(ABC):
    """Base of every kind of video; a kind adds its facts, `_load` and `_load_native`.

    Reading is safe from several threads. A frame that cannot be decoded is noted in `bad_frames`
    and reads as the last good frame before it (the next good one where there is none before).

    Parameters
    ----------
    name : str
        What errors call this video.
    path : str or None
    cache_bytes : int
        Room for decoded frames.
    """

    def __init__(self, name: str, path: str | None, cache_bytes: int = DEFAULT_BYTES) -> None:
        self.name, self.path = name, path
        self.bad_frames: set[int] = set()
        self._cache = PictureCache(cache_bytes)
        self._lock = threading.RLock()
        self._closed = False

    @property
    @abstractmethod
    def n_frames(self) -> int:
        """T, the number of frames."""

    @property
    def is_indexed(self) -> bool:
        """Whether the number of frames is known, so that nothing waits for it."""
        return True

    @property
    def expected_frames(self) -> int:
        """The number of frames, without waiting: provisional until `is_indexed`."""
        return self.n_frames

    @property
    @abstractmethod
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""

    @property
    @abstractmethod
    def fps(self) -> Fraction:
        """Average frames per second; exact for constant rates."""

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.size[1]

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Changes when the content changes, not when files are moved."""

    @property
    def version(self) -> str:
        """Changes whenever a picture may be another one, and also when files are copied."""
        return self.fingerprint

    @property
    def frame_numbers(self) -> NDArray[np.int64]:
        """(T,) the plate's own frame numbers."""
        return np.arange(self.n_frames)

    @property
    def times(self) -> NDArray[np.float64]:
        """(T,) presentation time of each frame in seconds."""
        return np.arange(self.n_frames) / float(self.fps)

    def __len__(self) -> int:
        return self.n_frames

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
                 ) -> None:
        self.close()

    def close(self) -> None:
        """Release files, threads and memory; reading afterwards raises `VideoError`."""
        self._closed = True
        self._cache.clear()

    def read(self, frames: Iterable[int]) -> NDArray[np.uint8]:
        """(n, H, W, 3) uint8 RGB of some frames, in the order asked.

        Raises
        ------
        VideoError
            If a frame number is outside the clip or the video is closed; never for a damaged frame.
        """
        numbers = self._check(frames)
        out = np.empty((len(numbers), self.height, self.width, 3), np.uint8)
        for row, number in enumerate(numbers):
            out[row] = self._picture(number, native=False)
        return out

    def read_native(self, frames: Iterable[int]) -> NDArray[Any]:
        """Some frames in the source's own depth, (n, H, W, C) uint8, uint16 or float32 with 1, 3 or 4 channels.

        Raises
        ------
        VideoError
            As `read`.
        """
        numbers = self._check(frames)
        if not numbers:
            return np.empty((0, *self._picture(0, native=True).shape), self._picture(0, native=True).dtype)
        return np.stack([self._picture(number, native=True) for number in numbers])

    @abstractmethod
    def _load(self, frame: int) -> NDArray[np.uint8] | None:
        """(H, W, 3) of a frame that is not in the cache; None if it cannot be decoded."""

    @abstractmethod
    def _load_native(self, frame: int) -> NDArray[Any] | None:
        """(H, W, C) of a frame; None if it cannot be decoded."""

    def _check(self, frames: Iterable[int]) -> list[int]:
        """Frame numbers as plain integers inside the clip."""
        try:
            numbers = [operator.index(frame) for frame in frames]
        except TypeError:
            raise VideoError(f"expected frame numbers as whole numbers, got {frames!r:.80}") from None
        for extreme in {min(numbers), max(numbers)} if numbers else ():
            if not self._has(extreme):
                raise VideoError(
                    f"expected frames from 0 to {self.n_frames - 1} of {self.name}, got {extreme}; "
                    "frames are counted from 0"
                )
        return numbers

    def _has(self, frame: int) -> bool:
        return 0 <= frame < self.n_frames

    def _picture(self, frame: int, native: bool) -> NDArray[Any]:
        for number in self._candidates(frame):
            if number not in self.bad_frames:
                with self._lock:
                    picture = self._fetch(number, native)
                if picture is not None:
                    return picture
                self.bad_frames.add(number)
        raise VideoError(f"no frame of {self.name} can be decoded; the file is damaged: copy or export it again")

    def _candidates(self, frame: int) -> Iterator[int]:
        """The frame itself, those before it, and at last those after it."""
        yield from range(frame, -1, -1)
        yield from range(frame + 1, self.n_frames)

    def _fetch(self, frame: int, native: bool) -> NDArray[Any] | None:
        if self._closed:
            raise VideoError(f"{self.name} is closed; open it again to read from it")
        key = (frame, native)
        picture = self._cache.get(key)
        if picture is None:
            picture = self._load_native(frame) if native else self._load(frame)
            if picture is not None:
                self._cache.put(key, picture)
        return picture
