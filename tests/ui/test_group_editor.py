"""The field in which a group is typed, in the table as it is shown."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QLineEdit

from napari_cotracker.ui.table_model import GROUP

from .mouse import settle
from .test_table import Bench, bench

__all__ = ["bench"]


def editor_of(bench: Bench) -> QLineEdit:
    return bench.view.viewport().findChild(QLineEdit)


def test_it_says_for_how_many_tracks_it_is(bench: Bench) -> None:
    bench.selection.set([1, 2, 4])
    QTest.mouseClick(bench.table.group_button, Qt.MouseButton.LeftButton)
    settle()
    assert editor_of(bench).placeholderText() == "group of 3 tracks"
    bench.type("ear")
    bench.double_click(3, GROUP)
    assert editor_of(bench).placeholderText() == "group of 1 track"


def test_it_offers_the_groups_that_there_are(bench: Bench) -> None:
    bench.double_click(4, GROUP)
    known = editor_of(bench).completer()
    QTest.keyClicks(editor_of(bench), "M")
    assert [known.currentCompletion(), known.completionCount()] == ["mouse", 1]
    bench.type("rat")
    assert bench.session.rows[4].group == "rat"
