"""Work in a thread of its own, for the window: only what was asked for last is worth doing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from threading import Condition, Thread
from typing import Any

from qtpy.QtCore import QObject, Qt, Signal

from ..core.errors import CotrackerError

PATIENCE = 10.0  # seconds that are waited at most for what is broken off

logger = logging.getLogger(__name__)

Work = Callable[[], Generator[float, None, Any]]
"""Yields its progress, 0 … 1, and returns what came of it."""


def mistake(error: Exception) -> CotrackerError:
    """What the user is told of an error that nobody foresaw; called where it is caught, it is logged as well."""
    logger.exception("work in the background")
    return CotrackerError(f"this did not work ({type(error).__name__}: {error}); please report it")


class Background(QObject):
    """Does one thing after the other, away from Qt's thread.

    A new request takes the place of one that waits, and breaks off the one under way where that yields next.

    Parameters
    ----------
    name : str
        Of the thread.

    Signals
    -------
    progressed : (float) 0 … 1
    finished : (object) what came of it
    failed : (CotrackerError)
    """

    progressed = Signal(float)
    finished = Signal(object)
    failed = Signal(object)
    _told = Signal(int, str, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hand = _Hand(self)
        self._name = name
        self._thread: Thread | None = None
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether something is under way, or waits."""
        return self._hand.is_busy

    def ask(self, work: Work) -> None:
        """Have something done."""
        if self._thread is None:
            self._thread = Thread(target=self._hand.serve, name=self._name, daemon=True)
            self._thread.start()
        self._hand.take(work)

    def drop(self) -> None:
        """Break off whatever is under way, and hear nothing of it any more."""
        self._hand.take(None)

    def drop_now(self) -> None:
        """The same, and wait until it is broken off."""
        self.drop()
        self._hand.settle()

    def close(self) -> None:
        """The same for good; the thread ends with what it is doing."""
        self._hand.leave()

    def _hear(self, number: int, what: str, value: Any) -> None:
        if number > self._hand.dropped:
            getattr(self, what).emit(value)


class _Hand:
    """What the thread knows: it outlives the object that is asked, whose window may be closed meanwhile."""

    def __init__(self, owner: Background) -> None:
        self._owner: Background | None = owner
        self._waits = Condition()
        self._work: Work | None = None
        self._number = self.dropped = 0
        self._is_at_work = False

    @property
    def is_busy(self) -> bool:
        with self._waits:
            return self._work is not None or (self._is_at_work and self._number > self.dropped)

    def take(self, work: Work | None) -> None:
        with self._waits:
            self._number += 1
            self._work = work
            if work is None:
                self.dropped = self._number
            self._waits.notify_all()

    def leave(self) -> None:
        with self._waits:
            self._owner, self._work = None, None
            self._number += 1
            self.dropped = self._number
            self._waits.notify()

    def settle(self) -> None:
        with self._waits:
            self._waits.wait_for(lambda: not self._is_at_work and self._work is None, PATIENCE)

    def serve(self) -> None:
        while True:
            with self._waits:
                self._is_at_work = False
                self._waits.notify_all()
                self._waits.wait_for(lambda: self._work is not None or self._owner is None)
                work, self._work, number = self._work, None, self._number
                if work is None:
                    return
                self._is_at_work = True
            self._do(work, number)

    def _do(self, work: Work, number: int) -> None:
        try:
            steps = work()
            try:
                while number == self._number:
                    self._tell(number, "progressed", next(steps))
            except StopIteration as stop:
                self._end(number, "finished", stop.value)
            finally:
                steps.close()
        except CotrackerError as error:
            self._end(number, "failed", error)
        except Exception as error:  # a mistake of ours must not take the window with it
            self._end(number, "failed", mistake(error))

    def _end(self, number: int, what: str, value: Any) -> None:
        with self._waits:
            self._is_at_work = False
        self._tell(number, what, value)

    def _tell(self, number: int, what: str, value: Any) -> None:
        owner = self._owner
        if owner is not None:
            try:
                owner._told.emit(number, what, value)
            except RuntimeError:  # Qt has deleted it this moment
                self.leave()
