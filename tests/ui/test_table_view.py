"""Keys in the rows of the table of tracks."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_cotracker.ui.docking import dock_of

from .doubts import FIRST, at, doubtful, looked_through
from .mouse import settle, wait_until
from .windows import Window


def in_the_rows(shown: Window) -> Any:
    """The rows with the keyboard at them, on the second track."""
    doubtful(shown)
    looked_through(shown)
    dock_of(shown.panel.table).raise_()  # type: ignore[union-attr]
    QApplication.setActiveWindow(shown.viewer.window._qt_window)
    view = shown.panel.table.view
    wait_until(lambda: view.isVisible() and view.model().rowCount() == 3)
    view.setFocus()
    view.selectRow(1)
    settle(0.05)
    assert shown.project.selection.one == 1
    return view


def test_return_goes_to_where_the_track_begins_and_approves_nothing(shown: Window) -> None:
    view = in_the_rows(shown)
    step = shown.session.undo_label
    shown.project.go_to(25)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert (shown.project.frame, shown.session.undo_label) == (0, step)


def test_letters_are_those_of_the_picture(shown: Window) -> None:
    view = in_the_rows(shown)
    QTest.keyClick(view, Qt.Key.Key_N)
    settle()
    assert at(shown) == FIRST
    view.selectRow(1)
    QTest.keyClick(view, Qt.Key.Key_O)
    assert shown.session.undo_label == "hide point 1, frame 16"
