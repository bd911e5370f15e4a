"""A listener that remembers, and workers with the odd child."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.tracker import TrackUpdate

ODD_COMMAND = (sys.executable, str(Path(__file__).with_name("odd_child.py")))
PATIENCE = 60.0  # seconds for what takes one on a machine that is not busy


class Ears:
    """Everything that was heard of a job, in order."""

    def __init__(self) -> None:
        self.updates: list[TrackUpdate] = []
        self.endings: list[tuple[Any, ...]] = []
        self._changed = threading.Condition()

    def updated(self, update: TrackUpdate) -> None:
        with self._changed:
            assert not self.endings
            self.updates.append(update)
            self._changed.notify_all()

    def finished(self, result: Any, cancelled: bool) -> None:
        with self._changed:
            self.endings.append((result, cancelled))
            self._changed.notify_all()

    def failed(self, error: CotrackerError) -> None:
        with self._changed:
            self.endings.append((error,))
            self._changed.notify_all()

    @property
    def cells(self) -> list[TrackUpdate]:
        return [update for update in self.updates if len(update.frames)]

    def wait(self, until: Callable[[], Any], patience: float = PATIENCE) -> None:
        with self._changed:
            assert self._changed.wait_for(until, patience), (self.updates[-3:], self.endings)

    def wait_for_cells(self, n: int = 1) -> None:
        self.wait(lambda: len(self.cells) >= n or self.endings)

    def wait_for_message(self, message: str) -> None:
        self.wait(lambda: any(update.message == message for update in self.updates))

    def result(self) -> Any:
        """What it returned, once it is over."""
        self.wait(lambda: self.endings)
        assert len(self.endings) == 1
        if len(self.endings[0]) == 1:
            raise self.endings[0][0]
        return self.endings[0][0]

    def was_cancelled(self) -> bool:
        self.wait(lambda: self.endings)
        return len(self.endings[0]) == 2 and self.endings[0][1]
