"""The list of keys, shown in the panel."""

from __future__ import annotations

import sys

from qtpy.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from .keys import HELP


class KeyHelp(QFrame):
    """All keys and what they do; hidden until it is asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        grid = QGridLayout(self)
        grid.setColumnStretch(1, 1)
        title = QLabel("Keys, while a layer of CoTracker is active")
        grid.addWidget(title, 0, 0, 1, 2)
        for line, (key, text) in enumerate(HELP.items(), start=1):
            grid.addWidget(QLabel(f"<b>{spell(key)}</b>"), line, 0)
            grid.addWidget(QLabel(text, wordWrap=True), line, 1)
        self.hide()

    def toggle(self) -> None:
        """Show or hide it."""
        self.setVisible(not self.isVisible())


def spell(key: str) -> str:
    """A key as users know it."""
    control = "Cmd" if sys.platform == "darwin" else "Ctrl"
    return key.replace("Control", control).replace("Escape", "Esc").replace("-", "+")
