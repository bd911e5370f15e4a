"""Reads through a film in the background and says which frames are known by now."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

from ..core.errors import VideoError
from .container import open_film, read_packets, state_of
from .index import TRUSTED_CONTAINERS, FilmIndex, PacketScan, index_by_output

FIRST_PUBLICATION = 32
"""Packets after which the first frames are handed out; then at every doubling."""


class Indexer:
    """Builds the `FilmIndex` of a file in a thread of its own, so that opening never waits for a long film.

    Parameters
    ----------
    path : str

    Attributes
    ----------
    state : tuple
        Length and time of change of the file when it was opened.
    seconds : Fraction
        Its duration as the header has it, 0 if it does not.

    Raises
    ------
    VideoError
        If the file cannot be opened as a film.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.state = state_of(path)
        self._container, self._stream = open_film(path)
        self.expected_frames = _expect_frames(self._container, self._stream)
        self.seconds = Fraction(self._container.duration or 0, 1_000_000)
        self._index: FilmIndex | None = None
        self._failure: str | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="film index", daemon=True)
        self._thread.start()

    @property
    def is_complete(self) -> bool:
        """Whether the whole file has been read."""
        return self._index is not None and self._index.complete

    def covering(self, frame: int) -> FilmIndex:
        """The index as soon as it knows a frame, or the whole one if the film is shorter than that.

        Raises
        ------
        VideoError
            If the file turns out to hold no frame, or was closed meanwhile.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._closed or self._knows(frame))
            if self._index is None or not self._knows(frame):
                raise VideoError(self._failure or f"{self.path!r} was closed")
            return self._index

    def complete(self) -> FilmIndex:
        """The index of the whole film; waits for it."""
        index = self._index
        return index if index is not None and index.complete else self.covering(1 << 62)

    def check_unchanged(self) -> None:
        """Refuse a file that is not the one that the index is of; one that was moved away is still open here.

        Raises
        ------
        VideoError
        """
        if state_of(self.path) not in (self.state, None):
            raise VideoError(f"{self.path!r} has changed since it was opened; open it again")

    def close(self) -> None:
        """Stop reading."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _knows(self, frame: int) -> bool:
        return self._index is not None and (self._index.complete or self._index.n_frames > frame)

    def _publish(self, index: FilmIndex | None) -> None:
        with self._changed:
            if index is not None and index.complete and not index.n_frames:
                self._failure = f"{self.path!r} holds no picture that can be decoded; the file is damaged or cut off"
            elif index is not None:
                self._index = index
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            names = set(self._container.format.name.split(","))
            if names & TRUSTED_CONTAINERS or self._stream.codec_context.codec.intra_only:
                index = self._scan()
            else:
                index = None
            self._publish(index if index is not None and index.n_frames else self._decode_order())
        except Exception as error:  # a thread must not die silently: whoever waits is told
            with self._changed:
                self._failure = f"{self.path!r} cannot be read through ({type(error).__name__}: {error})"
                self._changed.notify_all()
        finally:
            self._container.close()

    def _scan(self) -> FilmIndex:
        scan = PacketScan(self._stream.time_base, _rate(self._stream), self._stream.codec_context.name)
        due = FIRST_PUBLICATION
        for packet in read_packets(self._container, self._stream):
            scan.add(packet)
            if self._closed:
                break
            if scan.indexed >= due:
                due *= 2
                self._publish(scan.settle())
        return scan.finish(self._stream.frames)

    def _decode_order(self) -> FilmIndex:
        """Decode everything once, each packet stamped with its number, to see in which order pictures come out."""
        order, keys, count, damaged = self._decode_through(threads=0)
        if damaged:
            order, keys, count, damaged = self._decode_through(threads=1)
            for number in sorted(set(range(count)) - set(order)):
                order.insert(number, number)
        return index_by_output(order, keys, _rate(self._stream) or Fraction(25))

    def _decode_through(self, threads: int) -> tuple[list[int], set[int], int, bool]:
        import av

        container, stream = open_film(self.path, threads)
        order: dict[int, None] = {}  # of unique packet numbers
        keys: set[int] = set()
        count, damaged = 0, False
        with container:
            for packet in _with_flush(read_packets(container, stream)):
                if packet is not None:
                    packet.pts, count = count, count + 1
                try:
                    frames = stream.codec_context.decode(packet)
                except av.error.FFmpegError:
                    frames, damaged = [], True
                damaged |= any(frame.is_corrupt for frame in frames)
                order.update((frame.pts, None) for frame in frames if frame.pts is not None)
                # the decoder's word: AVI without an index and raw streams call every packet a keyframe
                keys.update(frame.pts for frame in frames if frame.key_frame and frame.pts is not None)
                if self._closed:
                    break
        return list(order), keys, count, damaged


def _with_flush(packets: Any) -> Any:
    yield from packets
    yield None


def _rate(stream: Any) -> Fraction | None:
    rate = stream.average_rate or stream.guessed_rate
    return Fraction(rate) if rate else None


def _expect_frames(container: Any, stream: Any) -> int:
    """A guess at the number of frames from the header, before anything is read."""
    if stream.frames:
        return int(stream.frames)
    seconds = stream.duration * stream.time_base if stream.duration else Fraction(container.duration or 0, 1_000_000)
    return max(1, round(seconds * (_rate(stream) or 25)))
