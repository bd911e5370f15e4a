"""Films of any container and codec that FFmpeg knows, by PyAV, exact to the frame."""

from __future__ import annotations

import os
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import VideoSource
from ..core.errors import VideoError
from .cache import DEFAULT_BYTES
from .decoder import Decoder
from .fingerprint import hash_file
from .frames import LazyVideo
from .index import FilmIndex
from .indexer import Indexer
from .once import once
from .picture import Layout
from .readahead import AHEAD, ReadAhead
from .shortfall import shortfall

BACK_FRAMES = 32
"""Frames kept on the way to a frame when stepping backwards."""

RUN_LENGTH = 3
"""Frames read one after the other before reading ahead begins."""


class Film(LazyVideo):
    """A film file. Frame *k* is the *k*-th picture in the order of presentation.

    Opening decodes one frame; the rest of the file is indexed in the background. Frames that the
    index has reached can be read meanwhile; whatever needs the whole of it (`n_frames`, `times`,
    `fps`) waits. Pictures are turned upright (rotation metadata); pixels that are not square are
    left as stored.

    Parameters
    ----------
    path : str or Path
    cache_bytes : int
        Room for decoded frames.
    read_ahead : bool
        Whether to decode the next frames in a thread while frames are read one after the other.

    Raises
    ------
    VideoError
        If the file is missing, empty, not a film, without pictures, or damaged beyond the first one.
    """

    def __init__(self, path: str | Path, *, cache_bytes: int = DEFAULT_BYTES, read_ahead: bool = True) -> None:
        path = str(path)
        super().__init__(repr(Path(path).name), str(Path(path).absolute()), cache_bytes)
        self._read_ahead = read_ahead
        self._ahead: ReadAhead | None = None
        self._decoder: Decoder | None = None
        self._careful = False
        self._layout_lock = threading.Lock()
        self._last, self._run = -1, 0
        self._process = os.getpid()
        self._indexer = Indexer(path)
        try:
            self._layout = self._find_layout()
        except BaseException:
            self.close()
            raise

    @property
    def is_indexed(self) -> bool:
        """Whether the number of frames is known, so that nothing waits for it."""
        return self._indexer.is_complete

    @property
    def expected_frames(self) -> int:
        """The number of frames as the header states it, without waiting; exact once `is_indexed`."""
        return self._index.n_frames if self.is_indexed else self._indexer.expected_frames

    @property
    def n_frames(self) -> int:
        """T, the number of frames."""
        return self._index.n_frames

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels, upright."""
        return self._layout.size

    @once
    def fps(self) -> Fraction:
        """Average frames per second; exact for constant rates."""
        return self._index.fps()

    @once
    def times(self) -> NDArray[np.float64]:
        """(T,) presentation time of each frame in seconds, as the file states it."""
        return self._index.times()

    @once
    def fingerprint(self) -> str:
        """Changes when the content changes, not when the file is moved or renamed."""
        found = hash_file(str(self.path))
        self._indexer.check_unchanged()
        return found

    @property
    def version(self) -> str:
        """Changes whenever the file is written."""
        return f"{self.fingerprint} {self._indexer.state}"

    @property
    def keyframes(self) -> NDArray[np.int64]:
        """Frames at which decoding can begin; far apart, they make jumps slow."""
        return np.unique(self._index.key_numbers)

    def shortfall(self) -> str:
        """What to say of a film whose file was cut off, "" of any other; waits for the index."""
        index = self._index
        step = 1 / index.fps()
        end = Fraction(int(index.ticks[-1])) * index.time_base + step
        return shortfall(str(self.path), self._indexer.seconds, end, step)

    def close(self) -> None:
        """Release files, threads and memory; reading afterwards raises `VideoError`."""
        self._closed = True
        self._indexer.close()
        with self._lock:
            if self._ahead is not None:
                self._ahead.stop()
            if self._decoder is not None:
                self._decoder.close()
            self._ahead = self._decoder = None
        super().close()

    @property
    def _index(self) -> FilmIndex:
        return self._indexer.complete()

    def _has(self, frame: int) -> bool:
        return 0 <= frame < self._indexer.covering(max(frame, 0)).n_frames

    def _find_layout(self) -> Layout:
        """Decode the first frame that can be decoded."""
        number = 0
        while number < self._indexer.covering(number).n_frames:
            found = self._decode(number)
            if found:
                layout = Layout.of(found[-1][1])
                self._cache.put((number, False), layout.to_rgb(found[-1][1]))
                return layout
            self.bad_frames.add(number)
            number += 1
        raise VideoError(f"{self.path!r} holds no picture that can be decoded; the file is damaged or cut off")

    def _decode(self, frame: int, keep: int = 0) -> list[tuple[int, Any]]:
        if self._decoder is None:
            self._decoder = Decoder(str(self.path), self._indexer, self._careful)
        try:
            found = self._decoder.decode(frame, keep)
        except VideoError:
            self._decoder.close()
            self._decoder = None  # the file may be back next time
            raise
        self._careful |= self._decoder.careful
        return found

    def _fetch(self, frame: int, native: bool) -> NDArray[Any] | None:
        if self._process != os.getpid():  # forked: no thread has come along, neither of decoders nor of reading ahead
            self._process, self._ahead, self._decoder = os.getpid(), None, None
        if self._ahead is not None and not native:
            self._ahead.follow(frame)
        return super()._fetch(frame, native)

    def _load(self, frame: int) -> NDArray[np.uint8] | None:
        last, self._last = self._last, frame
        if self._ahead is not None and self._ahead.wait_for(frame):
            picture = self._cache.get((frame, False))
            if picture is not None or frame in self.bad_frames:
                return picture  # else it was read ahead so long ago that the cache has dropped it
        self._run = self._run + 1 if frame == last + 1 else 0
        found = self._decode(frame, keep=BACK_FRAMES if frame < last else 0)
        for number, decoded in found[:-1]:
            self._store(number, decoded)
        picture = self._layout.to_rgb(found[-1][1]) if found else None
        if self._read_ahead and self._run >= RUN_LENGTH:
            self._start_ahead(frame + 1)
        return picture

    def _load_native(self, frame: int) -> NDArray[Any] | None:
        if not self._layout.has_more_than_rgb and not self._layout.is_mixed:
            return super()._fetch(frame, native=False)
        found = self._decode(frame)
        return self._layout.to_native(found[-1][1]) if found else None

    def _store(self, number: int, decoded: Any) -> None:
        if decoded is None:
            self.bad_frames.add(number)
        elif (number, False) not in self._cache:
            self._cache.put((number, False), self._layout.to_rgb(decoded))

    def _start_ahead(self, start: int) -> None:
        """Hand the decoder, which stands in the right place, to a thread; the next jump opens another one."""
        if self._ahead is not None:
            self._ahead.stop()
        width, height = self.size
        depth = min(AHEAD, self._cache.max_bytes // (4 * 3 * width * height))
        decoder, self._decoder, self._run = self._decoder, None, 0
        if decoder is not None and depth:
            self._ahead = ReadAhead(decoder, start, depth, self._store)


def _accepts(source: Any) -> bool:
    return isinstance(source, (str, Path))


VIDEO_SOURCE = VideoSource("film", _accepts, Film, priority=90)
