"""The timeline as a whole: a session comes, changes and goes; the user clicks, and the window hears of it."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QColor, QHelpEvent, QPalette
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QToolTip

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.editing.editor import Editor
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.timeline import Timeline

from .timelines import ask_for_menu, cell, colour, make_session, make_timeline, turn_wheel


def update_of(session: Session, frames: range, score: float) -> TrackUpdate:
    shape = (len(frames), len(session.ids))
    scores = np.full(shape, score, np.float32)
    return TrackUpdate(np.array(frames), session.ids, np.full((*shape, 2), 9, np.float32), np.ones_like(scores),
                       scores, 0.5)


def click(timeline: Timeline, row: int, frame: int,
          keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(timeline.heatmap, Qt.MouseButton.LeftButton, keys, cell(timeline, row, frame))


def test_a_click_goes_to_the_frame_and_selects_the_track(qtbot: QtBot) -> None:
    timeline, selection = make_timeline(qtbot, make_session())
    with qtbot.waitSignal(timeline.frame_requested) as heard:
        click(timeline, 0, 12)
    assert heard.args == [12]
    assert selection.ids.tolist() == [1], "the doubtful one is on top"
    click(timeline, 2, 12, Qt.KeyboardModifier.ControlModifier)
    assert len(selection) == 2
    click(timeline, 4, 12, Qt.KeyboardModifier.ShiftModifier)
    assert sorted(selection.ids) == sorted(timeline.visible_order[2:5])


def test_setting_the_frame_is_not_asking_for_it(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    with qtbot.assertNotEmitted(timeline.frame_requested):
        timeline.set_frame(30)
    x = round(timeline.heatmap.x_of(30.5))
    assert colour(timeline.heatmap, QPoint(x, 40)).lightness() > 200


@pytest.mark.parametrize(("order", "first"), [("worst first", 1), ("id", 0), ("position", 0), ("name", 0)])
def test_rows_are_in_the_order_that_was_chosen(qtbot: QtBot, order: str, first: int) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    timeline.bar.order_box.setCurrentText(order)
    assert timeline.visible_order[0] == first
    assert sorted(timeline.visible_order) == list(range(5))


def test_the_other_score_has_other_colours(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    before = colour(timeline.heatmap, cell(timeline, 0, 20))
    timeline.bar.quantity_box.setCurrentText("visibility")
    row = timeline.visible_order.tolist().index(1)
    assert colour(timeline.heatmap, cell(timeline, row, 20)) != before


def test_only_selected_tracks_if_one_wants(qtbot: QtBot) -> None:
    timeline, selection = make_timeline(qtbot, make_session())
    timeline.bar.only_box.setChecked(True)
    assert len(timeline.visible_order) == 0
    assert "selected" in timeline.heatmap.message
    selection.set([1, 3])
    assert timeline.visible_order.tolist() == [1, 3]
    click(timeline, 1, 8)
    assert selection.ids.tolist() == [1, 3], "a click does not take the other away"
    timeline.bar.only_box.setChecked(False)
    assert len(timeline.visible_order) == 5


def test_the_curve_is_there_for_exactly_one_track(qtbot: QtBot) -> None:
    timeline, selection = make_timeline(qtbot, make_session())
    for ids, there in (([], False), ([2], True), ([2, 3], False), ([99], False)):
        selection.set(ids)
        assert timeline.curve.isVisible() == there
    selection.set([2])
    QApplication.processEvents()
    assert timeline.curve.plot().left() == timeline.heatmap.plot().left() == timeline.ruler.plot().left()
    assert timeline.curve.plot().width() == timeline.heatmap.plot().width() == timeline.ruler.plot().width()


def test_points_that_come_are_rows_at_once(qtbot: QtBot) -> None:
    session = make_session()
    timeline, selection = make_timeline(qtbot, session)
    (new,) = session.add_points(7, [[30, 30]], names=["nose"])
    assert new in timeline.visible_order
    row = timeline.visible_order.tolist().index(new)
    assert colour(timeline.heatmap, cell(timeline, row, 20)) == timeline.scope.shades.empty
    assert colour(timeline.heatmap, cell(timeline, row, 7)).lightness() > 240, "its anchor"
    selection.set([new])
    session.delete([new])
    assert new not in timeline.visible_order
    assert not timeline.curve.isVisible()
    session.undo()
    assert new in timeline.visible_order
    session.rename(0, "a name that is a good deal longer")
    assert timeline.scope.gutter > 80


def test_an_edit_of_one_cell_moves_no_row(qtbot: QtBot) -> None:
    session = make_session()
    timeline, _ = make_timeline(qtbot, session)
    before = timeline.visible_order.tolist()
    run = session.begin_run("correct", [0])
    run.write(update_of(session, range(5, 6), 0.0))
    run.close()
    QTest.qWait(150)
    assert timeline.visible_order.tolist() == before


def test_edits_of_chosen_frames_move_no_row(qtbot: QtBot) -> None:
    session = make_session()
    timeline, _ = make_timeline(qtbot, session)
    before = timeline.visible_order.tolist()
    timeline.span.choose(5, 20)
    Editor(session).clear(1, range(5, 21))
    Editor(session).clear(1, range(40))
    assert timeline.visible_order.tolist() == before
    timeline.span.clear()
    session.undo()
    session.redo()
    assert timeline.visible_order.tolist() != before


def test_a_span_goes_with_the_session(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    timeline.span.choose(5, 20)
    timeline.show_session(make_session(3, 20), Selection())
    assert timeline.span.frames is None


def test_a_right_click_selects_a_row_that_is_not_selected(qtbot: QtBot) -> None:
    timeline, selection = make_timeline(qtbot, make_session())
    asked: list[QPoint] = []
    timeline.menu_requested.connect(asked.append)
    for row, chosen in ((2, [2]), (3, [3])):
        ask_for_menu(timeline.heatmap, cell(timeline, row, 12))
        assert selection.ids.tolist() == [timeline.visible_order[chosen[0]]]
    selection.set([0, 1, 2])
    ask_for_menu(timeline.heatmap, cell(timeline, timeline.visible_order.tolist().index(1), 12))
    assert selection.ids.tolist() == [0, 1, 2]
    assert len(asked) == 3


def test_a_run_fills_in_and_rows_move_when_it_ends(qtbot: QtBot) -> None:
    session = make_session()
    timeline, _ = make_timeline(qtbot, session)
    before = timeline.visible_order.tolist()
    timeline.set_running(range(10, 18))
    run = session.begin_run("track", [4])
    run.write(update_of(session, range(10, 40), 0.0))
    row, table = before.index(4), timeline.scope.shades.table()
    qtbot.waitUntil(lambda: colour(timeline.heatmap, cell(timeline, row, 20)).rgb() == table[255], timeout=2000)
    assert timeline.visible_order.tolist() == before
    (new,) = session.add_points(7, [[30, 30]])
    assert timeline.visible_order.tolist() == [new, *before]
    run.close()
    timeline.set_running(None)
    assert timeline.visible_order[:2].tolist() == [1, 4]


def test_repaints_are_few_while_a_run_streams(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session = make_session()
    timeline, _ = make_timeline(qtbot, session)
    shown: list[int] = []
    original = timeline.heatmap.show_frames
    monkeypatch.setattr(timeline.heatmap, "show_frames", lambda frames: (shown.append(len(frames)), original(frames)))
    run = session.begin_run("track", session.ids)
    for frame in range(30):
        run.write(update_of(session, range(frame, frame + 1), 0.3))
    assert len(shown) <= 1
    qtbot.waitUntil(lambda: sum(shown) == 30, timeout=2000)
    session.add_points(3, [[1, 1]])
    count = len(shown)
    run.write(update_of(session, range(33, 34), 0.3))
    assert len(shown) == count, "the user's point was at once, the run's window waits"
    run.close()


def test_another_session_takes_over(qtbot: QtBot) -> None:
    first, second = make_session(), make_session(3, 20)
    timeline, selection = make_timeline(qtbot, first)
    timeline.show_session(second, Selection(), range(101, 121))
    first.add_points(3, [[1, 1]])
    selection.set([1])
    assert len(timeline.visible_order) == 3
    assert not timeline.curve.isVisible()
    assert timeline.scope.numbers[0] == 101
    assert timeline.scope.time.total == 20
    timeline.show_session(None, None)
    second.add_points(3, [[1, 1]])
    assert len(timeline.visible_order) == 0


def test_a_clip_that_turns_out_longer_is_shown_in_full(qtbot: QtBot) -> None:
    session = make_session()
    timeline, _ = make_timeline(qtbot, session)
    session.set_length(60)
    timeline.refresh()
    assert timeline.scope.time.total == 60
    assert timeline.scope.time.is_whole
    assert colour(timeline.heatmap, cell(timeline, 0, 50)) == timeline.scope.shades.empty
    session.set_length(10)
    timeline.refresh()
    timeline.grab()


def test_it_is_forgotten_when_it_is_gone(qtbot: QtBot) -> None:
    session, selection, timeline = make_session(), Selection(), Timeline()
    timeline.show_session(session, selection)
    seen = weakref.ref(timeline)
    timeline.deleteLater()
    QApplication.sendPostedEvents(None, 52)
    session.add_points(3, [[1, 1]])
    selection.set([1])
    del timeline
    gc.collect()
    assert seen() is None
    session.delete([1])


def test_arrows_walk_through_tracks_and_frames(qtbot: QtBot) -> None:
    timeline, selection = make_timeline(qtbot, make_session(60))
    timeline.heatmap.setFocus()
    for _ in range(3):
        QTest.keyClick(timeline.heatmap, Qt.Key.Key_Down)
    assert selection.one == timeline.visible_order[2]
    turn_wheel(timeline.heatmap, QPoint(600, 10), 9, Qt.KeyboardModifier.ControlModifier)
    assert timeline.strips.row_bar.isVisible()
    for _ in range(40):
        QTest.keyClick(timeline.heatmap, Qt.Key.Key_Down)
    rows = timeline.heatmap.rows
    assert rows.start <= 42 < rows.start + rows.length


def test_scroll_bars_come_with_the_zoom(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    assert not timeline.strips.time_bar.isVisible()
    turn_wheel(timeline.heatmap, QPoint(600, 10), 3)
    assert timeline.strips.time_bar.isVisible()
    timeline.strips.time_bar.setValue(timeline.strips.time_bar.maximum())
    assert timeline.scope.time.at(1) == pytest.approx(40)


def test_hovering_tells_of_a_cell(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    place = cell(timeline, 0, 12)
    on_screen = timeline.heatmap.mapToGlobal(place)
    QApplication.sendEvent(timeline.heatmap, QHelpEvent(QHelpEvent.Type.ToolTip, place, on_screen))
    qtbot.waitUntil(lambda: "point 1" in QToolTip.text() and "confidence 0.10" in QToolTip.text())
    QToolTip.hideText()


def test_help_is_passed_on(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    with qtbot.waitSignal(timeline.help_requested):
        QTest.mouseClick(timeline.bar.help_button, Qt.MouseButton.LeftButton)


def test_it_says_what_to_do_when_there_is_nothing(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot)
    assert "Open a video" in timeline.heatmap.message
    timeline.show_session(Session(40, (200, 100)), Selection())
    assert "Place a point" in timeline.heatmap.message
    timeline.grab()


def test_another_theme_is_followed(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    dark = colour(timeline.heatmap, QPoint(2, 2))
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(235, 231, 230))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(30, 30, 33))
    timeline.setPalette(palette)
    QApplication.processEvents()
    light = colour(timeline.heatmap, QPoint(2, 2))
    assert dark.lightness() < 60
    assert light.lightness() > 200
    assert timeline.scope.shades.text.lightness() < 60


def test_a_large_session_is_shown_in_parts(qtbot: QtBot) -> None:
    session = make_session(600, 500)
    timeline, _ = make_timeline(qtbot, session)
    qtbot.waitUntil(lambda: not timeline._heat.is_stale, timeout=10_000)
    assert timeline.visible_order[0] == 1


def test_larger_letters_of_a_style_sheet_are_followed(qtbot: QtBot) -> None:
    timeline, _ = make_timeline(qtbot, make_session())
    before = timeline.ruler.height(), timeline.scope.gutter
    timeline.setStyleSheet("QLabel { font-size: 14pt }")
    qtbot.waitUntil(lambda: timeline.ruler.height() > before[0] and timeline.scope.gutter > before[1])
    assert timeline.bar.legend.font().pointSizeF() == 14
