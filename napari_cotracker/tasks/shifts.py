"""Whose turn it is as time goes by: a correction goes before a run, and does not hold it for long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic

from .jobs import LATEST_FIRST, Job, whose_turn

FIRST_SECONDS = 20.0
"""For so long a correction has the cores to itself; one that is followed to the end of a film may take minutes."""

SHIFT_SECONDS = 5.0
"""For so long a run and such a correction go on in turns: each has to find its place in the film again."""


class Shifts:
    """Chooses the job that is to go on.

    Parameters
    ----------
    clock : callable
        Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._since = clock, clock()
        self._turn: Job | None = None
        self._correction: Job | None = None  # that gives way to it

    @property
    def left(self) -> float | None:
        """Seconds after which to choose anew; None while nobody waits for that."""
        return None if self._correction is None else SHIFT_SECONDS / 5

    def choose(self, jobs: Iterable[Job]) -> Job | None:
        """Whose turn it is now; None if nobody may go on.

        Parameters
        ----------
        jobs : iterable of Job
        """
        now = self._clock()
        if self._turn is not None:
            self._turn.work.seconds += now - self._since
        if self._correction is not None and self._correction is not self._turn:
            self._correction.work.yielded += now - self._since
        self._since, jobs = now, list(jobs)
        first = whose_turn(jobs)
        run = whose_turn([job for job in jobs if job.task not in LATEST_FIRST])
        is_correction = first is not None and first.task in LATEST_FIRST
        self._correction = first if is_correction and run is not None else None
        self._turn = run if self._correction is not None and _is_off(self._correction) else first
        return self._turn


def _is_off(correction: Job) -> bool:
    """Whether it is the other's shift."""
    beyond = correction.work.seconds - FIRST_SECONDS
    return beyond >= 0 and beyond // SHIFT_SECONDS >= correction.work.yielded // SHIFT_SECONDS
