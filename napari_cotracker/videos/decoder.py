"""Decodes any frame of a film by its number: go on, or start again at a keyframe."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..core.errors import VideoError
from .container import check_file
from .indexer import Indexer
from .packets import PacketReader

NEARBY = 8
"""Decoding this many frames costs less than a seek."""

NOWHERE = -2


class Output(NamedTuple):
    """A picture as it left the decoder."""

    label: int
    frame: Any
    sound: bool


class DamageError(Exception):
    """The decoder met damaged data (never leaves this module)."""


class Decoder:
    """One open file at one position; not to be shared between threads.

    Every frame is decoded from the last keyframe at or before it (or from a later position of the
    same pass). After a damaged packet, what the decoder puts out up to the next keyframe is made of
    pieces of other frames: it counts as undecodable. At the first sign of damage the decoder starts
    again with a single thread, because several of them patch damaged pictures in a random order.

    Parameters
    ----------
    path : str
    indexer : Indexer
        Asked for the index, which may still be growing.
    careful : bool
        Decode with one thread from the start.
    """

    def __init__(self, path: str, indexer: Indexer, careful: bool = False) -> None:
        self._path, self._indexer = path, indexer
        self.careful = careful
        self._index = indexer.covering(0)
        self._reader = PacketReader(path, self._index, int(careful))
        self._outputs: Iterator[Output] = iter(())
        self._pending: Output | None = None
        self._position = -1  # the last frame that came out
        self._started = NOWHERE  # keyframe at which this pass began; -1 is the beginning of the file
        self._tainted = False
        self._damages = 0

    def close(self) -> None:
        """Close the file."""
        self._outputs = iter(())
        self._reader.close()

    def decode(self, frame: int, keep: int = 0) -> list[tuple[int, Any]]:
        """Decode one frame.

        Parameters
        ----------
        frame : int
            An existing frame number.
        keep : int
            How many frames before it, if they are decoded on the way, to hand out too.

        Returns
        -------
        list of (number, frame)
            In order, the frame that was asked for at the end; empty if it cannot be decoded.

        Raises
        ------
        VideoError
            If there is no such frame, or the file is gone or has changed since it was opened.
        """
        self._refresh(frame)
        found = self._find_carefully(frame, keep)
        self._indexer.check_unchanged()
        if not found:
            check_file(self._path)  # a disk that is away damages nothing
        return found

    def _find_carefully(self, frame: int, keep: int) -> list[tuple[int, Any]]:
        try:
            return self._find(frame, keep)
        except DamageError:
            self.careful = True
            self._reader.close()
            self._reader = PacketReader(self._path, self._index, threads=1)
            self._started = NOWHERE
            return self._find(frame, keep)

    def _refresh(self, frame: int) -> None:
        """Take over what the index has learnt since."""
        index = self._indexer.covering(frame)
        if frame >= index.n_frames:
            raise VideoError(f"expected frames below {index.n_frames}, got {frame}")
        if index.by_time != self._index.by_time:
            self._started = NOWHERE
        self._index = self._reader.index = index

    def _find(self, frame: int, keep: int) -> list[tuple[int, Any]]:
        key = self._index.key_before(frame)
        tried = self._started
        if self._goes_on_to(frame, key):
            found = self._advance(frame, keep)
            if found is not None or tried < key:  # passed it, coming from before the last keyframe
                return found or []
        else:
            tried = NOWHERE
        for start in _earlier(key):
            if start != tried:
                self._restart(start)
                found = self._advance(frame, keep)
                if found is not None:
                    return found
        return []

    def _goes_on_to(self, frame: int, key: int) -> bool:
        if self._started == NOWHERE or self._position >= frame:
            return False
        return key < 0 or int(self._index.key_numbers[key]) <= self._position + NEARBY

    def _restart(self, key: int) -> None:
        self._reader.start(key)
        self._outputs = self._decode_on()
        self._pending, self._position, self._tainted, self._started = None, -1, False, key

    def _advance(self, frame: int, keep: int) -> list[tuple[int, Any]] | None:
        """Decode up to a frame: it and those kept, [] if it is damaged, None if it does not come out."""
        kept: deque[tuple[int, Any]] = deque(maxlen=keep + 1)
        damages, tainted = self._damages, self._tainted
        while (output := self._next_output()) is not None:
            number = self._index.number_of(output.label)
            if number is None or number <= self._position:
                continue
            if number > frame:
                self._pending = output
                break
            self._position = number
            if output.sound:
                kept.append((number, output.frame))
            if number == frame:
                return list(kept) if output.sound else []
        else:
            self._started = NOWHERE
        return [] if tainted or self._damages > damages else None

    def _next_output(self) -> Output | None:
        if self._pending is not None:
            output, self._pending = self._pending, None
            return output
        return next(self._outputs, None)

    def _decode_on(self) -> Iterator[Output]:
        for packet in self._reader:
            yield from self._feed(packet)
        yield from self._feed(None)

    def _feed(self, packet: Any) -> Iterator[Output]:
        import av

        try:
            frames = self._reader.decode(packet)
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            self._note_damage()
            return
        for frame in frames:
            if frame.is_corrupt and not self._is_before_start(frame.pts):
                self._note_damage()
            elif frame.key_frame:
                self._tainted = False
            if frame.pts is not None:
                yield Output(frame.pts, frame, not self._tainted)

    def _is_before_start(self, label: int | None) -> bool:
        """Whether a picture precedes the keyframe of this pass, so that nobody can expect it to be whole."""
        number = self._index.number_of(label)
        return self._started >= 0 and number is not None and number < int(self._index.key_numbers[self._started])

    def _note_damage(self) -> None:
        if not self.careful:
            raise DamageError
        self._tainted = True
        self._damages += 1


def _earlier(key: int) -> Iterator[int]:
    """A keyframe and a few before it (a gradual refresh takes until the next one); -1 is the beginning of the file."""
    yield from dict.fromkeys(max(key - step, -1) for step in (0, 1, 2, 4))
