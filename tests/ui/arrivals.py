"""An import that stands still in the middle until it may go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing import encoding
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.staging import Staged
from napari_cotracker.formats.sheets import imported
from napari_cotracker.tasks.export import write_tracks
from napari_cotracker.ui import importing

from .mouse import settle, wait_until
from .windows import Window


def others(n_frames: int = 4) -> Tracks:
    """Two tracks of another program, over the first frames of a film."""
    t, n = np.mgrid[0:n_frames, 0:2]
    return imported(np.stack([10 + t + 8 * n, 20 + n], -1), names=("nose", "tail"), meta={"size": (64, 48)})


class Halted:
    """Two tracks on their way into the session of a window's video.

    `may_go_on` lets them come; before, one piece of several is written.
    """

    def __init__(self, window: Window, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.setattr(importing, "AT_ONCE", 0)
        monkeypatch.setattr(encoding, "PIECE", 30)
        self.window, self.may_go_on, self._written, plain = window, Event(), Event(), Session.stage

        def halting(session: Session, patch: Any) -> Generator[float, None, Staged]:
            steps = plain(session, patch)
            yield next(steps)
            self._written.set()
            assert self.may_go_on.wait(10)
            return (yield from steps)

        monkeypatch.setattr(Session, "stage", halting)
        window.add()
        window.project.place(0, [[5, 5]])
        self.project, self.path = window.project, window.project.file.path
        write_tracks(folder / "theirs.csv", others(), options={})
        window.panel.export.bring(str(folder / "theirs.csv"))
        window.worker.jobs[-1].carry_out()
        wait_until(self._written.is_set)

    def wait(self) -> None:
        """Until they are there."""
        self.may_go_on.set()
        wait_until(lambda: len(self.project.session.ids) == 3)
        settle()


def pieces_in(path: Path) -> int:
    """How many pieces of steps are in a session file."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM patches").fetchone()[0])
