"""Runs tasks in the child process for whoever must not wait: the window."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..core.video import Video
from .dispatcher import Dispatcher
from .jobs import Job, Listener
from .process import COMMAND

__all__ = ["Job", "Listener", "Worker"]

EXIT_SECONDS = 2.0


class Worker:
    """A child process that runs tasks; started when it is first needed. Safe to use from any thread.

    Parameters
    ----------
    command : sequence of str, optional
        What to run as the child.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._dispatcher = Dispatcher(command)
        self._numbers = itertools.count()
        # also called when the interpreter exits; it must not know this object, or it would keep it alive
        self._leave = weakref.finalize(self, _leave, self._dispatcher)

    @property
    def pid(self) -> int | None:
        """Number of the child process; None while there is none."""
        child = self._dispatcher.child
        return None if child is None else child.pid

    def start(self, task: str, video: Video | None, arguments: Mapping[str, Any], listener: Listener, *,
              urgent: bool = False) -> Job:
        """Start a task; returns at once, whatever is wrong is told to the listener.

        Parameters
        ----------
        task : str
            A name out of `napari_cotracker.tasks.child.TASKS`.
        video : Video, optional
            Becomes the task's argument ``video``. It must stay open until the job is over.
        arguments : mapping
            The task's other arguments, plain values; not to be changed until the listener hears something.
        listener : Listener
        urgent : bool
            Whether longer work is to wait for this.
        """
        job = Job(next(self._numbers), task, self._dispatcher, listener, urgent=urgent)
        self._dispatcher.post(partial(self._dispatcher.accept, job, video, arguments))
        return job

    def warm_up(self) -> None:
        """Start the child and have it load torch and the default network; does not wait for it."""
        self._dispatcher.post(self._dispatcher.warm_up)

    def close(self) -> None:
        """End the child; jobs end as cancelled. Does not wait; a job that is started later fails."""
        self._dispatcher.post(self._dispatcher.close)

    def join(self, timeout: float | None = None) -> bool:
        """After `close`: wait until the child and all threads are gone. False if they are not in time."""
        self._dispatcher.thread.join(timeout)
        return not self._dispatcher.thread.is_alive()


def _leave(dispatcher: Dispatcher) -> None:
    """End a worker that nobody has any longer, and do not leave the interpreter before its child is gone."""
    dispatcher.post(dispatcher.close)
    if threading.current_thread() is not dispatcher.thread:
        dispatcher.thread.join(EXIT_SECONDS)
