"""Work handed to a few threads, without getting far ahead of them."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


def several() -> int:
    """Threads to write images with."""
    return min(4, os.cpu_count() or 1)


WAITING = 3
"""Images that may wait to be written: a short queue keeps the memory small."""


class Workers:
    """A few threads with a short queue; after the first error nothing more is begun.

    Parameters
    ----------
    threads : int
        With one, work is done in its order.
    most : int
        How much may wait; whoever hands on more waits himself.
    """

    def __init__(self, threads: int, most: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="writer")
        self._most = most
        self._pending: deque[Future[None]] = deque()
        self._failed = threading.Event()

    def submit(self, work: Callable[..., Any], *given: Any) -> None:
        """Hand on work; raises what earlier work raised."""
        while self._pending and (len(self._pending) > self._most or self._pending[0].done()):
            self._pending.popleft().result()
        self._pending.append(self._pool.submit(self._do, work, *given))

    def finish(self) -> None:
        """Wait until all is done; raises what any of it raised."""
        while self._pending:
            self._pending.popleft().result()

    def close(self) -> None:
        """Drop what has not begun, wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Callable[..., Any], *given: Any) -> None:
        if self._failed.is_set():
            return
        try:
            work(*given)
        except BaseException:
            self._failed.set()
            raise
