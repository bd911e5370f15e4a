"""How a video gets from the window's process to its child.

A path is opened there once more. A small array in memory is copied into memory that both share: what
its owner changes during the run does not matter, and the window's process has no work with it. The
frames of anything else (a large array, a lazy one, a path that only the parent can read) are read by
a thread of the parent, one by one, when the child wants them.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import CotrackerError, VideoError
from ..core.video import Unpaced, Video
from .messages import Picture
from .served import Facts, ServedVideo
from .shelf import Shelf

SHARED_BYTES = 64 << 20
"""Arrays up to this size are copied and shared. Measured, frames then come no faster than when they are served, and a
job begins only when the whole array is copied: after 0.1 s for 44 MB, more than a second for 370 MB."""


@dataclass(frozen=True)
class SharedArray:
    """Where a (T, …) array lies in shared memory, and how it is to be shown."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    contrast_limits: tuple[float, float] | None


@dataclass(frozen=True)
class Parcel:
    """What the child needs to have a video; plain values."""

    facts: Facts
    shared: SharedArray | None = None


class Host:
    """Hands over one job's video and serves its frames, in a thread of its own.

    Parameters
    ----------
    job : int
    video : Video
    ready : callable
        ``ready(parcel or error)``, called once from the thread.
    send : callable
        ``send(picture)``, called from the thread for every frame that was wanted; must not wait.
    """

    def __init__(self, job: int, video: Video, ready: Callable[[Parcel | CotrackerError], None],
                 send: Callable[[Picture], None]) -> None:
        self._job, self._video, self._ready, self._send = job, video, ready, send
        self._wanted: queue.SimpleQueue[tuple[int, bool] | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="video of a run", daemon=True)
        self._thread.start()

    def want(self, frames: tuple[int, ...], native: bool) -> None:
        """Have frames read and sent."""
        for frame in frames:
            self._wanted.put((frame, native))

    def close(self) -> None:
        """Serve no more; does not wait for a frame that is being read."""
        self._closed.set()
        self._wanted.put(None)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until everything is let go of; False if it is not in time."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        memory = None
        try:
            try:
                parcel, memory = pack(self._video)
            except CotrackerError as error:
                self._ready(error)
                return
            except Exception as error:  # any library may lie behind a video
                self._ready(VideoError(f"the video cannot be read ({type(error).__name__}: {str(error)[:200]})"))
                return
            self._ready(parcel)
            while (wanted := self._wanted.get()) is not None and not self._closed.is_set():
                self._send(read_picture(self._job, self._video, *wanted))
        finally:
            if memory is not None:
                memory.close()
                memory.unlink()


def read_picture(job: int, video: Video, frame: int, native: bool) -> Picture:
    """One frame as a message, or the problem in words."""
    try:
        pixels = (video.read_native if native else video.read)([frame])[0]
        return Picture(job, frame, native, np.ascontiguousarray(pixels), frozenset(video.bad_frames))
    except CotrackerError as error:
        problem = str(error)
    except Exception as error:  # any library may lie behind a video
        problem = f"frame {frame} cannot be read ({type(error).__name__}: {str(error)[:200]})"
    return Picture(job, frame, native, None, frozenset(video.bad_frames), problem)


def pack(video: Video) -> tuple[Parcel, SharedMemory | None]:
    """A video to be sent; the memory, where there is any, is to be closed and unlinked when the job is over.

    Raises
    ------
    VideoError
        If the video cannot even be described.
    """
    from ..videos.array import ArrayVideo

    facts = Facts.of(video)
    array = video.array if isinstance(video, ArrayVideo) else None
    if not isinstance(array, np.ndarray) or isinstance(array, np.memmap) or array.nbytes > SHARED_BYTES:
        return Parcel(facts), None
    memory = _share(array)
    if memory is None:
        return Parcel(facts), None
    assert isinstance(video, ArrayVideo)
    return Parcel(facts, SharedArray(memory.name, array.shape, array.dtype.str, video.contrast_limits)), memory


def _share(array: NDArray[Any]) -> SharedMemory | None:
    """A copy in shared memory; None where there is not enough of it."""
    try:
        memory = SharedMemory(create=True, size=array.nbytes)
    except OSError:
        return None
    try:
        _claim(memory)
        np.ndarray(array.shape, array.dtype, memory.buf)[...] = array
    except (OSError, MemoryError):
        memory.close()
        memory.unlink()
        return None
    return memory


