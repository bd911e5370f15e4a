"""How threads that compute at the same time share the processor: evenly, one core each rather than all of them all.

Threads of one layer wait for each other after every layer. Where several pieces of work are at hand, one thread
for each is quicker: nobody waits, and nothing stalls when another program needs a core (see `docs/performance.md`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TypeVar

import cv2
import torch

Result = TypeVar("Result")


class Cores:
    """Counts who is at work and says how many threads each may take; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = self._busy = self._beside = 0
        self._opencv = 0  # how many threads OpenCV had before it got fewer

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While the calling thread, or threads that it has set to work, compute with torch."""
        with self._lock:
            if not self._busy:
                self._total = torch_threads()
        with self._counted(1):
            yield

    def resting(self) -> AbstractContextManager[None]:
        """While a thread that is at work waits for others."""
        return self._counted(-1)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """While OpenCV is at work every now and then; it gets no more than half of the cores meanwhile."""
        with self._lock:
            self._beside += 1
            if self._beside == 1:
                self._opencv = cv2.getNumThreads()
                cv2.setNumThreads(max(1, torch_threads() // 2))
        try:
            yield
        finally:
            with self._lock:
                self._beside -= 1
                if not self._beside:
                    cv2.setNumThreads(self._opencv)

    def share(self) -> int:
        """How many threads that need not wait for each other each of those at work may have now, at least one."""
        with self._lock:
            return max(1, self._total // max(1, self._busy))

    def take_team(self) -> None:
        """Have torch use as many threads for a layer as will all have a core, for the calling thread."""
        with self._lock:
            team = self._total // max(1, self._busy + min(self._beside, 1))
        take(max(1, team))

    @contextmanager
    def _counted(self, busy: int) -> Iterator[None]:
        with self._lock:
            self._busy += busy
        try:
            yield
        finally:
            with self._lock:
                self._busy -= busy


SHARED = Cores()
_SETTING = threading.Lock()


def torch_threads() -> int:
    """How many threads torch takes for a thread that has said nothing: one a core, or as many as it was told."""
    with _SETTING:
        return _usual()


def take(count: int) -> None:
    """Have torch use so many threads for the calling thread, and for no other."""
    if torch.get_num_threads() == count:
        return
    with _SETTING:
        usual = _usual()
        torch.set_num_threads(count)
        _apart(partial(torch.set_num_threads, usual))  # it counts for threads to come, too: that part is taken back


def _usual() -> int:
    return _apart(torch.get_num_threads)


def _apart(function: Callable[[], Result]) -> Result:
    """What a function says in a thread that begins and ends with it."""
    with ThreadPoolExecutor(1, "cores") as pool:
        return pool.submit(function).result()
