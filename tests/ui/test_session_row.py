"""What the panel says of the session's file, and what it offers."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
from qtpy.QtWidgets import QFileDialog, QLineEdit

from napari_cotracker.editing import database, places
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.session_row import UNNAMED, SessionRow

from .mouse import settle, wait_until
from .windows import HEIGHT, N_FRAMES, WIDTH, Window


@pytest.fixture
def row(window: Window) -> SessionRow:
    return window.panel.video.session


def leave(name: str = "film", points: int = 1) -> Path:
    """A session of the film from another time."""
    facts = {"video": {"path": None, "name": name, "fingerprint": None}}
    session = Session.create(places.new_path(name), N_FRAMES, (WIDTH, HEIGHT), facts)
    for number in range(points):
        session.add_points(0, [[1, number]])
    session.close()
    return session.path


def is_shown(widget: Any, row: SessionRow) -> bool:
    return widget.isVisibleTo(row.parentWidget())


def test_nothing_is_said_before_there_is_anything_to_say(window: Window, row: SessionRow) -> None:
    assert not is_shown(row, row)
    window.add()
    assert not is_shown(row, row)


def test_it_says_where_steps_are_kept(window: Window, row: SessionRow, tmp_path: Path) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    assert is_shown(row.says, row)
    assert row.says.text() == UNNAMED
    assert str(window.project.file.path) in row.says.toolTip()
    row.save_as(str(tmp_path / "mine.cotracker"))
    wait_until(row.save_button.isEnabled)
    assert row.says.text() == "mine.cotracker"
    assert window.panel.told.text() == "saved as mine.cotracker; from now on every step goes there"
    row.save_as(str(tmp_path / "none" / "mine.cotracker"))
    wait_until(row.save_button.isEnabled)
    assert "cannot" in window.panel.told.text()
    assert row.says.text() == "mine.cotracker"


def test_the_dialog_gives_it_a_name(window: Window, row: SessionRow, tmp_path: Path) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    window.press(row.save_button)
    dialog = row.findChild(QFileDialog)
    assert dialog.isVisible()
    assert dialog.selectedFiles()[0].endswith("film.cotracker")
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(tmp_path / "mine"))
    dialog.accept()
    wait_until(lambda: window.project.file.path == tmp_path / "mine.cotracker")


def test_what_cannot_be_kept_is_said_and_stays_said(window: Window, row: SessionRow) -> None:
    places.unsaved_folder().write_text("not a folder")
    window.add()
    window.project.place(0, [[1, 1]])
    assert row.says.text() == "Not kept in a file"
    assert "cannot make the folder" in row.refusal.text()
    assert is_shown(row.save_button, row)
    assert window.panel.told.text().startswith("Your work is not being saved")


def test_it_follows_the_current_video(window: Window, row: SessionRow) -> None:
    first = window.add(name="first")
    window.project.place(0, [[1, 1]])
    window.desk.choose(window.add(name="second"))
    assert not is_shown(row, row)
    window.desk.choose(first)
    assert row.says.text() == UNNAMED
    window.viewer.layers.clear()
    assert not is_shown(row, row)


def test_what_is_left_from_another_time_is_offered_and_gone_on_with(window: Window, row: SessionRow) -> None:
    leave("another", 7)
    path = leave(points=3)
    window.add()
    assert row.offer.text().startswith("From before: 3 steps, ")
    assert not is_shown(row.older_button, row)
    assert len(window.session.ids) == 0, "only who wants it gets it"
    window.press(row.continue_button)
    assert window.project.file.path == path
    assert len(window.session.ids) == 3
    assert not is_shown(row.offer, row)
    assert row.says.text() == UNNAMED
    window.press(window.panel.undo_button)
    assert len(window.session.ids) == 2


def test_older_ones_are_reached_too_and_none_is_lost(window: Window, row: SessionRow) -> None:
    older, newer = leave(points=1), leave(points=2)
    window.add()
    assert is_shown(row.older_button, row)
    (action,) = row.menu.actions()
    action.trigger()
    settle()
    assert window.project.file.path == older
    assert row.offer.text().startswith("From before: 2 steps, ")
    window.press(row.continue_button)
    assert window.project.file.path == newer


def test_what_has_a_name_is_not_disturbed_by_offers(window: Window, row: SessionRow, tmp_path: Path) -> None:
    leave()
    window.add()
    window.project.place(0, [[1, 1]])
    assert is_shown(row.offer, row)
    row.save_as(str(tmp_path / "mine.cotracker"))
    wait_until(row.save_button.isEnabled)
    assert not is_shown(row.offer, row)


def halted(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Saving goes on only once this is set, after a page."""
    goes_on = Event()
    monkeypatch.setattr(database, "PAGES", 1)
    plain = database.Database._let_others

    def wait(self: Any, path: Path, told: Any, *numbers: int) -> None:
        def tell(share: float) -> None:
            told(share)
            assert goes_on.wait(10)
        plain(self, path, tell, *numbers)

    monkeypatch.setattr(database.Database, "_let_others", wait)
    return goes_on


