"""Decides for a worker who runs, who is held, when the child process is started and when it is killed.

All of that happens in one thread, which reads notes: what users of jobs want, what the child says, and
that a child has ended. It also calls the listeners.

Of several jobs one runs at a time. An urgent one runs at once, while a longer one is held; of corrections the
latest, while earlier ones are held; a long correction and a run go on in turns (`shifts`). A job that was cancelled
has `ANSWER_SECONDS` to stop; then it is over for its listener and its child is killed. Another job in that child
starts over in the next one if it had not answered yet. If it had, its listener holds half of an answer, so the child
has `PATIENCE_SECONDS` before that job fails: a large frame that is being read, say, is no reason to break off a run
of hours.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..core.errors import CotrackerError, TrackingError
from ..core.queries import Queries
from ..core.tracker import TrackUpdate
from ..core.video import Video
from .handover import Host, Parcel
from .jobs import Job, Listener, Work
from .messages import Add, Cancel, Failed, Finished, Hold, Picture, Start, Updated, Wanted, WarmUp, pack_arguments
from .process import ChildProcess, Ending
from .shifts import Shifts

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 0.8
PATIENCE_SECONDS = 15.0
TOGETHER = ("the run was ended together with another one that did not stop when it was cancelled; what came so far "
            "holds: track again to go on")


class Dispatcher:
    """The worker's thread. `post` and the methods of `Commands` may be called from anywhere, the others from it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.child: ChildProcess | None = None
        self._command = command
        self._jobs: dict[int, Job] = {}
        self._shifts = Shifts()
        self._notes: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._generation = 0  # of the child: what an earlier one said last is not heard
        self._alive = 0  # children that have not ended
        self._late: dict[int, float] = {}  # jobs that are over and that the child has not ended, and when it is killed
        self._keeps_warm = self._is_closed = self._is_gone = False
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, name="tracking worker", daemon=True)
        self.thread.start()

    def post(self, note: Callable[[], None]) -> None:
        """Have something done in the thread; where that has ended, what is left to do takes no time."""
        with self._lock:
            if not self._is_gone:
                self._notes.put(note)
                return
        note()

    def cancel(self, job: Job) -> None:
        """End a job within a second."""
        self.post(partial(self._cancel, job, time.monotonic() + ANSWER_SECONDS))

    def rearrange(self) -> None:
        """See anew whose turn it is."""
        self.post(lambda: None)

    def add(self, job: Job, queries: Queries) -> None:
        """Hand more points to a job."""
        self.post(partial(self._add, job, queries))

    def accept(self, job: Job, video: Video | None, arguments: Mapping[str, Any]) -> None:
        """Take in a new job."""
        self._jobs[job.number] = job
        try:
            if self._is_closed:
                raise TrackingError("expected an open tracking process, got one that was closed; open the window again")
            job.work = Work(video, pack_arguments(arguments))
        except TrackingError as error:
            self._end(job, _failed(error))

    def warm_up(self) -> None:
        """Have a child ready, and a new one as soon as it has to be killed."""
        self._keeps_warm = True
        if not self._is_closed:
            self._need_child()

    def close(self) -> None:
        """Cancel what runs; the thread ends when everything has."""
        self._is_closed = True
        for job in list(self._jobs.values()):
            self._cancel(job, time.monotonic() + ANSWER_SECONDS)

    def _run(self) -> None:
        while self._jobs or self._alive or not self._is_closed:
            try:
                note = self._notes.get(timeout=self._time_left())
            except queue.Empty:
                pass
            else:
                self._do(note)
            self._do(self._end_overdue)
            self._do(self._finish if self._is_closed else self._arrange)
        with self._lock:
            self._is_gone = True
        while not self._notes.empty():
            self._notes.get()()

    def _do(self, note: Callable[[], None]) -> None:
        """Do one thing; what nobody has foreseen ends the jobs, never the thread that they wait for."""
        try:
            note()
        except Exception as error:
            logger.exception("the tracking worker failed")
            for job in list(self._jobs.values()):
                self._end(job, _failed(Failed.of(job.number, error).error()))

    def _finish(self) -> None:
        if not self._jobs and self.child is not None:
            self.child.kill()

    def _time_left(self) -> float | None:
        """Seconds until a job that was cancelled is waited for no longer, or it may be another one's turn."""
        deadlines = [job.work.deadline for job in self._jobs.values() if job.work.deadline is not None]
        deadlines += self._late.values()
        left = [max(0.0, deadline - time.monotonic()) for deadline in deadlines]
        return min([*left, *([] if self._shifts.left is None else [self._shifts.left])], default=None)

    def _arrange(self) -> None:
        """Let one job go on and hold the others."""
        turn = self._shifts.choose(() if self._late else self._jobs.values())
        for job in self._jobs.values():
            held = job is not turn
            if self.child is not None and job.work.is_sent and job.work.is_held is not held:
                job.work.is_held = held
                self.child.send(Hold(job.number, held))
        if turn is not None and not turn.work.is_sent and turn.work.host is None:
            self._hand_over(turn)

    def _hand_over(self, job: Job) -> None:
        """Start a job: at once if it needs no video, else when that has been packed."""
        beat = TrackUpdate.heartbeat(0.0, "starting" if self.child is None else "opening the video")
        self._tell(job, lambda listener: listener.updated(beat))
        if self._need_child() is None:
            return
        work = job.work
        if work.video is None:
            self._send(job, work, None)
        else:
            work.host = Host(job.number, work.video, lambda parcel: self.post(partial(self._send, job, work, parcel)),
                             self._send_picture)

    def _send(self, job: Job, work: Work, parcel: Parcel | CotrackerError | None) -> None:
        if job.work is not work:
            return  # it is over, or starts over
        if isinstance(parcel, CotrackerError):
            self._end(job, _failed(parcel))
        elif (child := self._need_child()) is not None:
            work.is_sent = True
            child.send(Start(job.number, job.task, parcel, work.arguments))
            for queries in work.added:
                child.send(Add(job.number, queries))

    def _send_picture(self, picture: Picture) -> None:
        """Called from the threads that read videos."""
        child = self.child
        if child is not None:
            child.send(picture)

    def _cancel(self, job: Job, deadline: float) -> None:
        if job.is_over or job.work.deadline is not None:
            return
        if job.work.is_sent and self.child is not None:
            job.work.deadline = deadline
            self.child.send(Cancel(job.number))
        else:
            self._end(job, _cancelled)

    def _add(self, job: Job, queries: Queries) -> None:
        if job.is_over or not len(queries):
            return
        job.work.added = (*job.work.added, queries)
        if job.work.is_sent and self.child is not None:
            self.child.send(Add(job.number, queries))

    def _need_child(self) -> ChildProcess | None:
        """The child, started if need be; where it cannot be, every job has been told."""
        if self.child is not None:
            return self.child
        number = self._generation = self._generation + 1
        try:
            self.child = ChildProcess(
                self._command, lambda message: self.post(partial(self._hear, number, message)),
                lambda ending: self.post(partial(self._bury, number, ending)),
            )
        except (OSError, ValueError) as error:
            for job in list(self._jobs.values()):
                self._end(job, _failed(Ending(None, str(error)).error()))
            return None
        self._alive += 1
        if self._keeps_warm:
            self.child.send(WarmUp())
        return self.child

    def _hear(self, generation: int, message: Updated | Wanted | Finished | Failed) -> None:
        """A message of the child."""
        if generation == self._generation and isinstance(message, Finished | Failed):
            self._late.pop(message.job, None)
        job = self._jobs.get(message.job)
        if job is None or generation != self._generation:
            return
        if isinstance(message, Updated):
            update = message.update
            job.work.has_answered |= len(update.frames) > 0
            self._tell(job, lambda listener: listener.updated(update))
        elif isinstance(message, Wanted):
            if job.work.host is not None:
                job.work.host.want(message.frames, message.native)
        elif isinstance(message, Finished):
            result, cancelled = message.result, message.cancelled
            self._end(job, lambda listener: listener.finished(result, cancelled))
        else:
            self._end(job, _failed(message.error()))

    def _bury(self, generation: int, ending: Ending) -> None:
        """A child has ended; if nobody killed it, whoever waits for its answer is told."""
        self._alive -= 1
        if generation != self._generation:
            return
        self.child = None
        self._late.clear()
        for job in [job for job in self._jobs.values() if job.work.is_sent]:
            self._end(job, _cancelled if job.work.deadline is not None else _failed(ending.error()))

    def _end_overdue(self) -> None:
        """Kill the child if a job in it does not answer to cancel; not at once if others would lose by it."""
        now, jobs = time.monotonic(), list(self._jobs.values())
        overdue = [job for job in jobs if job.work.deadline is not None and job.work.deadline <= now]
        if overdue and any(job.work.has_answered and job.work.deadline is None for job in jobs):
            for job in overdue:
                self._late[job.number] = now + PATIENCE_SECONDS
                self._end(job, _cancelled)
        elif overdue or any(end <= now for end in self._late.values()):
            self._kill()

    def _kill(self) -> None:
        """End the child, and with it what was cancelled; the others start over, or fail."""
        if self.child is not None:
            self.child.kill()
        self.child, self._generation = None, self._generation + 1
        self._late.clear()
        for job in [job for job in self._jobs.values() if job.work.is_sent]:
            if job.work.deadline is not None:
                self._end(job, _cancelled)
            elif job.work.has_answered:
                self._end(job, _failed(TrackingError(TOGETHER)))
            else:
                job.start_over()
        if self._keeps_warm and not self._is_closed:
            self._need_child()

    def _end(self, job: Job, tell: Callable[[Listener], None]) -> None:
        """The one place where jobs end."""
        del self._jobs[job.number]
        job.end()
        self._tell(job, tell)
        self.rearrange()

    def _tell(self, job: Job, tell: Callable[[Listener], None]) -> None:
        try:
            tell(job.listener)
        except Exception:  # a window that has gone, say; the other jobs go on
            logger.exception("the listener of a job failed")


def _cancelled(listener: Listener) -> None:
    listener.finished(None, True)


def _failed(error: CotrackerError) -> Callable[[Listener], None]:
    return lambda listener: listener.failed(error)
