"""What the child is asked to do: jobs, whoever listens to them, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from ..core.errors import CotrackerError
from ..core.queries import Queries
from ..core.tracker import TrackUpdate
from ..core.video import Video
from .handover import Host

LATEST_FIRST = frozenset({"retrack"})
AT_ONCE = 4  # of these that are under way: each that is held keeps its memory


class Listener(Protocol):
    """Who hears how a job goes. Called from the worker's own thread, in order; must return quickly."""

    def updated(self, update: TrackUpdate) -> None:
        """A piece of the answer, or a heartbeat."""

    def finished(self, result: Any, cancelled: bool) -> None:
        """The job is over; of a job that was cancelled, the result may be None. Nothing follows."""

    def failed(self, error: CotrackerError) -> None:
        """The job is over and did not succeed; what was heard before still holds. Nothing follows."""


class Commands(Protocol):
    """Where a job sends what its user wants; none of these waits."""

    def cancel(self, job: Job) -> None: ...
    def rearrange(self) -> None: ...
    def add(self, job: Job, queries: Queries) -> None: ...


class Job:
    """One task that was started; made by `napari_cotracker.tasks.remote.Worker.start`.

    Every method returns at once and may be called from any thread, also when the job is over.
    """

    def __init__(self, number: int, task: str, commands: Commands, listener: Listener, *, urgent: bool) -> None:
        self.number, self.task, self.urgent = number, task, urgent
        self.listener = listener
        self._commands = commands
        self._is_paused = False
        self._is_over = False
        self.work = Work()

    @property
    def is_over(self) -> bool:
        """Whether it has finished, failed or been cancelled."""
        return self._is_over

    @property
    def is_paused(self) -> bool:
        """Whether its user has it wait. A job that waits for a more urgent one is not paused."""
        return self._is_paused and not self._is_over

    def cancel(self) -> None:
        """End it within a second; its listener hears ``finished(…, cancelled=True)``."""
        self._commands.cancel(self)

    def pause(self) -> None:
        """Have it wait; meanwhile the next job may run."""
        self._is_paused = True
        self._commands.rearrange()

    def resume(self) -> None:
        """Have it go on."""
        self._is_paused = False
        self._commands.rearrange()

    def add(self, queries: Queries) -> None:
        """More points for it to follow. The result's ``ids`` tell whether they came in time."""
        self._commands.add(self, queries)

    def start_over(self) -> None:
        """Forget what the child that has gone knew of it."""
        work = self.work
        if work.host is not None:
            work.host.close()
        self.work = Work(work.video, work.arguments, work.added)

    def end(self) -> None:
        """Mark it as over and let go of its video."""
        self._is_over = True
        if self.work.host is not None:
            self.work.host.close()
        self.work = Work()


@dataclass(eq=False)
class Work:
    """What the dispatcher, and nobody else, knows about a job.

    Parameters
    ----------
    video : Video, optional
    arguments : bytes
        Pickled.
    added : tuple of Queries
        All that were handed in since the start.
    host : Host, optional
        Hands over the video.
    is_sent, is_held : bool
        Whether the child has it, and has to hold it.
    has_answered : bool
        Whether a single cell has come.
    deadline : float, optional
        Time by which it has to have stopped, once it was cancelled.
    seconds, yielded : float
        For how long it had the turn, and gave it to a run that it goes before.
    """

    video: Video | None = None
    arguments: bytes = b""
    added: tuple[Queries, ...] = ()
    host: Host | None = None
    is_sent: bool = False
    is_held: bool = False
    has_answered: bool = False
    deadline: float | None = None
    seconds: float = 0.0
    yielded: float = 0.0


def whose_turn(jobs: Iterable[Job]) -> Job | None:
    """The job to go on: urgent ones first, then in the order of their start; those that are paused give way.

    Of corrections the latest goes first: it is what someone looks at, and one before it may have thousands of frames
    to go. While a job that was cancelled has not ended, none: its process may have to be ended with it.
    """
    jobs = list(jobs)
    if any(job.work.deadline is not None for job in jobs):
        return None
    ready = [job for job in jobs if not job.is_paused]
    begun = [job for job in ready if job.task in LATEST_FIRST and job.work.host is not None]
    if len(begun) >= AT_ONCE:
        ready = [job for job in ready if job in begun or job.task not in LATEST_FIRST]
    return min(ready, key=_rank, default=None)


def _rank(job: Job) -> tuple[bool, bool, int]:
    is_correction = job.task in LATEST_FIRST
    return not job.urgent, is_correction, -job.number if is_correction else job.number
