"""A session opens on the frame that was shown last."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_cotracker.editing.session import Session
from napari_cotracker.ui import whereabouts
from napari_cotracker.ui.session_opening import open_session
from napari_cotracker.ui.whereabouts import SETTING, noted_frame

from .mouse import settle, wait_until
from .windows import Opener, Window


def worked_on(window: Window, film: Path, path: Path) -> None:
    window.panel.video.open_path(str(film))
    wait_until(lambda: window.project.is_indexed)
    window.project.place(0, [[5, 6]])
    window.project.file.save_as(path)


def test_it_opens_where_it_was_left(another: Opener, film: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.cotracker"
    first = another()
    worked_on(first, film, path)
    first.project.go_to(7)
    first.close()
    window = another()
    open_session(window.desk, path)
    assert window.project.frame == 7


def test_what_a_crash_leaves_knows_it_once_nobody_moves(
        another: Opener, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "REST_MS", 50)
    window = another()
    worked_on(window, film, tmp_path / "mine.cotracker")
    for frame in range(2, 6):
        window.project.go_to(frame)
    assert window.session.settings.get(SETTING) is None, "a film that plays is not noted frame by frame"
    wait_until(lambda: window.session.settings.get(SETTING) == 5)
    steps = len(window.session.steps)
    window.project.go_to(3)
    wait_until(lambda: window.session.settings.get(SETTING) == 3)
    assert len(window.session.steps) == steps, "it is no step"


def test_a_film_on_which_nothing_was_done_gets_no_file(
        another: Opener, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "REST_MS", 20)
    window = another()
    window.panel.video.open_path(str(film))
    window.project.go_to(4)
    settle(0.2)
    assert window.project.file.path is None and SETTING not in window.session.settings


def test_a_layer_that_was_removed_does_not_move_it(another: Opener, film: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.cotracker"
    window = another()
    worked_on(window, film, path)
    window.project.go_to(6)
    window.desk._whereabouts.note(window.project)
    window.viewer.layers.clear()
    settle()
    assert noted_frame(Session.open(path)) == 6


@pytest.mark.parametrize(("noted", "expected"), [(0, 0), (9, 9), (10, None), (-1, None), ("3", None), (True, None),
                                                 (2.0, None), (None, None)])
def test_odd_notes_are_no_frames(noted: object, expected: int | None) -> None:
    session = Session(10, (4, 4))
    session.set_setting(SETTING, noted)
    assert noted_frame(session) == expected
