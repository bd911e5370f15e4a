"""The panel as a whole: docks, what is linked to what, accidents of the child process, two viewers, closing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractButton, QLabel, QListView, QSpinBox, QWidget

from napari_cotracker.core.samples import sample_clip
from napari_cotracker.ui.sections import Section
from napari_cotracker.ui.window import add_video, show_panel
from napari_cotracker.ui.worker import shared_worker

from .mouse import settle, wait_until
from .moved import tracks_on_block
from .windows import Window


def placed(window: Window) -> Any:
    window.add()
    window.viewer.dims.set_current_step(0, 0)
    window.project.place(0, [[5, 5], [9, 9], [20, 20]])
    settle()
    return window.project


def test_panel_timeline_and_table_are_docked(shown: Window) -> None:
    settle(0.2)
    names = set(shown.viewer.window.dock_widgets)
    assert {"CoTracker timeline", "CoTracker tracks"} <= names
    assert shown.panel.timeline.isVisible(), "the timeline is in front of the table"
    assert shown.panel.timeline.height() > 100


def test_selection_is_one_in_picture_timeline_and_table(window: Window) -> None:
    project = placed(window)
    project.selection.set([1])
    assert set(project.view.points.selected_data) == {1}
    assert window.panel.inspect.selected.text().startswith("point 1")
    project.view.points.selected_data = {0, 2}
    assert project.selection.ids.tolist() == [0, 2]
    assert window.panel.inspect.selected.text() == "2 tracks are selected."


def test_timeline_and_table_move_the_film_and_follow_it(window: Window) -> None:
    project = placed(window)
    window.panel.timeline.frame_requested.emit(7)
    assert project.frame == 7
    window.panel.table.frame_requested.emit(11)
    assert project.frame == 11


def test_points_of_a_script_are_shown(window: Window) -> None:
    film = window.add()
    window.session.add_points(3, [[5, 5], [9, 9]])
    settle()
    points = window.project.view.points
    assert [layer.name for layer in window.viewer.layers] == ["film", "film tails", "film points"]
    assert window.viewer.layers.selection.active is points
    window.project.go_to(3)
    assert points.data[:, 1:].tolist() == [[5, 5], [9, 9]]
    window.viewer.layers.remove(points)
    settle()
    window.session.rename(0, "nose")
    assert list(window.viewer.layers) == [film], "layers that were deleted do not come back for another name"
    window.session.delete([1])
    window.session.undo()
    assert len(window.project.view.points.data) == 2, "a track that comes back is something to show"


def test_enter_that_ends_typing_does_not_say_that_a_point_is_right(window: Window) -> None:
    window.add()
    window.project.adopt(tracks_on_block())
    window.project.selection.set(window.session.ids[:1])
    window.project.go_to(4)
    spins = window.panel.findChildren(QSpinBox)
    assert spins
    names, rate = window.panel.place.naming, window.panel.video.rate
    for field in (names.group, window.panel.table.filter_field, rate.field, spins[0]):
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)
        settle()
    assert not window.session.steps
    QTest.keyClick(window.panel, Qt.Key.Key_Return)
    settle()
    assert len(window.session.steps) == 1, "elsewhere it says so"


def test_undo_and_redo_say_what_they_would_do(window: Window) -> None:
    panel = window.panel
    assert not panel.undo_button.isEnabled()
    placed(window)
    assert "place 3 points" in panel.undo_button.toolTip()
    window.press(panel.undo_button)
    assert len(window.session.ids) == 0
    assert "place 3 points" in panel.redo_button.toolTip()
    window.press(panel.redo_button)
    assert len(window.session.ids) == 3


def test_what_is_told_is_shown_for_a_while(window: Window) -> None:
    window.desk.say("something happened")
    assert window.panel.told.text() == "something happened"
    window.panel.told._clock.setInterval(10)
    window.panel.told._clock.start()
    wait_until(lambda: not window.panel.told.text())


def test_buttons_stay_under_the_mouse_whatever_is_told(shown: Window) -> None:
    shown.add()
    shown.project.place(0, [[5, 5]])
    settle(0.3)
    buttons = (shown.panel.undo_button, shown.panel.track.track_button)

    def heights() -> list[int]:
        settle(0.05)
        return [button.mapTo(shown.panel, QPoint(0, 0)).y() for button in buttons]

    before = heights()
    for words in (1, 12, 60):
        shown.desk.say("some " * words)
        assert heights() == before
        shown.panel.track.cost.setText("some " * words)
        assert heights() == before
    shown.panel.told.clear()
    shown.press(shown.panel.track.track_button)
    assert shown.panel.track.bar.isVisible()
    assert heights() == before


def test_help_opens_and_closes(window: Window) -> None:
    assert window.panel.key_help.isHidden()
    window.press(window.panel.help_button)
    assert not window.panel.key_help.isHidden()
    window.press(window.panel.help_button)
    assert window.panel.key_help.isHidden()


def test_a_panel_that_was_closed_can_be_opened_again(window: Window) -> None:
    placed(window)
    window.press(window.panel.track.track_button)
    window.viewer.window.remove_dock_widget(window.panel)  # what the dock's cross does
    settle(0.1)
    assert window.worker.jobs[0].told == ["cancel"]
    assert not window.viewer.window.dock_widgets
    assert len(window.viewer.layers) == 1
    _, panel = window.viewer.window.add_plugin_dock_widget("napari-cotracker", "CoTracker")
    settle(0.1)
    assert panel.desk.current.layer is window.viewer.layers[0]
    panel.close_all()


def test_what_is_selected_is_said_anew_for_another_film(window: Any) -> None:
    first = window.add()
    window.project.place(3, [[5, 5]], ("nose",))
    window.project.selection.set(window.session.ids)
    window.add(name="second")
    window.project.place(3, [[5, 5]], ("tail",))
    window.project.selection.set(window.session.ids)
    said = window.panel.inspect.selected
    assert said.text().startswith("tail")
    window.desk.choose(first)
    assert said.text().startswith("nose")


def test_two_viewers_do_not_know_of_each_other(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Window(make_napari_viewer, monkeypatch, show=False)
    second = Window(make_napari_viewer, monkeypatch, show=False)
    placed(first)
    second.add()
    assert len(second.session.ids) == 0
    first.project.go_to(5)
    assert second.project.frame != 5 or second.viewer.dims.point[0] != first.viewer.dims.point[0]
    second.desk.look.choose(colour_by="track")
    assert first.desk.look.values.colour_by == "confidence"
    first.close()
    second.close()


@pytest.fixture
def real(make_napari_viewer: Any) -> Iterator[Any]:
    """A panel with the real child process, over a real film."""
    viewer = make_napari_viewer()
    panel = show_panel(viewer)
    add_video(viewer, sample_clip("cells"))
    wait_until(lambda: panel.desk.current is not None and panel.desk.current.is_indexed)
    field = panel.track.form.fields["model"]
    field.setCurrentIndex(field.findData("lucas-kanade"))
    yield panel
    panel.close_all()
    settle()


def tracked(panel: Any) -> int:
    return int(np.isfinite(panel.desk.current.session.cells.xy).all(-1).sum())


def begin(panel: Any, count: int = 100) -> None:
    """A run that has begun to answer."""
    panel.desk.current.place(0, np.random.default_rng(1).uniform(40, 200, (count, 2)), placed=False)
    panel.track.start()
    wait_until(lambda: tracked(panel) > count, 90)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_killed_child_is_one_notification_and_the_next_run_works(real: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    notices: list[Any] = []
    monkeypatch.setattr("napari_cotracker.ui.panel.notify", lambda *given: notices.append(given))
    begin(real)
    os.kill(shared_worker().pid, signal.SIGKILL)
    wait_until(lambda: not real.desk.current.tracking.is_busy, 10)
    assert len(notices) == 1
    assert "9" in notices[0][0]
    kept = tracked(real)
    assert kept > 100
    assert real.desk.current.session.undo_label.startswith("track 100 points")
    notices[0][2]()
    wait_until(lambda: not real.desk.current.tracking.is_busy, 90)
    assert tracked(real) > kept
    assert len(notices) == 1


def test_stop_acts_and_keeps_what_is_done(real: Any) -> None:
    begin(real)
    real.track.stop()
    wait_until(lambda: not real.desk.current.tracking.is_busy, 3)
    assert tracked(real) > 100
    real.desk.current.session.undo()
    assert tracked(real) == 100


def test_a_film_that_is_deleted_in_mid_run_is_told_or_does_not_matter(make_napari_viewer: Any, tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    notices: list[Any] = []
    monkeypatch.setattr("napari_cotracker.ui.panel.notify", lambda *given: notices.append(given))
    film = tmp_path / "film.mp4"
    film.write_bytes(sample_clip("cells").read_bytes())
    viewer = make_napari_viewer()
    panel = show_panel(viewer)
    add_video(viewer, film)
    wait_until(lambda: panel.desk.current is not None and panel.desk.current.is_indexed)
    field = panel.track.form.fields["model"]
    field.setCurrentIndex(field.findData("lucas-kanade"))
    begin(panel)
    film.unlink()
    wait_until(lambda: not panel.desk.current.tracking.is_busy, 90)
    assert tracked(panel) > 100
    viewer.dims.set_current_step(0, 30)
    panel.close_all()


@pytest.mark.parametrize("way", ["viewer", "window"])
def test_closing_in_mid_run_leaves_nothing_behind(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch, way: str
                                                  ) -> None:
    window = Window(make_napari_viewer, monkeypatch, show=way == "window")
    session = placed(window).session
    window.press(window.panel.track.track_button)
    (job,) = window.worker.jobs
    job.answer(range(1, 5))
    settle(0.05)
    if way == "viewer":
        window.viewer.close()
    else:
        window.viewer.window._qt_window.close()
        del window.viewer.window._qt_window  # napari's fixture would close it once more
    settle(0.1)
    assert job.told == ["cancel"]
    assert not session.is_running()
    assert session.undo_label == "track 3 points both ways"
    job.answer(range(5, 9))
    job.finish(None, True)
    settle(0.05)


def test_an_array_in_memory_is_tracked_as_well(make_napari_viewer: Any) -> None:
    viewer = make_napari_viewer()
    panel = show_panel(viewer)
    noise = np.random.default_rng(0).integers(0, 255, (60, 80)).astype(np.float32)
    smooth = np.stack([np.roll(noise, t, axis=1) for t in range(12)])
    viewer.add_image(smooth, name="grey", contrast_limits=(0, 255))
    settle(0.1)
    field = panel.track.form.fields["model"]
    field.setCurrentIndex(field.findData("lucas-kanade"))
    panel.desk.current.place(0, [[30, 30]], placed=False)
    panel.track.start()
    wait_until(lambda: not panel.desk.current.tracking.is_busy, 60)
    assert tracked(panel) == 12
    np.testing.assert_allclose(panel.desk.current.session.cells.xy[4, 0], [34, 30], atol=0.2)
    panel.close_all()


def test_every_control_says_what_it_is(window: Window) -> None:
    """To whoever hears the window: by a name of its own, its text, or the label that belongs to it."""
    window.add()
    for part in window.panel.findChildren(Section):
        part.open()
    nameless = []
    for home in (window.panel, window.panel.timeline, window.panel.table):
        named = {label.buddy() for label in home.findChildren(QLabel)}
        for control in home.findChildren(QWidget):
            by_tab = control.focusPolicy() & Qt.FocusPolicy.TabFocus
            is_inner = control.objectName().startswith("qt_") or isinstance(control, QListView)  # of a spin box, a list
            text = control.text() if isinstance(control, QAbstractButton) else ""
            if by_tab and not (is_inner or control.accessibleName() or text or control in named):
                nameless.append((type(control).__name__, type(control.parentWidget()).__name__))
    assert not nameless
