"""Names for the points to come, noted in the session: nothing that was typed is lost, and a name is given once."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QObject, QTimer

from ..editing.patch import Patch
from ..editing.places import NAMES
from ..editing.session import Session
from .desk import Desk
from .naming import Naming, Point
from .project import Project

PAUSE_MS = 300  # after the last letter


class NamesKeeper(QObject):
    """Notes the list of names in the current session, and takes that of a session that is gone on with.

    A session has a file from then on, though nothing was placed yet. A name whose point was undone, or deleted as
    the last one, is the next name again.

    Parameters
    ----------
    desk : Desk
    naming : Naming
    """

    def __init__(self, desk: Desk, naming: Naming, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._naming = desk, naming
        self._project: Project | None = None
        self._is_over = False
        self._clock = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._clock.timeout.connect(self.note)
        naming.changed.connect(self._on_changed)
        desk.current_changed.connect(self._follow)
        self._follow()

    def note(self) -> None:
        """Write down what there is now, if that is something else."""
        self._clock.stop()
        project = self._project
        if project is None or project.session.is_read_only:
            return
        noted = _note_of(self._naming, project)
        if project.session.settings.get(NAMES) != noted:
            self._desk.attempt(lambda: _write(project, noted))

    def close(self) -> None:
        """Note what was typed last, and hear no more."""
        if self._is_over:
            return
        self._is_over = True
        self._listen(None)
        self._desk.current_changed.disconnect(self._follow)
        self._naming.changed.disconnect(self._on_changed)

    def _follow(self) -> None:
        project = self._desk.current
        if project is self._project:
            return
        self._listen(project)
        noted = None if project is None else _noted(project.session, project.id)
        if noted is not None and not (self._naming.names or self._naming.group):
            self._naming.restore(*noted)
            self._clock.stop()  # it is noted there already

    def _listen(self, project: Project | None) -> None:
        if self._clock.isActive():
            self.note()
        old, self._project = self._project, project
        if old is not None:
            old.session.changed.disconnect(self._on_patch)
        if project is not None:
            project.session.changed.connect(self._on_patch)

    def _on_changed(self) -> None:
        self._clock.start()

    def _on_patch(self, patch: Patch) -> None:
        if self._project is not None and patch.changes_table:
            for row in reversed(patch.goes):
                self._naming.take_back((self._project.id, row.id))
            for row in patch.comes:
                self._naming.give_again((self._project.id, row.id))


def _write(project: Project, noted: Any) -> None:
    """Into the session's file, which begins with it if there is none."""
    if noted is not None:
        project.file.begin()
    project.session.set_setting(NAMES, noted)


def _note_of(naming: Naming, project: Project) -> dict[str, Any] | None:
    if not (naming.names or naming.group):
        return None
    given = [point[1] if point is not None and point[0] == project.id else None for point in naming.given]
    return {"names": naming.names, "given": given, "group": naming.group}


def _noted(session: Session, project: str) -> tuple[list[str], list[Point], str] | None:
    """What a session notes, unless that makes no sense."""
    noted = session.settings.get(NAMES)
    noted = noted if isinstance(noted, dict) else {}
    names, given, group = (noted.get(key) for key in ("names", "given", "group"))
    if not (isinstance(names, list) and isinstance(given, list) and isinstance(group, str)):
        return None
    if {*map(type, names)} - {str} or {*map(type, given)} - {int, type(None)} or not (names or group):
        return None
    return names, [None if id is None else (project, id) for id in given], group
