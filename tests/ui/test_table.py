"""The table of tracks under real clicks and keys."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLineEdit

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.table import TracksTable
from napari_cotracker.ui.table_model import GROUP, NAME

from .mouse import settle, wait_until
from .test_table_model import N, T, some_session
from .timelines import ask_for_menu

LEFT = Qt.MouseButton.LeftButton


class Bench:
    """A table that is shown, and what it shows."""

    def __init__(self, qtbot: Any, session: Session) -> None:
        self.session, self.selection, self.table = session, Selection(), TracksTable()
        qtbot.addWidget(self.table)
        self.table.resize(700, 300)
        self.table.show_session(session, self.selection)
        self.table.show()
        self.view, self.model = self.table.view, self.table.model
        self.settle()

    def settle(self) -> None:
        wait_until(lambda: not self.table._timer.isActive())
        settle()

    def place(self, row: int, column: int = 0) -> QPoint:
        return self.view.visualRect(self.model.index(row, column)).center()

    def click(self, row: int, column: int = 0, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, self.place(row, column))
        settle()

    def double_click(self, row: int, column: int) -> None:
        self.click(row, column)
        QTest.mouseDClick(self.view.viewport(), LEFT, pos=self.place(row, column))
        settle()

    def type(self, text: str) -> None:
        """Into the inline editor, and Return."""
        editor = self.view.viewport().findChild(QLineEdit)
        editor.selectAll()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        self.settle()

    @property
    def names(self) -> list[str]:
        return [self.model.data(self.model.index(row, NAME)) for row in range(self.model.rowCount())]

    @property
    def selected(self) -> list[int]:
        return sorted({index.row() for index in self.view.selectionModel().selectedIndexes()})


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench(qtbot, some_session())


def test_selection_is_one(bench: Bench) -> None:
    bench.click(1)
    assert bench.selection.ids.tolist() == [1]
    bench.click(3, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert bench.selection.ids.tolist() == [1, 2, 3]
    bench.click(2, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert bench.selection.ids.tolist() == [1, 3]
    bench.selection.set([0, 4])
    assert bench.selected == [0, 4]
    bench.selection.set([])
    assert bench.selected == []


def test_selection_survives_sorting_filtering_and_changes(bench: Bench) -> None:
    bench.selection.set([1, 2])
    bench.view.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    assert bench.model.ids[bench.selected].tolist() == [2, 1]
    bench.table.filter_field.setText("paw 9")
    assert bench.model.ids[bench.selected].tolist() == [2]
    assert bench.selection.ids.tolist() == [1, 2], "a filter hides, it does not deselect"
    bench.table.filter_field.clear()
    bench.session.delete([0])
    bench.settle()
    assert sorted(bench.model.ids[bench.selected].tolist()) == [1, 2]


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])  # a Mac's key of that name is the latter
def test_delete_key_and_button(bench: Bench, key: Qt.Key) -> None:
    bench.click(1)
    bench.view.setFocus()
    QTest.keyClick(bench.view, key)
    bench.settle()
    assert bench.session.ids.tolist() == [0, 2, 3, 4]
    bench.click(0)
    QTest.mouseClick(bench.table.delete_button, LEFT)
    bench.settle()
    assert bench.session.ids.tolist() == [2, 3, 4]
    assert bench.table.count.text() == "3 tracks"
    bench.session.undo()
    bench.settle()
    assert bench.model.rowCount() == 4


def test_what_the_filter_hides_is_neither_deleted_nor_grouped(bench: Bench) -> None:
    told: list[str] = []
    bench.table.told.connect(told.append)
    bench.selection.set([0, 1, 2])
    QTest.keyClicks(bench.table.filter_field, "tail")
    assert not bench.table.delete_button.isEnabled()
    assert not bench.table.group_button.isEnabled()
    bench.view.setFocus()
    QTest.keyClick(bench.view, Qt.Key.Key_Delete)
    assert (len(bench.session.ids), told) == (N, [])
    bench.table.filter_field.clear()
    QTest.keyClicks(bench.table.filter_field, "paw")
    QTest.mouseClick(bench.table.group_button, LEFT)
    bench.type("bear")
    assert [row.group for row in bench.session.rows] == ["mouse", "bear", "bear", "rat", ""]
    QTest.mouseClick(bench.table.delete_button, LEFT)
    bench.settle()
    assert bench.session.ids.tolist() == [0, 3, 4]
    assert told == ["2 tracks in group bear", "2 tracks deleted (Ctrl+Z)"]


def test_delete_within_an_editor_deletes_letters(bench: Bench) -> None:
    bench.double_click(1, NAME)
    editor = bench.view.viewport().findChild(QLineEdit)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert len(bench.session.ids) == N
    QTest.keyClick(editor, Qt.Key.Key_Escape)


def test_double_click_renames_or_goes_to_the_first_frame(bench: Bench) -> None:
    asked: list[int] = []
    bench.table.frame_requested.connect(asked.append)
    bench.double_click(1, NAME)
    bench.type("hand")
    assert bench.session.rows[1].name == "hand"
    assert bench.names[1] == "hand"
    assert asked == []
    bench.double_click(2, 3)
    assert asked == [0]
    assert bench.session.undo_label == "rename paw 10 to hand"


def test_grouping_takes_all_that_are_selected(bench: Bench) -> None:
    assert not bench.table.group_button.isEnabled()
    bench.selection.set([1, 2])
    QTest.mouseClick(bench.table.group_button, LEFT)
    settle()
    bench.type("paws")
    assert [row.group for row in bench.session.rows] == ["mouse", "paws", "paws", "rat", ""]
    bench.double_click(4, GROUP)
    bench.type("ears")
    assert [row.group for row in bench.session.rows] == ["mouse", "paws", "paws", "rat", "ears"]


def test_the_menu_is_about_what_is_selected(bench: Bench) -> None:
    asked: list[QPoint] = []
    about: list[list[int]] = []
    bench.table.menu_requested.connect(lambda place, ids: (asked.append(place), about.append(ids.tolist())))
    viewport = bench.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=bench.place(4) + QPoint(0, 200))
    ask_for_menu(viewport, bench.place(4) + QPoint(0, 60))
    assert not asked, "nothing is selected"
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=bench.place(2))
    ask_for_menu(viewport, bench.place(2))
    assert bench.selection.ids.tolist() == [2]
    bench.selection.set([1, 2])
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, pos=bench.place(1))
    ask_for_menu(viewport, bench.place(1))
    assert bench.selection.ids.tolist() == [1, 2], "a right click within the selection keeps it"
    assert asked == [viewport.mapToGlobal(bench.place(row)) for row in (2, 1)]
    QTest.keyClicks(bench.table.filter_field, "paw 9")
    ask_for_menu(viewport, bench.place(0))
    assert bench.selection.ids.tolist() == [1, 2]
    assert about == [[2], [1, 2], [2]], "what the filter hides is not meant, as with the buttons"


def test_filter_tells_how_many(bench: Bench) -> None:
    QTest.keyClicks(bench.table.filter_field, "paw")
    assert bench.names == ["paw 10", "paw 9"]
    assert bench.table.count.text() == "2 of 5"


def test_a_run_shows_after_a_moment_and_rows_stay_where_they_are(bench: Bench) -> None:
    bench.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    bench.settle()
    assert bench.names[-1] == "ear"
    resets: list[int] = []
    bench.model.modelReset.connect(lambda: resets.append(1))
    run = bench.session.begin_run("track", [4])
    ones = np.ones((T, 1), np.float32)
    run.write(TrackUpdate(np.arange(T), np.array([4]), np.full((T, 1, 2), 30, np.float32), ones, ones, 1.0))
    assert bench.table._timer.isActive()
    bench.settle()
    assert bench.model.data(bench.model.index(N - 1, 3)) == str(T)
    assert not resets
    run.close()


def test_hidden_it_costs_nothing_and_shown_again_it_is_right(bench: Bench) -> None:
    bench.table.hide()
    bench.session.delete([0, 1])
    assert not bench.table._timer.isActive()
    bench.table.show()
    bench.settle()
    assert bench.names == ["paw 9", "tail", "ear"]


def test_another_session_or_none(bench: Bench) -> None:
    old = bench.session
    bench.table.show_session(None, None)
    bench.settle()
    assert bench.model.rowCount() == 0
    assert bench.table.count.text() == "0 tracks"
    old.delete([0])
    bench.table.delete_selected()
    bench.table.edit_group()
    other = some_session()
    bench.table.show_session(other, Selection())
    bench.settle()
    assert bench.model.rowCount() == N


def test_tab_leads_out_of_the_cells(bench: Bench) -> None:
    assert not bench.table.view.tabKeyNavigation(), "with thousands of cells nobody would ever get out"


def test_it_fits_where_there_is_little_room_and_has_names(bench: Bench) -> None:
    bench.table.resize(320, 200)
    settle()
    assert bench.table.width() == 320
    for widget in (bench.table.filter_field, bench.view, bench.table.group_button, bench.table.delete_button):
        assert widget.accessibleName()
        assert widget.geometry().right() <= 320
    assert bench.table.filter_field.width() > 80


def test_five_thousand_tracks_stay_fluid(qtbot: Any) -> None:
    count, frames = 5000, 40
    rng = np.random.default_rng(0)
    tracks = Tracks(np.arange(count), rng.random((frames, count, 2)) * 90, *rng.random((2, frames, count)),
                    meta={"size": (100, 100)})
    bench = Bench(qtbot, Session.from_tracks(tracks))
    assert cpu_of(lambda: bench.view.sortByColumn(4, Qt.SortOrder.DescendingOrder)) < 0.25
    assert cpu_of(bench.view.selectAll) < 0.8
    assert len(bench.selection) == count
    assert cpu_of(lambda: bench.selection.set(np.arange(0, count, 2))) < 0.5
    assert cpu_of(lambda: bench.table.filter_field.setText("jumps")) < 0.5
    assert cpu_of(bench.model.refresh) < 0.1
    QApplication.processEvents()


def cpu_of(act: Any) -> float:
    """Seconds of this thread, drawing counted."""
    start = time.thread_time()
    act()
    QApplication.processEvents()
    return time.thread_time() - start
