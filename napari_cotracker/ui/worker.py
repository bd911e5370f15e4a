"""The child process as Qt sees it: what it answers arrives in Qt's thread, in small portions."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any

from qtpy.QtCore import QObject, Qt, QTimer, Signal

from ..core.errors import CotrackerError
from ..core.tracker import TrackUpdate
from ..tasks.remote import Worker

PORTION_SECONDS = 0.015  # how long answers may keep Qt's thread before it draws and hears the user again


@lru_cache(maxsize=1)
def shared_worker() -> Worker:
    """The worker of this napari process: one for all viewers, so that network and features stay warm."""
    return Worker()


class Mailbox(QObject):
    """A listener for a job: keeps what the worker's thread says until Qt's thread has time for it.

    Every `TrackUpdate` is handed on in order; exactly one of `finished` and `failed` comes last.
    """

    updated = Signal(object)
    finished = Signal(object, bool)
    failed = Signal(object)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox = _Inbox(self)
        self._arrived.connect(self._hand_on, Qt.ConnectionType.QueuedConnection)

    @property
    def listener(self) -> _Inbox:
        """What the worker talks to."""
        return self._inbox

    def close(self) -> None:
        """Hear nothing any more."""
        self._inbox.close()

    def _hand_on(self) -> None:
        began = monotonic()
        while (letter := self._inbox.take()) is not None:
            signal, arguments = letter
            getattr(self, signal).emit(*arguments)
            if monotonic() - began > PORTION_SECONDS:
                QTimer.singleShot(0, self._hand_on)
                return


class _Inbox:
    """Filled by the worker's thread; outlives the mailbox, whose window may be closed in mid-run."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._letters: deque[tuple[str, tuple[Any, ...]]] = deque()
        self._mailbox: Mailbox | None = mailbox
        self._lock = Lock()
        self._is_called = False  # whether Qt's thread is on its way

    def updated(self, update: TrackUpdate) -> None:
        self._put("updated", update)

    def finished(self, result: Any, cancelled: bool) -> None:
        self._put("finished", result, cancelled)

    def failed(self, error: CotrackerError) -> None:
        self._put("failed", error)

    def take(self) -> tuple[str, tuple[Any, ...]] | None:
        """The next letter; None if there is none, or nobody reads any more."""
        with self._lock:
            if self._letters:
                return self._letters.popleft()
            self._is_called = False
            return None

    def close(self) -> None:
        with self._lock:
            self._mailbox = None
            self._letters.clear()

    def _put(self, signal: str, *arguments: Any) -> None:
        with self._lock:
            mailbox, call = self._mailbox, not self._is_called
            if mailbox is None:
                return
            self._letters.append((signal, arguments))
            self._is_called = True
        if call:
            try:
                mailbox._arrived.emit()
            except RuntimeError:  # Qt has deleted it this moment
                self.close()
