"""Sliders: by the keyboard, one stop of it, with a name."""

from __future__ import annotations

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from .mouse import settle
from .windows import Window


@pytest.mark.parametrize(("section", "name", "low"), [("inspect", "hide_below", 0.0), ("correct", "quality", 0.5)])
def test_a_slider_is_one_stop_of_the_keyboard_and_hears_it(shown: Window, section: str, name: str, low: float) -> None:
    shown.add()
    slider = getattr(getattr(shown.panel, section), name)
    QApplication.setActiveWindow(shown.viewer.window._qt_window)
    slider.setFocus()
    settle(0.05)
    at = QApplication.focusWidget()
    assert at.accessibleName(), "a reader of the screen says what it is"
    before = slider.value()
    QTest.keyClick(at, Qt.Key.Key_Right)
    assert slider.value() == pytest.approx(before + 0.05)
    QTest.keyClick(at, Qt.Key.Key_PageDown)
    assert slider.value() == pytest.approx(max(before - 0.05, low))
    QTest.keyClick(at, Qt.Key.Key_Home)
    assert slider.value() == low
    QTest.keyClick(at, Qt.Key.Key_Tab)
    assert not slider.isAncestorOf(QApplication.focusWidget()), "it is one stop, not two"
