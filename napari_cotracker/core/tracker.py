"""The port behind which every tracking method works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .queries import Queries
from .tracks import Anchors
from .video import Video

REST_SECONDS = 0.1

Bookmark = Mapping[str, NDArray[Any]]
"""Where a run stands, as plain arrays: all that its tracker has to know to go on as if it had never stopped."""


@dataclass(frozen=True)
class TrackJob:
    """What a tracker is asked to do; plain values, picklable but for the video.

    Parameters
    ----------
    video : Video
    queries : Queries
        Points to follow, in pixels of the video.
    frames : range
        Frames to cover; step -1 runs backward in time. Cells before a query (in the direction of
        the range) may be left NaN.
    anchors : Anchors
        Cells that the tracker must leave as they are.
    settings : dataclass
        The tracker's own settings.
    helpers : (h,) int64
        Ids of queries that only take part, to give others context: nobody waits for an answer on them.
    bookmark : Bookmark, optional
        Where an earlier run of the same job stood, of the tracker's own making: it goes on from there. A tracker that
        makes none begins at the beginning.
    """

    video: Video
    queries: Queries
    frames: range
    anchors: Anchors = field(default_factory=Anchors.none)
    settings: Any = None
    helpers: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    bookmark: Bookmark | None = None


@dataclass(frozen=True)
class TrackUpdate:
    """A piece of the answer: some tracks on some frames.

    Parameters
    ----------
    frames : (t,) int64
    ids : (n,) int64
    xy : (t, n, 2) float32
        Pixels of the video, NaN where not tracked.
    visibility, confidence : (t, n) float32
    done : float
        Share of the job that is finished, 0 … 1.
    message : str
        What is being done, for a progress bar.
    is_guess : bool
        Whether a better answer for the same cells is on its way: it only fills cells that hold nothing.

    Later updates overwrite earlier ones. An update without frames is a heartbeat.
    """

    frames: NDArray[np.int64]
    ids: NDArray[np.int64]
    xy: NDArray[np.float32]
    visibility: NDArray[np.float32]
    confidence: NDArray[np.float32]
    done: float
    message: str = ""
    is_guess: bool = False

    @classmethod
    def heartbeat(cls, done: float, message: str = "") -> TrackUpdate:
        """An update that carries no cells."""
        none, cells = np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
        return cls(none, none, np.zeros((0, 0, 2), np.float32), cells, cells, done, message)


class Control:
    """What a running tracker asks between windows, chunks and iterations. This one never interferes."""

    def cancelled(self) -> bool:
        """Whether to stop now; what was yielded is kept."""
        return False

    def paused(self) -> bool:
        """Whether to wait; the tracker goes on yielding heartbeats."""
        return False

    def new_queries(self) -> Queries | None:
        """Points added since the last call, to be picked up by the next window."""
        return None

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        """Told by a tracker between two answers that it can say where it stands: `bookmark` makes that until the next.

        All that it has said so far has been heard.
        """

    def rest(self, done: float = 0.0) -> Iterator[TrackUpdate]:
        """Heartbeats for as long as to wait."""
        while self.paused() and not self.cancelled():
            yield TrackUpdate.heartbeat(done, "paused")
            time.sleep(REST_SECONDS)


class RemoteControl(Control):
    """One that is told by another thread what its run is to hear."""

    def __init__(self) -> None:
        self._cancelled = self._held = False
        self._added: Queries | None = None
        self._lock = threading.Lock()

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def paused(self) -> bool:
        """Whether it is held."""
        return self._held

    def new_queries(self) -> Queries | None:
        """What was added since the last call."""
        with self._lock:
            added, self._added = self._added, None
        return added

    def cancel(self) -> None:
        """Stop at the next check."""
        self._cancelled = True

    def hold(self, held: bool) -> None:
        """Wait, or go on."""
        self._held = held

    def add(self, queries: Queries) -> None:
        """Hand in more points."""
        with self._lock:
            self._added = queries if self._added is None else self._added.join(queries)


class Estimate(NamedTuple):
    """What a job will cost: bytes of memory at its peak, above what is in use already, and seconds."""

    peak_bytes: int
    seconds: float


class Tracker(Protocol):
    """A tracking method, ready to run."""

    def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        """Run the job, yielding at least once a second.

        Raises
        ------
        TrackingError
            If the job cannot start or go on; never a bare library error.
        """
        ...
