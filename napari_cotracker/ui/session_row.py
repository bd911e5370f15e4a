"""One line on the session's file, and one on what there is to go on with."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from ..editing.places import SUFFIX, Unsaved
from .desk import Desk
from .project import Project
from .recovery import offer_words, offers_for
from .sections import ask_for_new_file, button, hint, row

KINDS = f"CoTracker sessions (*{SUFFIX})"
UNNAMED = "Unsaved, kept automatically"


class SessionRow(QWidget):
    """Says where the session is kept, saves it under a name, and offers to go on with one that was not saved.

    Nothing is shown before `follow`, nor while there is nothing to say: no video, no step, nothing from another time.

    Signals
    -------
    chosen : (Path) the user wants to go on with a session
    """

    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._project: Project | None = None
        self._offers: list[Unsaved] = []
        self.says, self.refusal, self.offer = hint(), hint(), hint()
        self.save_button = button("Save as…", "Give the session a name and a place; it is saved there from then on",
                                  self.ask_where)
        self.continue_button = button("Continue", "Bring these tracks back, with their history", self.go_on)
        self.older_button = button("Older", "Other sessions of this video that were never saved")
        self.menu = QMenu(self)
        self.older_button.setMenu(self.menu)
        self._lay_out()
        self.hide()
        desk.current_changed.connect(self.follow)

    def follow(self) -> None:
        """Show the current project."""
        old, self._project = self._project, self._desk.current
        if old is self._project:
            return
        if old is not None:
            old.file.changed.disconnect(self.refresh)
            old.file.progressed.disconnect(self._show_where)
        if self._project is not None:
            self._project.file.changed.connect(self.refresh)
            self._project.file.progressed.connect(self._show_where)
        self.look_for_offers()

    def look_for_offers(self) -> None:
        """Look again for sessions to go on with."""
        self._offers = [] if self._project is None else offers_for(self._project)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's file as it is now."""
        project = self._project
        path = None if project is None else project.file.path
        problem = "" if project is None else project.file.problem
        self._show_where()
        self.save_button.setEnabled(project is None or project.file.saving is None)
        self.says.setToolTip(f"Every step is saved at once in\n{path}" if path else "")
        self.refusal.setText(problem or ("" if project is None else project.session.refusal))
        self._file_line.setVisible(path is not None or bool(problem))
        self.refusal.setVisible(bool(self.refusal.text()))
        self._show_offers(project is not None and (path is None or project.file.is_unsaved))
        self.setVisible(path is not None or bool(problem or self._offers))

    def ask_where(self) -> None:
        """Show a file dialog."""
        if self._project is not None:
            ask_for_new_file(self, "Save the session as", self.save_as, _proposed(self._project), KINDS)

    def save_as(self, path: str) -> None:
        """Go on in another file; what became of it is told."""
        if self._project is not None:
            self._project.file.begin_save_as(path)

    def go_on(self) -> None:
        """With the newest of what was left."""
        if self._offers:
            self.chosen.emit(self._offers[0].path)

    def _show_where(self) -> None:
        self.says.setText(_words(self._project))

    def _show_offers(self, may_offer: bool) -> None:
        offers = self._offers if may_offer else []
        self._offer_line.setVisible(bool(offers))
        self.older_button.setVisible(len(offers) > 1)
        self.offer.setText(f"From before: {offer_words(offers[0])}" if offers else "")
        self.menu.clear()
        for offer in offers[1:]:
            action = self.menu.addAction(offer_words(offer))
            action.triggered.connect(lambda _=False, path=offer.path: self.chosen.emit(path))

    def _lay_out(self) -> None:
        self._file_line, self._offer_line = QWidget(), QWidget()
        self._file_line.setLayout(row(self.says, self.save_button))
        self._offer_line.setLayout(row(self.offer, self.older_button, self.continue_button))
        for pressed in (self.save_button, self.older_button, self.continue_button):
            pressed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._file_line, self.refusal, self._offer_line):
            column.addWidget(widget)


def _words(project: Project | None) -> str:
    path = None if project is None else project.file.path
    if project is None or path is None:
        return "Not kept in a file"
    if project.file.saving is not None:
        target, share = project.file.saving
        return f"Saving as {target.name} … {share:.0%}"
    if project.session.is_read_only:
        return f"{path.name} · read-only"
    return UNNAMED if project.file.is_unsaved else path.name


def _proposed(project: Project) -> str:
    """Beside the video, under its name."""
    path = Path(project.video.path or project.layer.source.path or project.layer.name)
    return str(path.with_suffix(SUFFIX))
