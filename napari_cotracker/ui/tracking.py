"""A run as its project sees it: started, paused, cancelled, and what it says of itself meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Signal

from ..core.errors import CotrackerError
from ..core.queries import Queries
from ..core.tracker import TrackUpdate
from ..core.video import Video
from ..editing.run import Run
from ..editing.session import Session
from ..tasks.plan import TrackOptions, facts_of_run
from ..tasks.remote import Job, Worker
from .worker import Mailbox

HELD = "paused"  # what a run says that waits: for its user, or for something more urgent, as a correction is
STARTING, WAITING = "starting", "waiting its turn"
SETTLING_SECONDS = 1.0  # after the first answer, before frames a second are told


class Phase(Enum):
    """What a run is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"


@dataclass(frozen=True)
class Progress:
    """What can be said of a run.

    Parameters
    ----------
    done : float
        0 … 1.
    message : str
        What is being done.
    rate : float or None
        Frames a second.
    left : float or None
        Seconds.
    """

    done: float = 0.0
    message: str = ""
    rate: float | None = None
    left: float | None = None

    def __str__(self) -> str:
        parts = [self.message] if self.message else []
        if self.rate is not None:
            parts.append(f"{self.rate:.1f} frames/s")
        if self.left is not None:
            parts.append(f"{_clock(int(self.left))} left")
        return " · ".join(parts)


