"""The line in the panel's foot that tells the user what happened."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QLabel, QWidget

from .fitting import Room

TOLD_MS = 8000  # how long a sentence stays
LOW = 30  # lines of a panel, below which there is no room to keep


class Told(QLabel):
    """Sentences that go by themselves: after a while, or once they are true no more.

    Room is kept for two lines, so that nothing moves; in a panel that is low for its font, while there is one only.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, wordWrap=True)
        self.setAccessibleName("message")
        self.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        Room(self, 2)
        self._is_tight = False
        self._is_true: Callable[[], bool] | None = None
        self._clock = QTimer(self, singleShot=True, interval=TOLD_MS)
        self._clock.timeout.connect(self.clear)

    def say(self, text: str) -> None:
        """Show a sentence for a while."""
        self._is_true = None
        self.setText(text)
        self._fit()
        self._clock.start()

    def clear(self) -> None:
        """Say nothing."""
        self._is_true = None
        super().clear()
        self._fit()

    def fit(self, height: int) -> None:
        """Keep room, or not, in a panel that has so many pixels from top to bottom."""
        self._is_tight = height < LOW * self.fontMetrics().lineSpacing()
        self._fit()

    def _fit(self) -> None:
        is_hidden = self._is_tight and not self.text()
        if self.isHidden() != is_hidden:
            self.setHidden(is_hidden)

    def until(self, is_true: Callable[[], bool]) -> None:
        """What is shown is to go once this gives False."""
        self._is_true = is_true

    def check(self) -> None:
        """Something changed: a sentence that is true no more goes."""
        if self._is_true is not None and not self._is_true():
            self._clock.stop()
            self.clear()
