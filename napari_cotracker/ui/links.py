"""A line of text with words that can be clicked."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QPalette, QResizeEvent
from qtpy.QtWidgets import QLabel, QWidget


class Links(QLabel):
    """Words with what each stands for; the keyboard reaches them, too.

    Signals
    -------
    clicked : (str) what a word stands for
    """

    clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._words: list[tuple[str, str]] = []  # first, for Qt may tell of a change of style at once
        super().__init__(parent)
        self.setWordWrap(True)
        self.setMinimumWidth(40)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                     | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)
        self.linkActivated.connect(self.clicked)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each word with what it stands for; nothing if it is no link."""
        return list(self._words)

    def show_words(self, words: Iterable[tuple[str, str]]) -> None:
        """Show other words, each with what it stands for; empty if it is no link."""
        self._words = list(words)
        self._write()

    def changeEvent(self, event: QEvent) -> None:
        """Links have the colour of the text in any theme, not Qt's blue."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Forms do not ask for the height again when words wrap."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(0)  # or it would never shrink
        self.setMinimumHeight(max(self.heightForWidth(self.width()), 0))

    def _write(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.WindowText).name()
        parts = [f'<a href="{escape(stands_for)}" style="color: {colour}">{escape(word)}</a>' if stands_for
                 else escape(word) for word, stands_for in self._words]
        text = " ".join(parts)
        if text != self.text():
            self.setText(text)
            self._fit()