def _claim(memory: SharedMemory) -> None:
    """Make the system provide all of the memory now: to write to more than there is would end this process."""
    file = Path("/dev/shm") / memory.name
    if file.exists() and hasattr(os, "posix_fallocate"):
        handle = os.open(file, os.O_RDWR)
        try:
            os.posix_fallocate(handle, 0, memory.size)
        finally:
            os.close(handle)


class SharedFrames:
    """The frames of an array in shared memory: ``shape``, ``dtype`` and ``[frame]``, each frame a copy.

    Parameters
    ----------
    shared : SharedArray

    Raises
    ------
    VideoError
        If the memory is gone.
    """

    def __init__(self, shared: SharedArray) -> None:
        self.shape, self.dtype = shared.shape, np.dtype(shared.dtype)
        try:
            self._memory = _attach(shared.name)
        except OSError as error:
            raise VideoError(f"the video's shared memory cannot be opened ({error}); track again") from None

    def __getitem__(self, frame: int) -> NDArray[Any]:
        # a copy: memory to which an array points cannot be closed
        frames: NDArray[Any] = np.ndarray(self.shape, self.dtype, self._memory.buf)
        return np.array(frames[frame])

    def close(self) -> None:
        """Let go of the memory; its owner removes it."""
        with suppress(BufferError):
            self._memory.close()


def _attach(name: str) -> SharedMemory:
    """Memory of another process, which alone is to remove it."""
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    memory = SharedMemory(name)
    if os.name == "posix":
        # else this process would remove the memory when it ends, and complain that nobody did
        resource_tracker.unregister(f"/{memory.name}", "shared_memory")
    return memory


class Opened:
    """A job's video in the child; what was opened for it is let go of at the end.

    Parameters
    ----------
    parcel : Parcel
    shelf : Shelf
        Of videos that are open already.
    ask : callable
        ``ask(frames, native)`` has the parent send frames.

    Raises
    ------
    VideoError
        If the file is not the one that the parent has opened.
    """

    def __init__(self, parcel: Parcel, shelf: Shelf, ask: Callable[[tuple[int, ...], bool], None]) -> None:
        self._shelf, self._frames, self._served = shelf, None, None
        self._borrowed: Video | None = None
        if parcel.shared is not None:
            self._frames = SharedFrames(parcel.shared)
            self.video: Video = _show(self._frames, parcel)
            return
        self._borrowed = self._borrow(parcel.facts)
        if self._borrowed is None:
            self._served = ServedVideo(parcel.facts, ask)
        self.video = self._borrowed or self._served  # type: ignore[assignment]

    def deliver(self, picture: Picture) -> None:
        """Take in a frame from the parent."""
        if self._served is not None:
            self._served.deliver(picture)

    def interrupt(self) -> None:
        """Let nobody wait for a frame any longer."""
        if self._served is not None:
            self._served.close()

    def close(self) -> None:
        """Let go of the video."""
        self.interrupt()
        if self._borrowed is not None:
            self._shelf.give_back(self._borrowed)
        if self._frames is not None:
            self._frames.close()

    def _borrow(self, facts: Facts) -> Video | None:
        """The video of a path; None where it cannot be opened here, or is shown in another way there."""
        if facts.path is None:
            return None
        try:
            video = self._shelf.borrow(facts.path)
        except CotrackerError:
            return None
        try:
            _check_same(facts, video)
        except VideoError:
            self._shelf.give_back(video)
            raise
        if isinstance(video, Unpaced):
            video.set_rate(facts.fps)  # a person may have said it there; the shelf lends images to one job only
        if video.fps != facts.fps:
            self._shelf.give_back(video)
            return None
        return video


def _check_same(facts: Facts, video: Video) -> None:
    if video.fingerprint != facts.fingerprint:
        raise VideoError(f"{facts.path!r} has changed since it was opened; open it again")


def _show(frames: SharedFrames, parcel: Parcel) -> Video:
    from ..videos.array import ArrayVideo

    assert parcel.shared is not None
    # of an array that it takes for lazy it would hash a few frames only; the parent has hashed them all
    return ArrayVideo(frames, contrast_limits=parcel.shared.contrast_limits, fps=parcel.facts.fps,
                      fingerprint=parcel.facts.fingerprint)
