"""Session files in the real window: closed and opened again, moved, locked, damaged, of another video."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.notifications import notification_manager
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFileDialog, QLineEdit

from napari_cotracker.core.errors import CotrackerError, EditError
from napari_cotracker.editing import places
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.session_opening import get_reader, open_path, open_session, resume

from .doubts import land, retracks
from .mouse import click, drag, key, settle, wait_until
from .windows import Opener, Window


def edited(window: Window, film: Path, path: Path) -> None:
    """Three edits of a film, saved under a name."""
    window.panel.video.open_path(str(film))
    wait_until(lambda: window.project.is_indexed)
    window.project.place(0, [[5, 6]], ("nose",))
    window.session.correct(0, 4, [9, 9])
    window.session.rename(0, "ear")
    window.project.file.save_as(path)


def dialog_of(window: Window) -> QFileDialog | None:
    return window.panel.findChild(QFileDialog)


def choose(window: Window, path: Path) -> None:
    dialog = dialog_of(window)
    assert dialog is not None
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
    dialog.accept()
    settle(0.1)


@pytest.fixture
def saved(another: Opener, film: Path, tmp_path: Path) -> Path:
    """A session of the film, in no window any more."""
    (tmp_path / "work").mkdir()
    window = another()
    edited(window, film, tmp_path / "work" / "mine.cotracker")
    window.close()
    return tmp_path / "work" / "mine.cotracker"


def test_closed_and_opened_again_undo_goes_on(another: Opener, saved: Path) -> None:
    window = another()
    window.viewer.open(str(saved), plugin="napari-cotracker")
    settle()
    assert [layer.name for layer in window.viewer.layers] == ["film.mp4", "film.mp4 tails", "film.mp4 points"]
    assert len(window.project.view.points.data) == 1
    assert window.session.rows[0].name == "ear"
    window.press(window.panel.undo_button)
    assert window.session.rows[0].name == "nose"
    window.press(window.panel.undo_button)
    assert window.session.anchors.t.tolist() == [0]
    window.press(window.panel.redo_button)
    assert window.session.anchors.t.tolist() == [0, 4]
    window.session.correct(0, 7, [3, 3])
    window.close()
    again = another()
    again.panel.video.open_path(str(saved))
    assert [step.label for step in again.session.steps] == ["place nose", "correct nose", "correct nose"]
    assert [line[0].label for line in again.session.branches] == ["rename nose to ear"]


def test_a_correction_that_was_cut_off_is_tracked_on(another: Opener, film: Path, tmp_path: Path) -> None:
    first = another()
    edited(first, film, tmp_path / "mine.cotracker")
    first.session.correct(0, 4, [8, 8])
    first.project.corrections.follow_up([0], 4)
    first.close()
    window = another()
    open_session(window.desk, tmp_path / "mine.cotracker")
    wait_until(lambda: len(retracks(window)) == 1)
    assert window.panel.correct.working.text() == "1 correction is being tracked."
    land(retracks(window)[0], (7, 7))
    assert window.session.cells.xy[2:5, 0].tolist() == [[7, 7], [7, 7], [8, 8]]
    window.close()
    again = another()
    open_session(again.desk, tmp_path / "mine.cotracker")
    wait_until(lambda: again.project.is_indexed)
    settle(0.1)
    assert retracks(again) == []


def test_a_damaged_note_of_what_is_owed_is_a_sentence(another: Opener, saved: Path) -> None:
    with closing(Session.open(saved)) as session:
        session.set_setting("unfinished corrections", [3])
    window = another()
    open_session(window.desk, saved)
    assert "1 note of unfinished corrections is damaged and dropped" in window.said[-1]
    assert len(window.session.ids) == 1


def test_on_the_open_video_when_nothing_was_done_there_yet(another: Opener, saved: Path, film: Path) -> None:
    window = another()
    window.panel.video.open_path(str(film))
    layer = window.project.layer
    open_session(window.desk, saved)
    assert window.project.layer is layer
    assert window.project.file.path == saved
    assert len(window.desk.videos()) == len(list(window.desk)) == 1
    assert window.panel.video.layers.currentText() == "film.mp4"


def test_beside_work_that_is_there_on_a_layer_of_its_own(another: Opener, saved: Path, film: Path) -> None:
    window = another()
    window.panel.video.open_path(str(film))
    wait_until(lambda: window.project.is_indexed)
    window.project.place(0, [[1, 1], [2, 2]])
    mine = window.session
    open_session(window.desk, saved)
    assert window.session is not mine
    assert len(window.desk.videos()) == 2
    assert (len(mine.ids), len(window.session.ids)) == (2, 1)


def test_what_is_open_already_is_shown_and_not_opened_twice(another: Opener, saved: Path) -> None:
    window = another()
    open_session(window.desk, saved)
    project = window.project
    window.add(name="another")
    window.desk.choose(window.viewer.layers["another"])
    open_session(window.desk, saved)
    assert window.project is project
    assert not project.session.is_read_only


def test_a_second_window_shows_it_and_refuses_every_edit_in_words(another: Opener, saved: Path) -> None:
    first = another()
    open_session(first.desk, saved)
    second = another()
    open_session(second.desk, saved)
    refusal = second.session.refusal
    assert "open in another window" in refusal
    assert second.said[-1] == refusal
    assert second.panel.video.session.refusal.text() == refusal
    assert second.panel.video.session.says.text() == "mine.cotracker · read-only"
    second.said.clear()
    second.project.selection.set([0])
    second.press(second.panel.undo_button)
    assert second.said == [refusal]
    second.panel.table.delete_selected()
    assert second.said == [refusal] * 2
    second.press(second.panel.track.track_button)
    assert second.said == [refusal] * 3
    assert second.worker.jobs == []
    with pytest.raises(EditError, match="save it elsewhere"):
        second.project.place(1, [[4, 4]])
    assert len(second.session.ids) == 1


def test_a_second_window_goes_on_elsewhere(another: Opener, saved: Path, tmp_path: Path) -> None:
    first = another()
    open_session(first.desk, saved)
    second = another()
    open_session(second.desk, saved)
    second.panel.video.session.save_as(str(tmp_path / "other.cotracker"))
    wait_until(lambda: not second.panel.video.session.refusal.isVisible())
    second.project.file.finish_saving()
    assert not second.panel.video.session.refusal.isVisible()
    second.project.place(1, [[4, 4]])
    assert (len(first.session.ids), len(second.session.ids)) == (1, 2)


def test_a_film_that_moved_along_is_found_beside_it(another: Opener, saved: Path, film: Path) -> None:
    film.rename(saved.parent / "film.mp4")
    before = saved.read_bytes()
    window = another()
    open_session(window.desk, saved)
    assert window.project.video.path == str(saved.parent / "film.mp4")
    wait_until(lambda: window.project.is_indexed)
    window.close()
    assert saved.read_bytes() == before, "a file that was looked at is as it was"


def test_a_film_that_is_gone_is_asked_for(another: Opener, saved: Path, film: Path, tmp_path: Path) -> None:
    moved = film.rename(tmp_path / "renamed.mp4")
    window = another()
    open_session(window.desk, saved)
    assert window.project is None
    assert dialog_of(window).windowTitle() == "Where is film.mp4, the video of mine.cotracker?"
    choose(window, moved)
    assert window.project.video.path == str(moved)
    assert window.session.rows[0].name == "ear"
    window.close()
    again = another()
    open_session(again.desk, saved)
    assert again.project.video.path == str(moved), "it is asked for once"


def test_another_film_is_refused_with_the_reason(
        another: Opener, saved: Path, film: Path, tmp_path: Path) -> None:
    from napari_cotracker.videos.writer import write_film

    moved, other = film.rename(tmp_path / "renamed.mp4"), tmp_path / "other.mp4"
    write_film(other, (np.full((48, 64, 3), 9 * k, np.uint8) for k in range(10)), times=np.arange(10) / 25)
    window = another()
    open_session(window.desk, saved)
    choose(window, other)
    assert "its pictures are others" in window.said[-1]
    assert window.project is None
    assert len(window.viewer.layers) == 0
    choose(window, moved)
    assert window.session.rows[0].name == "ear"


def test_who_gives_up_leaves_the_file_to_others(another: Opener, saved: Path, film: Path) -> None:
    film.unlink()
    window = another()
    open_session(window.desk, saved)
    dialog_of(window).reject()
    settle()
    assert window.said[-1] == "mine.cotracker was not opened: its video was not found"
    session = Session.open(saved)
    assert not session.is_read_only
    session.close()


def test_a_session_of_a_layer_without_a_file_wants_that_layer(another: Opener, tmp_path: Path) -> None:
    window = another()
    window.add()
    window.project.place(0, [[1, 1]])
    window.project.file.save_as(tmp_path / "mine.cotracker")
    window.close()
    again = another()
    open_session(again.desk, tmp_path / "mine.cotracker")
    assert again.said[-1].endswith("its video came from no file; open film first, then this")
    layer = again.add()
    open_session(again.desk, tmp_path / "mine.cotracker")
    assert again.project.layer is layer
    assert len(again.session.ids) == 1


STACK = np.zeros((5, 2, 3, 20, 30), np.uint8)
STACK_OPTIONS = {"name": "stack", "axis_labels": ("t", "c", "z", "y", "x"), "contrast_limits": (0, 255)}


@pytest.fixture
def of_stack(another: Opener, tmp_path: Path) -> Path:
    """A session whose points lie on another plane than the sliders show at first."""
    window = another()
    window.add(STACK, **STACK_OPTIONS)
    for axis, index in ((1, 1), (2, 2)):
        window.viewer.dims.set_point(axis, index)
    settle()
    window.project.place(0, [[5, 6]])
    window.project.file.save_as(tmp_path / "mine.cotracker")
    window.close()
    return tmp_path / "mine.cotracker"


def test_on_a_stack_the_plane_that_was_tracked_is_shown(another: Opener, of_stack: Path) -> None:
    window = another()
    window.add(STACK, **STACK_OPTIONS)
    assert window.project.held == {1: 0, 2: 1}, "napari begins in the middle"
    open_session(window.desk, of_stack)
    assert window.project.held == {1: 1, 2: 2}
    assert window.viewer.dims.current_step[1:3] == (1, 2)
    assert "c = 1, z = 2" in window.panel.video.facts.text()
    assert window.said[-1].endswith("; the points lie on c = 1, z = 2")


def test_a_stack_without_that_plane_is_none_of_it(another: Opener, of_stack: Path) -> None:
    window = another()
    window.add(STACK[:, :1], **STACK_OPTIONS)
    open_session(window.desk, of_stack)
    assert window.said[-1] == ("mine.cotracker was not opened: its points lie on c = 1, z = 2 of a stack; "
                               "open stack in napari first, then this")
    window.add(STACK[:, 0, 0], name="flat", contrast_limits=(0, 255))
    resume(window.desk, of_stack)
    assert "expected a stack with c = 1, z = 2" in window.said[-1]
    assert "'flat', which has no such plane" in window.said[-1]
    Session.open(of_stack).close()


def test_a_session_that_does_not_say_its_plane_is_told_of(another: Opener, of_stack: Path) -> None:
    with closing(Session.open(of_stack)) as session:
        session.describe(video={"path": None, "name": "stack", "fingerprint": None})
    window = another()
    window.add(STACK, **STACK_OPTIONS)
    open_session(window.desk, of_stack)
    assert window.said[-1].endswith("the session does not say which plane was tracked: the points are shown on "
                                    "c = 0, z = 1, as the sliders stand")


def test_a_damaged_file_is_told_and_what_is_whole_is_gone_on_with(another: Opener, saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as connection, connection:
        connection.execute("DELETE FROM snapshots")
    heard: list[Any] = []
    window = another()
    notification_manager.notification_ready.connect(heard.append)
    try:
        open_session(window.desk, saved)
    finally:
        notification_manager.notification_ready.disconnect(heard.append)
    (notice,) = heard
    assert "is damaged" in notice.message
    ((text, act),) = notice.actions
    assert text == "Save what is whole"
    act(None)
    settle()
    assert window.project.file.path == saved.with_name("mine rescued.cotracker")
    assert window.said[-1] == "saved into mine rescued.cotracker: 1 track, 3 steps"
    assert window.session.rows[0].name == "ear"


def test_what_is_no_session_is_refused(window: Window, tmp_path: Path) -> None:
    (tmp_path / "odd.cotracker").write_bytes(b"hello" * 99)
    with pytest.raises(CotrackerError, match="expected a session file"):
        window.viewer.open(str(tmp_path / "odd.cotracker"), plugin="napari-cotracker")
    window.panel.video.open_path(str(tmp_path / "odd.cotracker"))
    assert "expected a session file" in window.panel.told.text()


def test_only_session_files_are_ours(tmp_path: Path) -> None:
    assert get_reader(str(tmp_path / "a.cotracker")) is open_path
    assert get_reader(str(tmp_path / "a.CoTracker")) is open_path
    assert get_reader(str(tmp_path / "a.npz")) is None
    assert get_reader([str(tmp_path / "a.cotracker")]) is None


def test_to_go_on_with_what_was_left_loses_nothing(window: Window) -> None:
    layer = window.add()
    window.project.place(0, [[1, 1]], ("first",))
    first = window.project.file.path
    window.viewer.layers.remove(layer)
    window.add()
    window.project.place(0, [[2, 2]], ("second",))
    second = window.project.file.path
    resume(window.desk, first)
    settle()
    assert window.session.rows[0].name == "first"
    assert [layer.name for layer in window.viewer.layers] == ["film", "film tails", "film points"]
    resume(window.desk, second)
    assert window.session.rows[0].name == "second"
    assert len(list(window.desk)) == 1


def test_what_was_left_of_another_video_is_refused(window: Window) -> None:
    session = Session.create(places.new_path("x"), 9, (64, 48))
    session.add_points(0, [[1, 1]])
    session.close()
    window.add()
    before = window.project
    resume(window.desk, session.path)
    assert "expected" in window.panel.told.text()
    assert window.project is before
    again = Session.open(session.path)
    assert not again.is_read_only, "it is let go of"
    again.close()


def test_hands_and_keys_on_what_is_read_only_are_answered_in_words(shown: Window, film: Path, tmp_path: Path) -> None:
    owner = Session.create(tmp_path / "a.cotracker", 10, (64, 48), {"video": {"path": str(film)}})
    owner.add_points(0, [[20, 20], [40, 30]])
    open_session(shown.desk, owner.path)
    settle(0.3)
    layer, points, said = shown.project.layer, shown.project.view.points, []
    shown.desk.told.connect(said.append)
    refusal = shown.session.refusal
    shown.desk.pick(Tool.PLACE)
    click(shown.viewer, layer, (30, 10))
    assert said.pop() == refusal
    shown.desk.pick(Tool.CORRECT)
    shown.project.selection.set([0])
    click(shown.viewer, layer, (25, 25))
    assert said.pop() == refusal
    shown.desk.pick(Tool.SELECT)
    drag(shown.viewer, layer, [(20, 20), (30, 30)])
    assert said.pop() == refusal
    np.testing.assert_allclose(points.data[0, 1:], [20, 20], err_msg="it is drawn where it is")
    shown.project.selection.set([0])
    key(shown.viewer, Qt.Key.Key_Delete)
    assert said.pop() == refusal
    assert len(points.data) == len(shown.session.ids) == 2
    owner.close()
