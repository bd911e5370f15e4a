"""The steps of a session as rows, for a Qt view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from qtpy.QtGui import QFont, QPalette

from ..core.dates import date_words
from ..editing.session import Session
from ..editing.steps import Step
from .shades import mix

LABEL, TIME = range(2)
BEGINNING = "Beginning"
FADED, QUIET, HERE = 0.5, 0.68, 0.14  # how much of the text's colour: undone steps, times, behind the current place


class HistoryModel(QAbstractTableModel):
    """The beginning, then what is done and what can be done again; in two columns, what and when.

    Steps that stay keep their rows when others come or go.

    Attributes
    ----------
    place : int
        The row of the last step that is done.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._steps: Sequence[Step] = ()
        self.place = 0
        self.palette = QPalette()

    def show_session(self, session: Session | None) -> None:
        """Show another session, or none."""
        self.beginResetModel()
        self._session = session
        self._steps = () if session is None else session.steps
        self.place = _done(self._steps)
        self.endResetModel()

    def refresh(self) -> bool:
        """Show the session as it is now; says whether anything is another."""
        new = () if self._session is None else self._session.steps
        old, was = self._steps, self.place
        if new == old:
            return False
        kept = _common(old, new)
        if kept < len(old):
            self.beginRemoveRows(QModelIndex(), kept + 1, len(old))
            self._steps = old[:kept]
            self.endRemoveRows()
        if kept < len(new):
            self.beginInsertRows(QModelIndex(), kept + 1, len(new))
            self._steps = new
            self.endInsertRows()
        self._steps, self.place = new, _done(new)
        first, last = sorted((min(was, len(new)), self.place))
        self.dataChanged.emit(self.index(first, LABEL), self.index(last, TIME))
        return True

    def number_of(self, row: int) -> int:
        """The number of a row's step, for `Session.go_to`; 0 is the beginning."""
        return self._steps[row - 1].number if row else 0

    @property
    def counts(self) -> tuple[int, int]:
        """How many steps are done, and how many can be done again."""
        return self.place, len(self._steps) - self.place

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """One more than there are steps."""
        return 0 if self._session is None or (parent is not None and parent.isValid()) else len(self._steps) + 1

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """What, and when."""
        return 2

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a view asks for."""
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._sentence(row)
        if role == Qt.ItemDataRole.ForegroundRole:
            share = FADED if row > self.place else QUIET if column == TIME else 1.0
            return self._shade(share)
        if role == Qt.ItemDataRole.BackgroundRole and row == self.place:
            return self._shade(HERE)
        if role == Qt.ItemDataRole.FontRole and row == self.place and column == LABEL:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole and column == TIME:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: int, column: int) -> str:
        if not row:
            return BEGINNING if column == LABEL else ""
        step = self._steps[row - 1]
        return headed(step.label) if column == LABEL else date_words(step.time)

    def _sentence(self, row: int) -> str:
        state = "you are here" if row == self.place else "undone" if row > self.place else "done"
        return f"{', '.join(filter(None, (self._text(row, LABEL), self._text(row, TIME))))} ({state})"

    def _shade(self, share: float) -> Any:
        roles = QPalette.ColorRole
        return mix(self.palette.color(roles.Base), self.palette.color(roles.Text), share)


def headed(label: str) -> str:
    """A step's label as a line of its own."""
    return label[:1].upper() + label[1:]


def _done(steps: Sequence[Step]) -> int:
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if steps[middle].is_done else (low, middle)
    return low


def _common(a: Sequence[Step], b: Sequence[Step]) -> int:
    """How many steps two histories begin with alike, done or not."""
    pairs = enumerate(zip(a, b))
    return next((k for k, (one, other) in pairs if (one.number, one.label) != (other.number, other.label)),
                min(len(a), len(b)))
