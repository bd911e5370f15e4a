"""Session files in tests: what a crash leaves of one, and one that follows another session step by step."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from napari_cotracker.editing.aside import COMPANIONS
from napari_cotracker.editing.session import Session
from tests.editing.walks import Snapshot, Walk


def left_by_a_crash(session: Session, path: Path) -> Path:
    """A copy of a session's files as they are at this moment, without its having been closed."""
    assert session.path is not None
    # a crash is one moment, copying is none: the session may be bringing its log into the file meanwhile
    while True:
        before = _written(session.path)
        for companion in ("", *COMPANIONS):
            source, copy = Path(f"{session.path}{companion}"), Path(f"{path}{companion}")
            copy.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, copy)
        if _written(session.path) == before:
            return path


def _written(path: Path) -> list[tuple[int, int]]:
    """Sizes and times of a session's file and its log."""
    stats = [file.stat() for file in (path, Path(f"{path}-wal")) if file.exists()]
    return [(stat.st_size, stat.st_mtime_ns) for stat in stats]


def told(session: Session) -> tuple[Any, ...]:
    """The history as it is shown, without the times."""
    lines = (session.steps, *session.branches)
    return tuple(tuple((step.number, step.label, step.is_done) for step in line) for line in lines)


def assert_same_session(a: Session, b: Session) -> None:
    """Both show the same, and have come to it in the same way."""
    assert_same_history(a, b)
    for id in a.ids.tolist():
        one, other = a.sides(id), b.sides(id)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            for mine, yours in zip((*one.forward, *one.backward, one.xy), (*other.forward, *other.backward, other.xy)):
                np.testing.assert_array_equal(mine, yours)


def assert_same_history(a: Session, b: Session) -> None:
    """The same, as far as it is known of sessions that are closed."""
    Snapshot.of(a).assert_same(Snapshot.of(b))
    assert told(a) == told(b)
    assert a.runs == b.runs


class Pair:
    """A session in a file and one in memory that take the same steps; the one in the file crashes now and then."""

    def __init__(self, folder: Path, n_frames: int) -> None:
        self.folder, self.count = folder, 0
        self.plain = Walk(Session(n_frames, (64, 48)))
        self.filed = Walk(Session.create(folder / "0.cotracker", n_frames, (64, 48)))

    def take(self, step: str, seed: int) -> None:
        if step in ("crash", "reopen", "move"):
            getattr(self, step)()
        else:
            self.plain.take(step, seed)
            self.filed.take(step, seed)
        assert_same_session(self.plain.session, self.filed.session)

    def crash(self) -> None:
        old = self.filed.session
        self._go_on(Session.open(left_by_a_crash(old, self._new_path())))
        old.close()

    def reopen(self) -> None:
        old = self.filed.session
        assert old.path is not None
        old.close()
        self._go_on(Session.open(old.path))

    def move(self) -> None:
        self.filed.session.save_as(self._new_path())

    def close(self) -> None:
        self.filed.session.close()

    def _go_on(self, session: Session) -> None:
        for run in self.plain.runs:
            run.label += ", cut off"
            run.close({**(run.facts or {}), "cancelled": True})
        self.plain.runs, self.filed.runs = [], []
        self.plain.compare()
        self.filed.go_on(session)

    def _new_path(self) -> Path:
        self.count += 1
        return self.folder / f"{self.count}.cotracker"
