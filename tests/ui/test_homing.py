"""The keyboard is the picture's again after the mouse has used a control, and after a field is done with."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QCheckBox, QComboBox

from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.sections import bring_into_view

from .doubts import FIRST, at, doubtful, looked_through
from .mouse import settle
from .windows import Window

LEFT = Qt.MouseButton.LeftButton


def begun(shown: Window) -> Any:
    """The window with doubtful tracks, the keyboard at the picture; gives that."""
    doubtful(shown)
    looked_through(shown)
    QApplication.setActiveWindow(shown.viewer.window._qt_window)
    picture = shown.viewer.window._qt_viewer.canvas.native
    picture.setFocus()
    settle(0.05)
    return picture


def press(widget: Any) -> None:
    """Click on a widget of the panel where it is seen: this goes the way of the system's own events."""
    bring_into_view(widget)
    settle(0.1)
    window, middle = widget.window(), widget.rect().center()
    place = QPoint(8, middle.y()) if isinstance(widget, QCheckBox) else middle  # of which only box and text hear clicks
    QTest.mouseClick(window.windowHandle(), LEFT, pos=widget.mapTo(window, place))
    settle(0.05)


def type_key(name: Any) -> None:
    """Press a key, wherever the keyboard is."""
    QTest.keyClick(QApplication.focusWidget(), name)
    settle(0.05)


def test_a_click_on_a_button_leaves_arrows_and_space_to_the_picture(shown: Window) -> None:
    picture = begun(shown)
    press(shown.panel.correct.next_button)
    assert (at(shown), QApplication.focusWidget()) == (FIRST, picture)
    type_key(Qt.Key.Key_Right)
    assert shown.project.frame == FIRST[1] + 1
    press(shown.panel.place.tool_buttons[Tool.PLACE])
    assert shown.desk.tool is Tool.PLACE
    type_key(Qt.Key.Key_Right)
    assert shown.desk.tool is Tool.PLACE, "the next tool was taken"
    press(shown.panel.undo_button)
    done = shown.session.undo_label
    type_key(Qt.Key.Key_Space)
    assert shown.session.undo_label == done, "Space did it once more"


def test_a_click_on_a_box_or_a_slider_too(shown: Window) -> None:
    picture = begun(shown)
    section = shown.panel.inspect
    for widget in (section.rings, section.hide_below._slider, shown.panel.timeline.bar.only_box):
        press(widget)
        assert QApplication.focusWidget() is picture
    assert not section.rings.isChecked()


def test_a_list_that_was_chosen_from_with_the_mouse(shown: Window) -> None:
    picture = begun(shown)
    box = shown.panel.inspect.colour_by
    press(box)
    popup = QApplication.activePopupWidget()
    assert popup is not None, "it is open"
    box.setCurrentIndex(1)
    box.hidePopup()
    settle(0.05)
    assert QApplication.focusWidget() is picture
    type_key(Qt.Key.Key_N)
    assert at(shown) == FIRST


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_a_field_that_is_done_with(shown: Window, end: Any) -> None:
    picture = begun(shown)
    shown.project.selection.set([1])
    steps = len(shown.session.steps)
    field = shown.panel.place.columns
    press(field)
    assert QApplication.focusWidget() is field, "it is there to be typed in"
    QTest.keyClicks(field, "1")
    type_key(end)
    assert QApplication.focusWidget() is picture
    assert (len(shown.session.steps), shown.project.selection.one) == (steps, 1), "nothing else was meant by it"
    type_key(Qt.Key.Key_N)
    assert at(shown) == FIRST


def test_who_comes_by_tab_stays(shown: Window) -> None:
    begun(shown)
    for widget in (shown.panel.correct.next_button, shown.panel.inspect.colour_by):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        settle(0.05)
        type_key(Qt.Key.Key_Down if isinstance(widget, QComboBox) else Qt.Key.Key_Space)
        assert QApplication.focusWidget() is widget
    assert at(shown) == FIRST
    assert shown.panel.inspect.colour_by.currentIndex() == 1
    type_key(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is shown.viewer.window._qt_viewer.canvas.native


def test_f6_leads_from_the_picture_round_all_that_is_ours_and_back(shown: Window) -> None:
    picture, panel = begun(shown), shown.panel
    type_key(Qt.Key.Key_F6)
    assert panel.isAncestorOf(QApplication.focusWidget())
    panel.inspect.colour_by.setFocus()
    type_key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is panel.timeline.heatmap
    type_key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is picture
    type_key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is panel.inspect.colour_by, "one goes on where one was"
    for stop in (picture, panel.timeline.heatmap, panel.inspect.colour_by):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
        settle(0.05)
        assert QApplication.focusWidget() is stop


def test_f6_is_heard_before_there_is_a_film_and_no_more_once_the_panel_is_closed(shown: Window) -> None:
    window = shown.viewer.window._qt_window
    QApplication.setActiveWindow(window)
    picture = shown.viewer.window._qt_viewer.canvas.native
    picture.setFocus()
    settle(0.05)
    type_key(Qt.Key.Key_F6)
    assert QApplication.focusWidget().accessibleName() == "Video", "the first control there is"
    picture.setFocus()
    shown.close()
    type_key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is picture