def test_the_window_is_used_while_the_session_is_saved(
        window: Window, row: SessionRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    before, goes_on = window.project.file.path, halted(monkeypatch)
    row.save_as(str(tmp_path / "mine"))
    wait_until(lambda: row.says.text().startswith("Saving as mine.cotracker … ") and "… 0%" not in row.says.text())
    assert not row.save_button.isEnabled()
    window.project.place(0, [[2, 2]])
    window.press(window.panel.undo_button)
    window.press(window.panel.redo_button)
    row.save_as(str(tmp_path / "second"))
    assert not list(tmp_path.glob("[!.]*.cotracker"))
    assert window.project.file.path == before
    goes_on.set()
    wait_until(row.save_button.isEnabled)
    assert window.panel.told.text() == "saved as mine.cotracker; from now on every step goes there"
    assert row.says.text() == "mine.cotracker"
    assert not before.exists()
    window.project.place(0, [[3, 3]])
    window.close()
    with Session.open(tmp_path / "mine.cotracker") as again:
        assert len(again.ids) == 3
        assert len(again.steps) == 3


@pytest.mark.parametrize("way", ["window", "layer"])
def test_closing_waits_for_what_is_being_saved(
        window: Window, row: SessionRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    layer = window.add()
    window.project.place(0, [[1, 1]])
    file, goes_on = window.project.file, halted(monkeypatch)
    row.save_as(str(tmp_path / "mine.cotracker"))
    window.project.place(0, [[2, 2]])
    Timer(0.3, goes_on.set).start()
    window.close() if way == "window" else window.viewer.layers.remove(layer)
    assert file.path == tmp_path / "mine.cotracker"
    assert sorted(path.name for path in tmp_path.glob("*cotracker*")) == ["mine.cotracker"]
    if way == "layer":
        assert window.panel.told.text().startswith("saved as mine.cotracker")
    with Session.open(tmp_path / "mine.cotracker") as again:
        assert len(again.ids) == 2
        assert not again.is_read_only


def test_a_name_that_another_window_writes_to_is_refused_in_one_sentence(
        window: Window, row: SessionRow, tmp_path: Path) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    with Session.create(tmp_path / "theirs.cotracker", N_FRAMES, (WIDTH, HEIGHT)):
        row.save_as(str(tmp_path / "theirs.cotracker"))
        wait_until(row.save_button.isEnabled)
    assert "open in another window" in window.panel.told.text()
    assert row.says.text() == UNNAMED
    window.project.place(0, [[2, 2]])


def test_controls_have_tips(row: SessionRow) -> None:
    for button in (row.save_button, row.continue_button, row.older_button):
        assert button.toolTip()
        assert button.accessibleDescription()