class Tracking(QObject):
    """At most one run over the tracks of a session; its updates are written as they come.

    Parameters
    ----------
    session : Session
    worker : Worker
    parent : QObject, optional

    Signals
    -------
    changed : phase or progress
    ended : (str) one sentence on how it ended
    failed : (CotrackerError)
    """

    changed = Signal()
    ended = Signal(str)
    failed = Signal(object)

    def __init__(self, session: Session, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._worker = session, worker
        self._mailbox: Mailbox | None = None
        self._job: Job | None = None
        self._run: Run | None = None
        self.phase = Phase.IDLE
        self.progress = Progress()
        self.frames: range | None = None
        self._facts: Mapping[str, Any] = {}
        self._work, self._began, self._moving, self._first = 0, 0.0, 0.0, 0.0
        self._waited = 0.0
        self._held_since: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a run is on its way."""
        return self.phase is not Phase.IDLE

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) tracks that the run follows."""
        return np.zeros(0, np.int64) if self._run is None else self._run.ids

    @property
    def seconds(self) -> float:
        """How long the run has been on its way."""
        return monotonic() - self._began if self.is_busy else 0.0

    def start(self, video: Video, queries: Queries, options: TrackOptions, label: str) -> None:
        """Begin a run; nothing happens while one is on its way.

        Parameters
        ----------
        video : Video
        queries : Queries
            Tracks of the session.
        options : TrackOptions
        label : str
            For the history.
        """
        if self.is_busy:
            return
        self._facts = {**facts_of_run(video, options), "cancelled": True}
        self._run = self._session.begin_run(label, queries.ids)
        self._work = _frames_of(video.n_frames, queries, options.direction)
        self._began, self._moving, self._waited, self._held_since = monotonic(), 0.0, 0.0, None
        self.progress, self.phase = Progress(message=STARTING), Phase.RUNNING
        self._mailbox = mailbox = Mailbox(self)
        mailbox.updated.connect(self._take)
        mailbox.finished.connect(self._finish)
        mailbox.failed.connect(self._fail)
        arguments = {"queries": queries, "options": options, "anchors": self._session.anchors}
        self._job = self._worker.start("follow", video, arguments, mailbox.listener)
        self.changed.emit()

    def add(self, queries: Queries) -> None:
        """Points that came while a run is on its way: its next windows take them up."""
        if self._job is not None and self._run is not None and self.phase is not Phase.CANCELLING:
            self._run.add(queries.ids)
            self._job.add(queries)

    def leave(self, ids: ArrayLike) -> None:
        """Say nothing more of some tracks: somebody corrects them, and this run knows nothing of that."""
        if self._run is not None:
            self._run.leave(ids)

    def pause(self) -> None:
        """Hold the run; it keeps its place and its memory."""
        if self._job is not None and self.phase is Phase.RUNNING:
            self._job.pause()
            self._hold(True)
            self._enter(Phase.PAUSED)

    def resume(self) -> None:
        """Go on."""
        if self._job is not None and self.phase is Phase.PAUSED:
            self._job.resume()
            self._hold(False)
            self._enter(Phase.RUNNING)

    def cancel(self) -> None:
        """End the run within a second; what it did is kept."""
        if self._job is not None and self.phase in (Phase.RUNNING, Phase.PAUSED):
            self._job.cancel()
            self._enter(Phase.CANCELLING)

    def close(self) -> None:
        """End the run at once and hear nothing of it any more; what it did is kept in the session."""
        if self._job is not None:
            self._end()

    def _end(self) -> None:
        if self._job is not None:
            self._job.cancel()
        with suppress(CotrackerError):  # the file refuses, and has what it took before
            self._over()

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.changed.emit()

    def _take(self, update: TrackUpdate) -> None:
        if self._run is None:
            return
        if len(update.frames):
            frames = np.asarray(update.frames)
            self.frames = range(int(frames.min()), int(frames.max()) + 1)
            try:
                self._run.write(update)
            except CotrackerError as error:  # the session's file refuses
                self._fail(error)
                return
        self.progress = self._judge(update)
        self.changed.emit()

    def _judge(self, update: TrackUpdate) -> Progress:
        """Rate and time left, once enough was done to tell."""
        is_held = update.message == HELD
        if self.phase is not Phase.PAUSED:
            self._hold(is_held)
        message = WAITING if is_held else update.message
        now = monotonic() - self._waited
        if update.done <= 0 or is_held or self.phase is Phase.PAUSED:
            return Progress(update.done, message, self.progress.rate, self.progress.left)
        if not self._moving:
            self._moving, self._first = now, update.done
        spent, done = now - self._moving, update.done - self._first
        if spent < SETTLING_SECONDS or done <= 0:
            return Progress(update.done, update.message)
        return Progress(update.done, update.message, done * self._work / spent, (1 - update.done) * spent / done)

    def _hold(self, is_held: bool) -> None:
        """Time in which the run waits says nothing of how fast it is."""
        if self._held_since is not None and not is_held:
            self._waited += monotonic() - self._held_since
            self._held_since = None
        elif self._held_since is None and is_held:
            self._held_since = monotonic()

    def _finish(self, result: Mapping[str, Any] | None, cancelled: bool) -> None:
        facts = result or {}
        self._facts = {**self._facts, **(facts.get("meta") or {}).get("runs", [{}])[0], "cancelled": cancelled}
        try:
            patch = self._over(facts.get("bad_frames", ()))
        except CotrackerError as error:
            self.failed.emit(error)
            return
        if cancelled:
            self.ended.emit("Cancelled; what was tracked is kept." if patch else "Cancelled; nothing was tracked yet.")
        else:
            self.ended.emit("Tracked." if patch else "Nothing changed: these points were tracked already.")

    def _fail(self, error: CotrackerError) -> None:
        self._end()
        self.failed.emit(error)

    def _over(self, bad_frames: Any = ()) -> Any:
        mailbox, run = self._mailbox, self._run
        self._mailbox = self._job = self._run = None
        if mailbox is not None:
            mailbox.close()
            mailbox.deleteLater()
        self.frames = None
        try:
            return run.close(self._facts, bad_frames) if run is not None else None
        finally:
            self.progress = Progress()
            self._enter(Phase.IDLE)


def _clock(seconds: int) -> str:
    """``0:07``, ``59:59``, ``1:04:44``."""
    minutes = f"{seconds // 60}" if seconds < 3600 else f"{seconds // 3600}:{seconds // 60 % 60:02d}"
    return f"{minutes}:{seconds % 60:02d}"


def _frames_of(n_frames: int, queries: Queries, direction: str) -> int:
    """Frames that a run goes through, forward and backward together."""
    forward, backward = n_frames - int(queries.t.min()), int(queries.t.max()) + 1
    return {"both": forward + backward, "forward": forward, "backward": backward}[direction]
