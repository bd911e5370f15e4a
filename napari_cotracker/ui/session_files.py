"""The file of a session: there is one from the first step on, and nobody has to save it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

from qtpy.QtCore import QObject, Qt, QTimer, Signal

from ..core.errors import CotrackerError, EditError
from ..editing import places
from ..editing.patch import Patch
from ..editing.session import Session
from .background import mistake

RETRY_SECONDS = 10.0  # after a file could not be made
PROGRESS_MS = 200  # how often it is said how far it is


class SessionFile(QObject):
    """Gives a session a file at its first step, in the user's data folder until it is saved elsewhere.

    Parameters
    ----------
    session : Session
    facts : callable
        Gives what is to be noted of the video: path, name, fingerprint.

    Signals
    -------
    changed : another file, or another reason why there is none; or it begins or ends to be saved elsewhere
    progressed : more of it is there
    told : (str) the session cannot be kept, or was saved elsewhere
    """

    changed = Signal()
    progressed = Signal()
    told = Signal(str)
    _ended = Signal(object)

    def __init__(self, session: Session, facts: Callable[[], Mapping[str, Any]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._facts = session, facts
        self._again = 0.0
        self.problem = ""
        self._saving: _Saving | None = None
        self._clock = QTimer(self, interval=PROGRESS_MS)
        self._clock.timeout.connect(self.progressed)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)
        session.changed.connect(self._on_changed)

    @property
    def path(self) -> Path | None:
        """Where it is; None before the first step."""
        return self._session.path

    @property
    def is_unsaved(self) -> bool:
        """Whether nobody has given it a place yet."""
        return self.path is not None and self.path.parent == _real(places.unsaved_folder())

    @property
    def saving(self) -> tuple[Path, float] | None:
        """Where it is being saved, and the share that is there; None if it is not."""
        return None if self._saving is None else (self._saving.path, self._saving.share)

    def begin(self) -> None:
        """Have a file, though no step was done; a moment ago it could not be made, it is not tried at once again."""
        if self.path is None and monotonic() >= self._again:
            self._begin()

    def save_as(self, path: str | Path) -> None:
        """Go on in another file; one that lay in the user's data folder is not needed any more.

        Raises
        ------
        EditError
            If it cannot be written; the session goes on where it was.
        """
        self.finish_saving()
        path = _named(path)
        if self._is_at(path):
            return
        left = self._leave()
        self._session.save_as(path)
        self._arrive(left)

    def begin_save_as(self, path: str | Path) -> None:
        """The same in a thread of its own, while the session is edited; what became of it is told.

        What is done meanwhile is there, too. Without a file there is little to write: that is done at once.
        """
        path, left = _named(path), None
        if self._saving is not None or self._is_at(path):
            return
        if self.path is None:
            try:
                self.save_as(path)
            except EditError as error:
                self.told.emit(str(error))
            else:
                self.told.emit(_saved(path))
            return
        left = self._leave()
        self._saving = _Saving(self._session, path, left, self._ended.emit)
        self._clock.start()
        self.changed.emit()

    def finish_saving(self) -> None:
        """Wait until the session is where it is being saved."""
        if self._saving is not None:
            self._saving.join()
            self._end(self._saving)

    def close(self) -> None:
        """Let go of the file; everything is in it, and it is where it was to be saved."""
        self.finish_saving()
        self._session.changed.disconnect(self._on_changed)
        with suppress(EditError):
            self._session.close()

    def _on_changed(self, patch: Patch) -> None:
        self.begin()

    def _is_at(self, path: Path) -> bool:
        return self.path == _real(path) and not self._session.is_read_only

    def _leave(self) -> Path | None:
        """Make ready to go on elsewhere; gives a file that is not needed any more then."""
        if self._session.is_read_only:
            return None
        with suppress(EditError):  # its old file may be gone, or full: that is why it is saved elsewhere
            self._session.describe(video=self._facts())
        return self.path if self.is_unsaved else None

    def _arrive(self, left: Path | None) -> None:
        if left is not None:
            with suppress(EditError):
                places.remove(left)
        self.problem = ""
        self.changed.emit()

    def _end(self, saving: _Saving) -> None:
        if saving is not self._saving:  # it was waited for
            return
        self._saving = None
        self._clock.stop()
        if saving.error is None:
            self._arrive(saving.left)
        else:
            self.changed.emit()
        self.told.emit(_saved(saving.path) if saving.error is None else str(saving.error))

    def _begin(self) -> None:
        was, self.problem = self.problem, ""
        try:
            facts = self._facts()
            self._session.describe(video=facts)
            self._session.save_as(places.new_path(facts["path"] or facts["name"]))
        except EditError as error:
            self._again, self.problem = monotonic() + RETRY_SECONDS, str(error)
            if not was:
                self.told.emit(f"Your work is not being saved: {error}")
        self.changed.emit()


class _Saving(Thread):
    """A session on its way into another file.

    Parameters
    ----------
    session : Session
    path : Path
    left : Path or None
        What is not needed any more once it is there.
    ended : callable
        Is given this, in this thread.
    """

    def __init__(self, session: Session, path: Path, left: Path | None, ended: Callable[[object], object]) -> None:
        super().__init__(name="session that is saved")
        self.path, self.left, self.share = path, left, 0.0
        self.error: CotrackerError | None = None
        self._session, self._tell = session, ended
        self.start()

    def run(self) -> None:
        try:
            self._session.save_as(self.path, partial(setattr, self, "share"))
        except CotrackerError as error:
            self.error = error
        except Exception as error:  # a mistake of ours must not take the window with it
            self.error = mistake(error)
        self._tell(self)


def _named(path: str | Path) -> Path:
    path = Path(path)
    return path if path.suffix.lower() == places.SUFFIX else path.with_name(path.name + places.SUFFIX)


def _saved(path: Path) -> str:
    return f"saved as {path.name}; from now on every step goes there"


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
