"""The frame that somebody was on, noted in the session, so that it opens there again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from qtpy.QtCore import QObject, QTimer

from ..core.errors import EditError
from ..editing.session import Session
from .project import Project

SETTING = "frame"
REST_MS = 2000  # a film that plays, or is scrubbed through, is not written down frame by frame


class Whereabouts(QObject):
    """Notes the frame of each project once nobody has moved for a while.

    Parameters
    ----------
    projects : iterable of Project
        Asked anew each time.
    """

    def __init__(self, projects: Iterable[Project], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projects = projects
        self._clock = QTimer(self, singleShot=True, interval=REST_MS)
        self._clock.timeout.connect(self._note_all)

    def moved(self, event: object = None) -> None:
        """Another frame is shown."""
        self._clock.start()

    def note(self, project: Project) -> None:
        """Note where a project is; a session that is in no file, or is read-only, notes nothing."""
        session = project.session
        if session.path is None or session.is_read_only or project.layer not in project.viewer.layers:
            return
        if session.settings.get(SETTING) != project.frame:
            with suppress(EditError):  # it is no loss
                session.set_setting(SETTING, project.frame)

    def _note_all(self) -> None:
        for project in self._projects:
            self.note(project)


def noted_frame(session: Session) -> int | None:
    """The frame that was shown last; None if that is not known, or no such frame is there."""
    frame = session.settings.get(SETTING)
    return frame if type(frame) is int and 0 <= frame < session.n_frames else None
