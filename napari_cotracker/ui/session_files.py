"""The file of a session: there is one from the first step on, and nobody has to save it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from qtpy.QtCore import QObject, Signal

from ..core.errors import EditError
from ..editing import places
from ..editing.patch import Patch
from ..editing.session import Session

RETRY_SECONDS = 10.0  # after a file could not be made


class SessionFile(QObject):
    """Gives a session a file at its first step, in the user's data folder until it is saved elsewhere.

    Parameters
    ----------
    session : Session
    facts : callable
        Gives what is to be noted of the video: path, name, fingerprint.

    Signals
    -------
    changed : another file, or another reason why there is none
    told : (str) the session cannot be kept
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, session: Session, facts: Callable[[], Mapping[str, Any]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._facts = session, facts
        self._again = 0.0
        self.problem = ""
        session.changed.connect(self._on_changed)

    @property
    def path(self) -> Path | None:
        """Where it is; None before the first step."""
        return self._session.path

    @property
    def is_unsaved(self) -> bool:
        """Whether nobody has given it a place yet."""
        return self.path is not None and self.path.parent == _real(places.unsaved_folder())

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
        path = Path(path)
        path = path if path.suffix.lower() == places.SUFFIX else path.with_name(path.name + places.SUFFIX)
        left = self.path if self.is_unsaved and not self._session.is_read_only else None
        if self.path == _real(path) and not self._session.is_read_only:
            return
        if not self._session.is_read_only:
            self._session.describe(video=self._facts())
        self._session.save_as(path)
        if left is not None:
            with suppress(EditError):
                places.remove(left)
        self.problem = ""
        self.changed.emit()

    def close(self) -> None:
        """Let go of the file; everything is in it."""
        self._session.changed.disconnect(self._on_changed)
        with suppress(EditError):
            self._session.close()

    def _on_changed(self, patch: Patch) -> None:
        self.begin()

    def _begin(self) -> None:
        was, self.problem = self.problem, ""
        try:
            facts = self._facts()
            self._session.describe(video=facts)
            self._session.save_as(places.new_path(facts["path"] or facts["name"]))
        except EditError as error:
            self._again, self.problem = monotonic() + RETRY_SECONDS, str(error)
            if not was:
                self.told.emit(f"What you do is not kept: {error}")
        self.changed.emit()


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
