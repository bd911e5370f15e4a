"""The history of a session in words; a click goes back, or on again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from qtpy.QtGui import QKeyEvent, QShowEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QMenu,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ..core.dates import date_words
from ..core.errors import CotrackerError
from ..editing.patch import Patch
from ..editing.session import Session
from ..editing.steps import Step
from .fitting import row_height
from .history_jump import jump
from .history_model import LABEL, TIME, HistoryModel, headed
from .sections import button, hint, is_enter, is_sign, row

AFTER_EDIT_MS, WHILE_RUNNING_MS = 30, 300
ROWS = 8  # that are seen at once
AT_ONCE = 20  # lines that a menu shows before it has another one for older ones
NOTHING = "Nothing has been done yet. Every edit and every run becomes a line here; click a line to go back to it."


class HistoryList(QWidget):
    """Each step of a session is a line, the newest at the bottom; what is undone is grey.

    A step that something else was done in place of is not lost: the button "Left behind" brings it back.

    Signals
    -------
    told : (str) why a step cannot be gone to
    jumped : (list, list) steps that were undone, the newest first, and those that were done again
    """

    told = Signal(str)
    jumped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self.model = HistoryModel(self)
        self.view, self.says = Steps(self.model), hint(NOTHING)
        self.left_button = button("Left behind", "Bring back steps that were undone before something else was done")
        self.left_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.left_button.setMenu(self.menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view, 1)
        column.addLayout(row(self.says, self.left_button))
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.refresh)
        self.view.chosen.connect(self._go_to_row)
        self._say()

    def show_session(self, session: Session | None) -> None:
        """Show another session, or none."""
        if self._session is not None:
            self._session.changed.disconnect(self._on_changed)
        self._session = session
        if session is not None:
            session.changed.connect(self._on_changed)
        self.model.show_session(session)
        self._say()
        self._follow()

    def refresh(self) -> None:
        """Show the history as it is now; it looks by itself after every change, and now and then during a run."""
        if not self.isVisible():
            return
        if self.model.refresh():
            self._say()
            self._follow()
        if self._session is not None and self._session.is_running():
            self._timer.start(WHILE_RUNNING_MS)  # a run that ends becomes a step without changing a cell

    def go_to(self, number: int) -> None:
        """Make a step the last one that is done; 0 is the beginning."""
        if self._session is None:
            return
        before = _done(self._session)
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            jump(self._session, number)
        except CotrackerError as error:
            self.told.emit(str(error))
        finally:
            QApplication.restoreOverrideCursor()
        after = _done(self._session)
        if after != before:
            self.jumped.emit([step for step in reversed(before) if step not in after],
                             [step for step in after if step not in before])
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """While it was hidden, nothing was brought up to date."""
        super().showEvent(event)
        self._timer.start(0)

    def changeEvent(self, event: QEvent) -> None:
        """Colours are those of the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.model.palette = self.view.palette()

    def _on_changed(self, patch: Patch) -> None:
        if not self._timer.isActive() and self.isVisible():
            self._timer.start(AFTER_EDIT_MS)

    def _go_to_row(self, number: int) -> None:
        self.go_to(self.model.number_of(number))

    def _say(self) -> None:
        done, undone = self.model.counts
        steps = f"{done} step{'s' * (done != 1)}"
        self.says.setText(NOTHING if not done + undone else f"{steps}, {undone} undone" if undone else steps)
        self.view.setVisible(done + undone > 0)
        self.left_button.setVisible(self._session is not None and bool(self._session.branches))

    def _follow(self) -> None:
        """Keep the current place and what comes next in sight, and the keyboard at it."""
        place = self.model.index(self.model.place, LABEL)
        self.view.setCurrentIndex(place)
        self.view.scrollTo(place.siblingAtRow(min(place.row() + 1, self.model.rowCount() - 1)))
        self.view.scrollTo(place)

    def _fill_menu(self) -> None:
        self.menu.clear()
        lines = () if self._session is None else self._session.branches
        _add_lines(self.menu, lines[::-1], self.go_to)


class Steps(QTableView):
    """Lines that are chosen by a click or by Return; the mouse does not select, for what is marked is the place.

    Signals
    -------
    chosen : (int) a row
    """

    chosen = Signal(int)

    def __init__(self, model: HistoryModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName("history")
        self.setAccessibleDescription("Each step; Return goes to it")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setStyleSheet("QTableView::item { padding: 0 6px }")
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(TIME, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setResizeContentsPrecision(0)  # of the lines that are seen
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit()
        self.clicked.connect(self._choose)

    def changeEvent(self, event: QEvent) -> None:
        """Letters of another size need other rows."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes there, everything else as ever."""
        if is_enter(event) or event.key() == Qt.Key.Key_Space:
            self._choose(self.currentIndex())
        elif is_sign(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        height = row_height(self)
        self.verticalHeader().setDefaultSectionSize(height)
        self.setMinimumHeight(height * ROWS)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.row())


def line_words(line: Sequence[Step]) -> str:
    """What a line of steps that was left behind says of itself."""
    last = line[-1]
    more = f" and {len(line) - 1} before" if len(line) > 1 else ""
    return f"{headed(last.label)}{more} · {date_words(last.time)}"


def _done(session: Session) -> dict[int, None]:
    """Numbers of the steps that are done, the oldest first."""
    return dict.fromkeys(step.number for step in session.steps if step.is_done)


def _add_lines(menu: QMenu, lines: Sequence[Sequence[Step]], go_to: Any) -> None:
    for line in lines[:AT_ONCE]:
        action = menu.addAction(line_words(line).replace("&", "&&"))
        action.triggered.connect(lambda _=False, number=line[-1].number: go_to(number))
    if len(lines) > AT_ONCE:
        older = menu.addMenu("Older")
        older.aboutToShow.connect(lambda: _add_lines(older, lines[AT_ONCE:] if older.isEmpty() else (), go_to))
