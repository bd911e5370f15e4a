"""The question before weights are fetched that carry a licence of their own; asked in the panel, not in a dialog."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from .sections import ask_for_file, bring_into_view, button, row
from .shades import Shades

KINDS = "Weights (*.pth *.pt *.safetensors)"
MAY_BREAK = "\u200b"  # no width, but a line may end there


class Consent(QFrame):
    """Shows what would be fetched, from where, how large, and under which licence.

    Signals
    -------
    accepted : the user accepts the licence, and the fetching
    file_chosen : (str) a weights file that the user has already
    declined
    """

    accepted = Signal()
    file_chosen = Signal(str)
    declined = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._notice: Any = None
        self.text = QLabel(wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setOpenExternalLinks(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text.setAccessibleName("licence of the weights")
        self.accept_button = button("Accept and fetch", "Accept the licence and fetch the file now", self._accept)
        self.file_button = button("Use a file…", "Take a weights file that you have already: no network is needed",
                                  self.ask_for_file)
        self.decline_button = button("Not now", "Fetch nothing", self._decline)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.text)
        column.addWidget(self.accept_button)
        column.addLayout(row(self.file_button, self.decline_button))
        self.hide()

    def ask(self, notice: Any) -> None:
        """Show the question for a `LicenceNotice`, wherever the panel is scrolled to."""
        self._notice = notice
        self._write()
        self.show()
        bring_into_view(self)

    def ask_for_file(self) -> None:
        """Show a file dialog."""
        ask_for_file(self, "A weights file", self._take_file, KINDS)

    def changeEvent(self, event: QEvent) -> None:
        """Links stay readable in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._notice is not None:
            self._write()

    def _write(self) -> None:
        notice, colour = self._notice, Shades.of(self.palette()).accent.name()
        self.text.setText(
            f"<style>a {{ color: {colour} }}</style><b>{_plain(notice.file)}</b> ({notice.megabytes:.1f} MB) is not on "
            f"this computer yet.<br><br>Its licence is {_link(notice.licence_url, notice.licence)}. "
            f"{_plain(notice.summary)}<br><br>It would come from {_link(notice.url, urlsplit(notice.url).netloc)} "
            f"and be kept in<br>{_plain(notice.folder)}"
        )

    def _accept(self) -> None:
        self.hide()
        self.accepted.emit()

    def _decline(self) -> None:
        self.hide()
        self.declined.emit()

    def _take_file(self, path: str) -> None:
        self.hide()
        self.file_chosen.emit(path)


def _plain(text: str) -> str:
    """Text for a rich label, which may break long paths and names."""
    for mark in "/\\_":
        text = text.replace(mark, mark + MAY_BREAK)
    return escape(text)


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'
