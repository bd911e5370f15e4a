"""What the window's process and its child tell each other, and how that goes through a pipe.

A message is pickled; arrays in it follow as they lie in memory, so that no copy of them is made. Both
ends of the pipe are our own two processes: nothing that comes from anywhere else is ever unpickled.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from numpy.typing import NDArray

from ..core import errors
from ..core.errors import CotrackerError, TrackingError
from ..core.queries import Queries
from ..core.tracker import TrackUpdate

MARK = b"nct1"
_HEAD = struct.Struct("<4sI")
_LENGTH = struct.Struct("<Q")

Part = bytes | bytearray | memoryview


@dataclass(frozen=True)
class Start:
    """Run a task. `arguments` are pickled on their own, so that a wrong one spoils nothing but its job."""

    job: int
    task: str
    video: Any
    arguments: bytes


@dataclass(frozen=True)
class Cancel:
    """Stop at the next check."""

    job: int


@dataclass(frozen=True)
class Hold:
    """Wait, or go on."""

    job: int
    held: bool


@dataclass(frozen=True)
class Add:
    """More points for a run."""

    job: int
    queries: Queries


@dataclass(frozen=True)
class WarmUp:
    """Load the libraries and the default network before anybody asks for them."""


@dataclass(frozen=True)
class Picture:
    """A frame that was wanted: (H, W, C) pixels, or what the problem is."""

    job: int
    frame: int
    native: bool
    pixels: NDArray[Any] | None
    bad_frames: frozenset[int] = frozenset()
    problem: str = ""


@dataclass(frozen=True)
class Updated:
    """A piece of a task's answer."""

    job: int
    update: TrackUpdate


@dataclass(frozen=True)
class Wanted:
    """Frames of a video that only the parent can read, in the order in which they are needed."""

    job: int
    frames: tuple[int, ...]
    native: bool


@dataclass(frozen=True)
class Finished:
    """What a task returned."""

    job: int
    result: Any
    cancelled: bool


@dataclass(frozen=True)
class Failed:
    """Why a task stopped: the name of one of our errors, and its text."""

    job: int
    kind: str
    text: str

    @classmethod
    def of(cls, job: int, error: BaseException) -> Failed:
        """An error as a message; what is none of ours becomes a `TrackingError` of one sentence."""
        if isinstance(error, CotrackerError):
            ours = next(kind for kind in type(error).__mro__ if getattr(errors, kind.__name__, None) is kind)
            return cls(job, ours.__name__, str(error))
        if isinstance(error, MemoryError):
            text = "memory ran out; track fewer points at a time, choose mode online, or lower the resolution"
        else:
            detail = (str(error).strip().splitlines() or [""])[0]
            text = f"the run stopped with {type(error).__name__}: {detail:.200}; please report this"
        return cls(job, "TrackingError", text)

    def error(self) -> CotrackerError:
        """The error, to be raised or shown; it has its type and its text, nothing else."""
        kind: type[CotrackerError] = getattr(errors, self.kind, TrackingError)
        error = kind.__new__(kind)
        # an error class may compose its text out of other arguments: the text is here already
        Exception.__init__(error, self.text)
        return error


class GarbledError(Exception):
    """What came through the pipe is no message."""


def encode(message: Any) -> list[Part]:
    """A message as the parts that `write` sends.

    Raises
    ------
    Exception
        Whatever pickle raises for what cannot be pickled.
    """
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    parts: list[Part] = [head, *(buffer.raw() for buffer in buffers)]
    lengths = b"".join(_LENGTH.pack(len(part)) for part in parts)
    return [_HEAD.pack(MARK, len(parts)) + lengths, *parts]


def write(pipe: BinaryIO, parts: Sequence[Part]) -> None:
    """Send an encoded message; waits until the other side has taken nearly all of it.

    Raises
    ------
    OSError, ValueError
        If nobody reads any more, or the pipe is closed.
    """
    for part in parts:
        pipe.write(part)
    pipe.flush()


def read(pipe: BinaryIO) -> Any:
    """The next message; None at the end of the pipe, also where it ends within a message.

    Raises
    ------
    GarbledError
        If something else than our messages came.
    """
    head = _take(pipe, _HEAD.size)
    if head is None:
        return None
    mark, count = _HEAD.unpack(head)
    if mark != MARK:
        raise GarbledError(f"expected a message to begin with {MARK!r}, got {mark!r}")
    lengths = _take(pipe, count * _LENGTH.size)
    parts: list[bytearray] = []
    for (length,) in _LENGTH.iter_unpack(lengths or b""):
        part = _take(pipe, length)
        if part is None:
            return None
        parts.append(part)
    return pickle.loads(parts[0], buffers=parts[1:]) if parts else None


def pack_arguments(arguments: Mapping[str, Any]) -> bytes:
    """The plain arguments of a task.

    Raises
    ------
    TrackingError
        If one of them cannot leave this process; it is named.
    """
    try:
        return pickle.dumps(dict(arguments), protocol=5)
    except Exception as error:  # pickle raises what the object's own methods raise
        wrong = next((name for name, value in arguments.items() if not _can_travel(value)), "")
        raise TrackingError(
            f"expected arguments of plain values, got {wrong} = {type(arguments.get(wrong)).__name__}, which cannot be "
            f"sent to the tracking process ({type(error).__name__}: {str(error)[:200]}); give arrays, numbers and names"
        ) from error


def unpack_arguments(packed: bytes) -> dict[str, Any]:
    """What `pack_arguments` packed.

    Raises
    ------
    TrackingError
        If it is made of something that only exists in the other process, a class of a script say.
    """
    try:
        arguments: dict[str, Any] = pickle.loads(packed)
    except Exception as error:
        raise TrackingError(
            f"expected arguments of plain values, got one that the tracking process does not know "
            f"({type(error).__name__}: {str(error)[:200]}); give arrays, numbers and names"
        ) from error
    return arguments


def _can_travel(value: Any) -> bool:
    try:
        pickle.dumps(value, protocol=5)
    except Exception:
        return False
    return True


def _take(pipe: BinaryIO, size: int) -> bytearray | None:
    """Exactly so many bytes; None if the pipe ends before."""
    data = bytearray(size)
    view, taken = memoryview(data), 0
    while taken < size:
        count = pipe.readinto(view[taken:])  # type: ignore[attr-defined]
        if not count:
            return None
        taken += count
    return data
