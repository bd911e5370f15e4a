"""Three strips on one axis: they share the width, the keys and what is chosen."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from napari_cotracker.ui.scope import Scope
from napari_cotracker.ui.strips import Strips

from .timelines import ask_for_menu, make_scope


@pytest.fixture
def scope(qtbot: QtBot) -> Scope:
    return make_scope()


@pytest.fixture
def strips(qtbot: QtBot, scope: Scope) -> Strips:
    strips = Strips(scope)
    qtbot.addWidget(strips)
    strips.resize(900, 200)
    with qtbot.waitExposed(strips):
        strips.show()
    strips.activateWindow()
    return strips


def test_names_widen_the_gutter_within_limits(strips: Strips, scope: Scope) -> None:
    strips.fit_gutter(["a"])
    narrow = scope.gutter
    strips.fit_gutter(["a", "a rather long name of a track"])
    wide = scope.gutter
    strips.fit_gutter(["x" * 500])
    assert narrow < wide <= scope.gutter < 400
    assert scope.gutter % 4 == 0


def test_escape_lets_the_span_go_after_a_drag_on_the_ruler(qtbot: QtBot, strips: Strips, scope: Scope) -> None:
    """Through the window, which gives the focus to what is clicked."""
    qtbot.waitUntil(strips.isActiveWindow)
    window, left, none = strips.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    start, end = (strips.ruler.mapTo(strips, QPoint(round(strips.ruler.x_of(frame + 0.5)), 8)) for frame in (12, 30))
    QTest.mousePress(window, left, none, start)
    for share in (0.5, 1.0):
        QTest.mouseMove(window, start + (end - start) * share)
    QTest.mouseRelease(window, left, none, end)
    qtbot.waitUntil(lambda: scope.span.frames == range(12, 31))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: scope.span.frames is None)
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: scope.frame == 1)


def test_the_right_button_asks_for_the_menu(qtbot: QtBot, strips: Strips) -> None:
    place = strips.heatmap.mapTo(strips, QPoint(round(strips.heatmap.x_of(20.5)), 8))
    with qtbot.waitSignal(strips.menu_requested):
        QTest.mouseClick(strips.windowHandle(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)


def test_every_strip_asks_for_the_menu_at_the_mouse(qtbot: QtBot, strips: Strips, scope: Scope) -> None:
    scope.span.choose(12, 30)
    for strip in (strips.ruler, strips.heatmap, strips.curve):
        scope.set_frame(3)
        for frame, shown in ((20, 3), (35, 35)):
            place = QPoint(round(strip.x_of(frame + 0.5)), 4)
            with qtbot.waitSignal(strips.menu_requested) as heard:
                ask_for_menu(strip, place)
            assert heard.args == [strip.mapToGlobal(place)]
            assert scope.frame == shown, "within the span the frame stays, elsewhere it is what was clicked"
        assert scope.span.frames == range(12, 31)


def test_scroll_bars_show_what_is_shown(strips: Strips, scope: Scope) -> None:
    scope.show_time(scope.time.zoomed(0.5, 0))
    assert strips.time_bar.isVisible()
    strips.time_bar.setValue(strips.time_bar.maximum())
    assert scope.time.at(1) == pytest.approx(40)
