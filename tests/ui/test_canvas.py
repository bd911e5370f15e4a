"""One time axis, one playhead, the same mouse everywhere."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QRectF, Qt
from qtpy.QtGui import QPainter
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.canvas import Canvas

from .timelines import make_scope, turn_wheel


class Counting(Canvas):
    """Counts how often it paints what stands still."""

    drawn = 0

    def draw(self, painter: QPainter) -> None:
        self.drawn += 1


@pytest.fixture
def canvas(qtbot: QtBot) -> Counting:
    canvas = Counting(make_scope())
    qtbot.addWidget(canvas)
    canvas.resize(888, 60)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.repaint()
    canvas.drawn = 0
    return canvas


def at(canvas: Canvas, frame: float) -> QPoint:
    return QPoint(round(canvas.x_of(frame + 0.5)), 30)


def test_a_click_goes_to_a_frame(canvas: Counting, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.frame_requested) as heard:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 17))
    assert heard.args == [17]
    assert canvas.scope.frame == 17


def test_a_drag_scrubs_and_stops_at_the_ends(canvas: Counting) -> None:
    heard: list[int] = []
    canvas.frame_requested.connect(heard.append)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 36))
    for frame in (37, 37, 38, 60, 70):
        QTest.mouseMove(canvas, at(canvas, frame))
        QTest.qWait(1)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(canvas, 70))
    assert heard == [36, 37, 38, 39]


def test_moving_the_playhead_does_not_paint_the_rest_again(canvas: Counting) -> None:
    canvas.scope.set_frame(20)
    QApplication.processEvents()
    assert canvas.drawn == 0
    line = canvas.grab().toImage().pixelColor(at(canvas, 20) * canvas.devicePixelRatioF())
    assert line.lightness() > 150


def test_a_part_can_be_painted_again(canvas: Counting) -> None:
    canvas.redraw_part(QRectF(100, 0, 10, 60))
    assert canvas.drawn == 1
    canvas.redraw()
    QApplication.processEvents()
    assert canvas.drawn == 2


def test_the_wheel_zooms_around_the_cursor(canvas: Counting) -> None:
    turn_wheel(canvas, at(canvas, 10), 3)
    assert canvas.scope.time.length < 40
    assert canvas.frame_at(at(canvas, 10).x()) == 10
    turn_wheel(canvas, at(canvas, 10), -9)
    assert canvas.scope.time.is_whole


def test_shift_and_wheel_pans(canvas: Counting) -> None:
    canvas.scope.show_time(Axis(40, 10, 10))
    turn_wheel(canvas, QPoint(400, 30), -2, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.scope.time == Axis(40, 12, 10)


def test_the_middle_button_pans(canvas: Counting) -> None:
    canvas.scope.show_time(Axis(40, 10, 10))
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(400, 30))
    QTest.mouseMove(canvas, QPoint(320, 30))
    QTest.qWait(1)
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(320, 30))
    assert canvas.scope.time.start == pytest.approx(11, abs=0.05)
    assert canvas.scope.frame == 0


def test_a_double_click_shows_everything(canvas: Counting) -> None:
    canvas.scope.show_time(Axis(40, 10, 10))
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 30))
    assert canvas.scope.time.is_whole


def test_without_a_clip_nothing_is_asked_for(canvas: Counting, qtbot: QtBot) -> None:
    canvas.scope.set_length(0)
    with qtbot.assertNotEmitted(canvas.frame_requested):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 30))
        turn_wheel(canvas, QPoint(300, 30), 2)
    canvas.grab()
