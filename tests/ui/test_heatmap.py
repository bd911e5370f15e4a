"""The heat map as it is painted, and its mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QHelpEvent, QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QToolTip

from napari_cotracker.core.heat import BEST, NOT_TRACKED, OCCLUDED, PLACED, Heat
from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.heatmap import HeatMap

from .timelines import colour, make_scope, turn_wheel


def make_heat(n_tracks: int = 4, n_frames: int = 40) -> Heat:
    heat = Heat(np.arange(n_tracks) + 10, n_frames)
    heat.codes[:] = BEST
    heat.codes[1, 20:] = OCCLUDED
    heat.codes[2, :10] = NOT_TRACKED
    heat.codes[2, 10:] = 200
    return heat


def show(heatmap: HeatMap, heat: Heat, order: np.ndarray | None = None) -> None:
    count = len(heat.ids)
    heatmap.show_tracks(heat, np.arange(count) if order is None else order, [f"point {k}" for k in range(count)],
                        np.zeros(count, np.int64))


@pytest.fixture
def heatmap(qtbot: QtBot) -> HeatMap:
    heatmap = HeatMap(make_scope())
    qtbot.addWidget(heatmap)
    heatmap.resize(900, 120)
    show(heatmap, make_heat())
    with qtbot.waitExposed(heatmap):
        heatmap.show()
    heatmap.repaint()
    return heatmap


def cell(heatmap: HeatMap, row: float, frame: float) -> QPoint:
    return QPoint(round(heatmap.x_of(frame + 0.5)), round(heatmap.y_of(row + 0.5)))


def shown(heatmap: HeatMap, row: float, frame: float) -> QColor:
    return colour(heatmap, cell(heatmap, row, frame))


def test_cells_have_the_colours_of_their_codes(heatmap: HeatMap) -> None:
    table, shades = heatmap.scope.shades.table(), heatmap.scope.shades
    assert shown(heatmap, 0, 5).rgb() == table[BEST]
    assert shown(heatmap, 1, 25) == shades.occluded
    assert shown(heatmap, 2, 5) == shades.empty
    assert shown(heatmap, 2, 15).rgb() == table[200]


def test_rows_follow_the_order(heatmap: HeatMap) -> None:
    show(heatmap, heatmap.heat, np.array([2, 1]))
    assert shown(heatmap, 0, 5) == heatmap.scope.shades.empty
    assert shown(heatmap, 1, 25) == heatmap.scope.shades.occluded


def test_new_frames_are_painted_without_the_rest(heatmap: HeatMap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heatmap._picture, "render", lambda *_, **__: pytest.fail("all was painted"))
    heatmap.heat.codes[:, 30:34] = 255
    heatmap.show_frames(np.arange(30, 34))
    assert shown(heatmap, 0, 31).rgb() == heatmap.scope.shades.table()[255]
    assert shown(heatmap, 0, 29).rgb() == heatmap.scope.shades.table()[BEST]


def test_anchors_are_diamonds_of_their_own_lightness(heatmap: HeatMap) -> None:
    heat = make_heat()
    heat.said[[2, 0], [15, 7]] = PLACED
    show(heatmap, heat)
    assert shown(heatmap, 2, 15).lightness() > 240
    assert shown(heatmap, 0, 7).lightness() > 240
    show(heatmap, heatmap.heat, np.array([1, 3]))
    assert shown(heatmap, 0, 15).lightness() < 240


def test_in_a_crowd_only_corrections_are_diamonds(heatmap: HeatMap) -> None:
    heat = make_heat(400)
    heat.said[:400, 0] = heat.said[200, 30] = PLACED
    heatmap.scope.set_frame(20)
    show(heatmap, heat)
    assert shown(heatmap, 200, 30).lightness() > 240
    assert shown(heatmap, 300, 0).rgb() == heatmap.scope.shades.table()[BEST]


def test_the_worst_is_seen_among_thousands(heatmap: HeatMap) -> None:
    heat = make_heat(5000, 40)
    heat.codes[:] = BEST
    heat.codes[3210, 12] = 255
    show(heatmap, heat)
    assert shown(heatmap, 3210, 12).rgb() == heatmap.scope.shades.table()[255]


def test_selected_rows_are_framed_and_named(heatmap: HeatMap) -> None:
    before = heatmap.grab().toImage()
    heatmap.show_selected(np.array([False, True, True, False]))
    assert heatmap.grab().toImage() != before
    edge = QPoint(round(heatmap.x_of(5)), round(heatmap.y_of(1)) - 1)
    assert max(colour(heatmap, edge + QPoint(0, dy)).lightness() for dy in (-1, 0, 1)) > 200


def test_the_rows_of_a_few_tracks_do_not_grow_huge(heatmap: HeatMap) -> None:
    show(heatmap, make_heat(3), np.arange(1))
    assert heatmap.plot().height() < 40
    assert colour(heatmap, QPoint(400, 100)) == heatmap.scope.shades.window


def test_clicks_name_row_and_keys(heatmap: HeatMap, qtbot: QtBot) -> None:
    with qtbot.waitSignals([heatmap.row_pressed, heatmap.frame_requested]):
        QTest.mouseClick(heatmap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier,
                         cell(heatmap, 2, 11))
    with qtbot.assertNotEmitted(heatmap.row_pressed):
        QTest.mouseClick(heatmap, Qt.MouseButton.LeftButton, pos=QPoint(400, 118))


def test_dragging_selects_nothing_more(heatmap: HeatMap) -> None:
    rows: list[int] = []
    heatmap.row_pressed.connect(lambda row, keys: rows.append(row))
    QTest.mousePress(heatmap, Qt.MouseButton.LeftButton, pos=cell(heatmap, 0, 5))
    QTest.mouseMove(heatmap, cell(heatmap, 2, 9))
    QTest.qWait(1)
    QTest.mouseRelease(heatmap, Qt.MouseButton.LeftButton, pos=cell(heatmap, 2, 9))
    assert rows == [0]
    assert heatmap.scope.frame == 9


def test_ctrl_and_wheel_zooms_rows(heatmap: HeatMap, qtbot: QtBot) -> None:
    show(heatmap, make_heat(300))
    with qtbot.waitSignal(heatmap.rows_changed):
        turn_wheel(heatmap, QPoint(400, 60), 4, Qt.KeyboardModifier.ControlModifier)
    assert heatmap.rows.length < 300
    assert heatmap.scope.time.is_whole
    turn_wheel(heatmap, QPoint(400, 60), 40, Qt.KeyboardModifier.ControlModifier)
    assert heatmap.plot().height() == pytest.approx(120, abs=1), "rows never leave a gap when zoomed"
    QTest.mouseDClick(heatmap, Qt.MouseButton.LeftButton, pos=QPoint(400, 60))
    assert heatmap.rows.is_whole


def test_the_middle_button_pans_rows(heatmap: HeatMap) -> None:
    show(heatmap, make_heat(300))
    heatmap.show_rows(Axis(300, 100, 60))
    QTest.mousePress(heatmap, Qt.MouseButton.MiddleButton, pos=QPoint(400, 80))
    QTest.mouseMove(heatmap, QPoint(400, 60))
    QTest.qWait(1)
    QTest.mouseRelease(heatmap, Qt.MouseButton.MiddleButton, pos=QPoint(400, 60))
    assert heatmap.rows.start == pytest.approx(110)


@pytest.mark.parametrize(("key", "frame"), [
    (Qt.Key.Key_Left, 19), (Qt.Key.Key_Right, 21), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 39),
    (Qt.Key.Key_PageUp, 10), (Qt.Key.Key_PageDown, 30)])
def test_keys_go_through_frames(heatmap: HeatMap, qtbot: QtBot, key: Qt.Key, frame: int) -> None:
    heatmap.scope.set_frame(20)
    with qtbot.waitSignal(heatmap.frame_requested) as heard:
        QTest.keyClick(heatmap, key)
    assert heard.args == [frame]


def test_keys_go_through_rows_and_others_pass(heatmap: HeatMap, qtbot: QtBot) -> None:
    with qtbot.waitSignal(heatmap.row_stepped) as heard:
        QTest.keyClick(heatmap, Qt.Key.Key_Down)
    assert heard.args == [1]
    with qtbot.assertNotEmitted(heatmap.frame_requested):
        QTest.keyClick(heatmap, Qt.Key.Key_Space)


def test_a_tooltip_tells_of_the_cell(heatmap: HeatMap, qtbot: QtBot) -> None:
    asked: list[tuple[int, int]] = []

    def show_tip(row: int, frame: int, on_screen: QPoint) -> None:
        asked.append((row, frame))
        QToolTip.showText(on_screen, "a cell", heatmap)

    heatmap.hovered.connect(show_tip)
    place = cell(heatmap, 1, 12)
    QApplication.sendEvent(heatmap, QHelpEvent(QHelpEvent.Type.ToolTip, place, heatmap.mapToGlobal(place)))
    assert asked == [(1, 12)]
    qtbot.waitUntil(lambda: QToolTip.text() == "a cell")
    further = cell(heatmap, 1, 14)
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(heatmap, QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(further), QPointF(heatmap.mapToGlobal(further)), none, none,
        Qt.KeyboardModifier.NoModifier))
    assert asked[-1] == (1, 14)
    QToolTip.hideText()


def test_without_tracks_it_says_what_to_do(heatmap: HeatMap) -> None:
    heatmap.message = "Place a point"
    show(heatmap, Heat(np.zeros(0, np.int64), 40))
    image = heatmap.grab().toImage()
    lit = [x for x in range(image.width()) for y in range(40, 80) if image.pixelColor(x, y).lightness() > 90]
    assert lit
    assert abs(np.mean([min(lit), max(lit)]) - heatmap.width() / 2) < 30
