"""The table of tracks: sort, filter, select, rename, group, delete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QItemSelection, QItemSelectionModel, QPoint, QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ..core.errors import CotrackerError
from ..core.words import counted
from ..editing.patch import Patch
from ..editing.session import Session
from .group_editor import GroupEditor
from .selection import Selection
from .spelling import spell
from .table_model import COLUMNS, GROUP, NAME, TracksModel
from .table_view import view_of

AFTER_EDIT_MS, WHILE_RUNNING_MS, NEXT_PART_MS = 0, 400, 40


class TracksTable(QWidget):
    """All tracks of a session, one in a row; what is selected here is selected everywhere.

    Signals
    -------
    frame_requested : (int) the user wants to see a track where it begins
    menu_requested : (QPoint, ids) what can be done with the selected tracks that have a row; a place on the screen
    told : (str) why something was refused
    """

    frame_requested = Signal(int)
    menu_requested = Signal(QPoint, object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._selection: Selection | None = None
        self._is_busy = False
        self._at_hand: tuple[int, int] | None = None
        self._scrolled = 0
        self.model = TracksModel(self)
        self.model.marked = self._ids_in_sight
        self._timer = QTimer(self, singleShot=True)
        self.filter_field, self.view = _filter_field(), view_of(self.model)
        self.view.setItemDelegateForColumn(GROUP, GroupEditor(self.model, self.view))
        self.count = QLabel()
        self.group_button, self.delete_button = QPushButton("Group…"), QPushButton("Delete")
        self._lay_out()
        self._connect()
        self._show_count()

    def show_session(self, session: Session | None, selection: Selection | None) -> None:
        """Show another session, or none."""
        for signal, hear in self._signals():
            signal.disconnect(hear)
        self._session, self._selection = session, selection
        for signal, hear in self._signals():
            signal.connect(hear)
        self.model.show_session(session)
        self._schedule()

    def delete_selected(self) -> None:
        """Delete the tracks of the selected rows; those that the filter hides stay."""
        ids = self._ids_in_sight()
        if self._session is not None and len(ids):
            try:
                self._session.delete(ids)
                self.told.emit(f"{counted(len(ids), 'track')} deleted ({spell('Control-Z')})")
            except CotrackerError as error:
                self.told.emit(str(error))

    def edit_group(self) -> None:
        """Let the user type the group of what is selected, in the row at hand."""
        self._edit(GROUP)

    def showEvent(self, event: QShowEvent) -> None:
        """While it was hidden, nothing was brought up to date."""
        super().showEvent(event)
        self._schedule()

    # setting up

    def _lay_out(self) -> None:
        self.group_button.setToolTip("Put the selected tracks into a group")
        self.delete_button.setToolTip("Delete the selected tracks (Delete)")
        for button, name in ((self.group_button, "put into a group"), (self.delete_button, "delete tracks")):
            button.setAccessibleName(name)
        bar = QHBoxLayout()
        bar.addWidget(self.filter_field, 1)
        for widget in (self.count, self.group_button, self.delete_button):
            bar.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(bar)
        column.addWidget(self.view, 1)

    def _connect(self) -> None:
        self._timer.timeout.connect(self._refresh)
        self.model.told.connect(self.told)
        self.model.modelAboutToBeReset.connect(self._before_rows)
        self.model.modelReset.connect(self._on_rows)
        self.filter_field.textChanged.connect(self.model.filter)
        self.view.selectionModel().selectionChanged.connect(self._on_rows_selected)
        self.view.doubleClicked.connect(self._on_double_click)
        self.view.customContextMenuRequested.connect(self._ask_for_menu)
        self.group_button.clicked.connect(self.edit_group)
        self.delete_button.clicked.connect(self.delete_selected)
        self.view.delete_pressed.connect(self.delete_selected)
        self.view.opened.connect(self._go_to_first)

    def _signals(self) -> list[tuple[Any, Any]]:
        if self._session is None or self._selection is None:
            return []
        return [(self._session.changed, self._on_patch), (self._selection.changed, self._on_selected_elsewhere)]

    # what happens

    def _on_patch(self, patch: Patch) -> None:
        self.model.note(patch)
        self._schedule()

    def _schedule(self) -> None:
        if self._timer.isActive() or not self.isVisible():
            return
        running = self._session is not None and self._session.is_running()
        self._timer.start(WHILE_RUNNING_MS if running else AFTER_EDIT_MS)

    def _refresh(self) -> None:
        if self.model.refresh():
            self._timer.start(NEXT_PART_MS)
        elif self._session is not None and not self._session.is_running():
            self.model.arrange()  # during a run rows stay where they are

    def _before_rows(self) -> None:
        """Other rows, or in another order: what is at hand stays at hand."""
        current = self.view.currentIndex()
        ids = self.model.ids
        self._at_hand = (int(ids[current.row()]), current.column()) if 0 <= current.row() < len(ids) else None
        self._scrolled = self.view.verticalScrollBar().value()

    def _on_rows(self) -> None:
        id, column = self._at_hand or (-1, 0)
        rows = self.model.rows_of([id])
        if len(rows):
            index = self.model.index(int(rows[0]), column)
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._show_selection()
        self._show_count()
        self.view.verticalScrollBar().setValue(self._scrolled)

    def _show_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self.count.setText(f"{shown} of {total}" if shown != total else counted(total, "track"))
        self._enable()

    def _show_selection(self) -> None:
        if self._is_busy or self._selection is None:
            return
        rows = self.model.rows_of(self._selection.ids)
        with self._busy():
            self.view.selectionModel().select(
                _ranges(self.model, rows), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._enable()

    def _on_selected_elsewhere(self) -> None:
        self._show_selection()
        rows = self.model.rows_of(self._selected_ids())
        if not self._is_busy and len(rows) == 1:
            self.view.scrollTo(self.model.index(int(rows[0]), NAME))

    def _on_rows_selected(self) -> None:
        if not self._is_busy and self._selection is not None:
            parts = self.view.selectionModel().selection()
            rows = [row for part in parts for row in range(part.top(), part.bottom() + 1)]
            with self._busy():
                self._selection.set(self.model.ids[rows])
            self._enable()

    def _enable(self) -> None:
        some = len(self._ids_in_sight()) > 0
        self.group_button.setEnabled(some)
        self.delete_button.setEnabled(some)

    def _on_double_click(self, index: Any) -> None:
        if index.column() not in (NAME, GROUP):
            self._go_to_first(index)

    def _go_to_first(self, index: Any) -> None:
        if index.isValid():
            self.frame_requested.emit(self.model.first_frame(index.row()))

    def _ask_for_menu(self, place: QPoint) -> None:
        ids = self._ids_in_sight()
        if len(ids):
            self.menu_requested.emit(self.view.viewport().mapToGlobal(place), ids)

    def _edit(self, column: int) -> None:
        row = self._row_at_hand()
        if row is not None:
            index = self.model.index(row, column)
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.view.scrollTo(index)
            self.view.edit(index)

    def _row_at_hand(self) -> int | None:
        """The current row if it is selected, else the first that is."""
        rows, current = self.model.rows_of(self._selected_ids()), self.view.currentIndex().row()
        if not len(rows):
            return None
        return current if current in rows else int(rows[0])

    def _selected_ids(self) -> NDArray[np.int64]:
        return np.zeros(0, np.int64) if self._selection is None else self._selection.ids

    def _ids_in_sight(self) -> NDArray[np.int64]:
        """The selected tracks that have a row: what is hidden by the filter is nobody's intention."""
        ids = self.model.ids[self.model.rows_of(self._selected_ids())]
        return ids if self._session is None else ids[self._session.has(ids)]

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """While it lasts, rows and tracks are being made to agree."""
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False


def _filter_field() -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText("Filter by name, id, group, remark")
    field.setClearButtonEnabled(True)
    field.setAccessibleName("filter tracks")
    return field


def _ranges(model: TracksModel, rows: NDArray[np.int64]) -> QItemSelection:
    """Ascending rows as a selection of stretches of whole rows."""
    selection, last = QItemSelection(), len(COLUMNS) - 1
    for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []:
        selection.select(model.index(int(part[0]), 0), model.index(int(part[-1]), last))
    return selection
