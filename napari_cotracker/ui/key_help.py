"""The list of keys, shown in the panel."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from .keys import HELP
from .sections import bring_into_view
from .spelling import spell


class KeyHelp(QFrame):
    """All keys and what they do; hidden until it is asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 4, 4, 4)
        grid.setColumnStretch(1, 1)
        self.setAccessibleName("keys")
        title = QLabel("Keys, while the film or a layer of CoTracker is active", wordWrap=True)
        grid.addWidget(title, 0, 0, 1, 2)
        for line, (key, text) in enumerate(HELP.items(), start=1):
            grid.addWidget(QLabel(f"<b>{spell(key)}</b>"), line, 0, Qt.AlignmentFlag.AlignTop)
            does = QLabel(text.replace("Control", spell("Control")), wordWrap=True)
            does.setAlignment(Qt.AlignmentFlag.AlignTop)  # it may be given a line more than it needs
            grid.addWidget(does, line, 1, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def toggle(self) -> None:
        """Show or hide it, wherever the panel is scrolled to."""
        self.setVisible(self.isHidden())
        if not self.isHidden():
            bring_into_view(self)
