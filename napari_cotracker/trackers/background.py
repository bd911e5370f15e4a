"""Computing in a thread while a generator goes on yielding: progress and cancel never wait for a long computation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from ..core.tracker import Control, TrackUpdate

Result = TypeVar("Result")
POLL_SECONDS = 0.05
BEAT_SECONDS = 0.5


class Cancelled(Exception):
    """The user wants no more; raised between pieces of work."""


class Background:
    """One worker thread whose work can be paused and stopped between its pieces, and one for what can be done ahead.

    Parameters
    ----------
    control : Control
        Polled in the caller's thread only.
    resting : callable
        Makes what is entered while work is paused.
    """

    def __init__(self, control: Control, resting: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._control, self._resting = control, resting
        self._pool, self._aside = ThreadPoolExecutor(1, "tracker"), ThreadPoolExecutor(1, "tracker aside")
        self._stop = threading.Event()
        self._beat = time.monotonic()
        self._go = threading.Event()
        self._go.set()

    def __enter__(self) -> Background:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._go.set()
        for pool in (self._pool, self._aside):
            pool.shutdown(wait=True, cancel_futures=True)

    def check(self) -> None:
        """Called by the work between its pieces: waits while paused.

        Raises
        ------
        Cancelled
        """
        if not self._go.is_set():
            with self._resting():
                self._go.wait()
        if self._stop.is_set():
            raise Cancelled

    def aside(self, work: Callable[[], Result]) -> Future[Result]:
        """Have something done in the other thread, for `work` to come."""
        return self._aside.submit(work)

    def run(self, work: Callable[[], Result], done: float, message: str) -> Generator[TrackUpdate, None, Result]:
        """Run `work` in the thread; yields heartbeats with `done` and `message` (or "paused"), returns its result.

        Raises
        ------
        Cancelled
            Once the control says so and the work has come to a check.
        """
        future = self._pool.submit(work)
        while True:
            self._poll()
            # measured over all runs, so that many short ones do not add up to a silence
            if time.monotonic() - self._beat >= BEAT_SECONDS:
                self._beat = time.monotonic()
                yield TrackUpdate.heartbeat(done, message if self._go.is_set() else "paused")
            try:
                return future.result(POLL_SECONDS)
            except NotYet:
                if future.done():  # this very moment; or the work itself raised a time-out
                    return future.result()

    def _poll(self) -> None:
        if self._control.cancelled():
            self._stop.set()
            self._go.set()
        elif self._control.paused():
            self._go.clear()
        else:
            self._go.set()
