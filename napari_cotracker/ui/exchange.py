"""Files of tracks on their way: one job at a time in the child process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject, Signal

from ..core.errors import CotrackerError
from ..core.video import Video
from ..tasks.remote import Job, Worker
from .worker import Mailbox


class Errand(QObject):
    """Has the child do one thing and hands on what comes of it; a new one takes the old one's turn.

    Parameters
    ----------
    worker : Worker

    Signals
    -------
    changed : it began or ended
    progressed : (TrackUpdate)
    failed : (CotrackerError)
    """

    changed = Signal()
    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._job: Job | None = None
        self._mailbox: Mailbox | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way."""
        return self._job is not None

    def send(self, task: str, arguments: dict[str, Any], done: Callable[[Any], object], video: Video | None = None, *,
             urgent: bool = True) -> None:
        """Start a task; `done` hears its result. Longer work waits for it, if it is urgent."""
        self.cancel()
        mailbox = self._mailbox = Mailbox(self)
        mailbox.updated.connect(self.progressed)
        mailbox.finished.connect(lambda result, cancelled: self._finish(mailbox, done, result, cancelled))
        mailbox.failed.connect(lambda error: self._fail(mailbox, error))
        self._job = self._worker.start(task, video, arguments, mailbox.listener, urgent=urgent)
        self.changed.emit()

    def cancel(self) -> None:
        """Hear nothing of it any more."""
        if self._job is not None:
            self._job.cancel()
            self._end()

    def _finish(self, mailbox: Mailbox, done: Callable[[Any], object], result: Any, cancelled: bool) -> None:
        if mailbox is self._mailbox:
            self._end()
            if not cancelled:
                try:
                    done(result)
                except CotrackerError as error:
                    self.failed.emit(error)

    def _fail(self, mailbox: Mailbox, error: CotrackerError) -> None:
        if mailbox is self._mailbox:
            self._end()
            self.failed.emit(error)

    def _end(self) -> None:
        mailbox, self._mailbox, self._job = self._mailbox, None, None
        if mailbox is not None:
            mailbox.close()
            mailbox.deleteLater()
        self.changed.emit()
