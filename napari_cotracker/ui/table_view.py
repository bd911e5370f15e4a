"""The rows of the table of tracks: what mouse and keys do in them."""

from __future__ import annotations

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QAbstractItemView, QTableView

from .fitting import row_height
from .sections import is_enter, is_sign
from .table_model import COLUMNS, TracksModel


class Rows(QTableView):
    """A view that says when Delete or Return is pressed, and leaves letters to the picture.

    Signals
    -------
    delete_pressed
    opened : (QModelIndex) the cell at hand
    """

    delete_pressed, opened = Signal(), Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._letter = 0

    def changeEvent(self, event: QEvent) -> None:
        """Letters of another size need other columns."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self.model() is not None:
            self.fit()

    def fit(self) -> None:
        """Rows and columns as the letters need them; the user's own widths hold while these stay as they are."""
        letter = self.fontMetrics().averageCharWidth()
        if letter != self._letter:
            self._letter = letter
            self.verticalHeader().setDefaultSectionSize(row_height(self))
            for number, column in enumerate(COLUMNS):
                self.setColumnWidth(number, letter * (max(column.width, len(column.head)) + 3))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return is not "it is right" here: which frame is shown one does not see in a row."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):  # the latter is what Macs call Delete
            self.delete_pressed.emit()
        elif is_enter(event):
            if self.state() != QAbstractItemView.State.EditingState:  # else it ends what was typed in a cell
                self.opened.emit(self.currentIndex())
        elif is_sign(event):
            event.ignore()  # Qt would look for an entry that begins with it
        else:
            super().keyPressEvent(event)


def view_of(model: TracksModel) -> Rows:
    """Rows that are selected whole, sorted by a click on a head, with names and groups to edit."""
    view = Rows()
    view.setModel(model)
    view.setAccessibleName("tracks")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    edits = QAbstractItemView.EditTrigger
    view.setEditTriggers(edits.DoubleClicked | edits.EditKeyPressed)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setStyleSheet("QTableView::item { padding: 0 6px }")
    view.setTabKeyNavigation(False)  # Tab leads on, past the thousands of cells; the arrow keys go through them
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setSortingEnabled(True)
    view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    view.verticalHeader().hide()
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().setHighlightSections(False)
    view.fit()
    return view
