"""The list of keys, shown in the panel."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from .keys import HELP
from .sections import bring_into_view
from .spelling import spell


class KeyHelp(QFrame):
    """All keys and what they do; hidden until it is asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("keys")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        told = {key: does.replace("Control", spell("Control")) for key, does in HELP.items()}
        # one text, for a grid of labels that wrap gives some more lines than they need, and others fewer
        lines = "".join(f'<tr><td style="white-space: pre"><b>{escape(spell(key))}</b></td><td>{escape(does)}</td></tr>'
                        for key, does in told.items())
        shown = QLabel(f"Keys, while the film or a layer of CoTracker is active<table cellpadding=3>{lines}</table>",
                       wordWrap=True)
        shown.setTextFormat(Qt.TextFormat.RichText)
        shown.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(shown)
        self.hide()

    def toggle(self) -> None:
        """Show or hide it, wherever the panel is scrolled to."""
        self.setVisible(self.isHidden())
        if not self.isHidden():
            bring_into_view(self)
