"""The question before weights are fetched that carry a licence of their own; asked in the panel, not in a dialog."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFileDialog, QFrame, QLabel, QVBoxLayout, QWidget

from .sections import button, row


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
        self._dialog: QFileDialog | None = None
        self.text = QLabel(wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setOpenExternalLinks(True)
        self.accept_button = button("Accept and fetch", "Accept the licence and fetch the file now", self._accept)
        self.file_button = button("Use a file…", "Take a weights file that you have already: no network is needed",
                                  self.ask_for_file)
        self.decline_button = button("Not now", "Fetch nothing", self._decline)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addLayout(row(self.accept_button, self.file_button))
        column.addWidget(self.decline_button)
        self.hide()

    def ask(self, notice: Any) -> None:
        """Show the question for a `LicenceNotice`."""
        self.text.setText(
            f"<b>{notice.file}</b> ({notice.megabytes:.1f} MB) is not on this computer yet.<br><br>"
            f"Its licence is <a href='{notice.licence_url}'>{notice.licence}</a>. {notice.summary}<br><br>"
            f"It would come from <a href='{notice.url}'>{notice.url.split('/')[2]}</a> and be kept in<br>"
            f"{notice.folder}"
        )
        self.show()

    def ask_for_file(self) -> None:
        """Show a file dialog, which does not block the window."""
        self._dialog = QFileDialog(self, "A weights file", filter="Weights (*.pth *.pt *.safetensors)")
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.fileSelected.connect(self._take_file)
        self._dialog.open()

    def _accept(self) -> None:
        self.hide()
        self.accepted.emit()

    def _decline(self) -> None:
        self.hide()
        self.declined.emit()

    def _take_file(self, path: str) -> None:
        self.hide()
        self.file_chosen.emit(path)
