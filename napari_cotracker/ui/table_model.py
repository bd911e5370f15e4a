"""The rows of the table of tracks: what a session says, sorted and filtered, brought up to date bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from qtpy.QtGui import QColor

from ..core.errors import CotrackerError
from ..core.heat import by_name
from ..core.summary import REMARKS, Summaries, summarise
from ..core.words import counted
from ..editing.patch import Patch, Row
from ..editing.session import Session
from .colours import categories, category_index, group_numbers

CELLS_AT_ONCE = 100_000  # so that bringing rows up to date never holds the window for long
Role = Qt.ItemDataRole
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
FIXED = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
EDITABLE = FIXED | Qt.ItemFlag.ItemIsEditable  # made once: Qt asks for every cell of a selection


@dataclass(frozen=True)
class Column:
    """One column: its head, what it means, and how wide it is in letters."""

    head: str
    about: str
    width: int
    value: Callable[[TracksModel, int], Any]  # as it is sorted
    text: Callable[[Any], str] = str
    is_number: bool = True


class TracksModel(QAbstractTableModel):
    """The table of tracks of a session; `refresh` brings it up to date.

    Signals
    -------
    told : (str) what an edit did to more than its own row, or why it was refused
    """

    told = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self.marked: Callable[[], NDArray[np.int64]] = lambda: np.zeros(0, np.int64)
        self._rows: list[Row] = []
        self._ids, self._groups = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._summaries, self._dirty = Summaries.empty(0), np.zeros(0, bool)
        self._order, self._is_stale = np.zeros(0, np.int64), False
        self._sorted_by, self._descends = 0, False
        self._words: list[str] = []

    def show_session(self, session: Session | None) -> None:
        """Show another session, or none."""
        self._session = session
        self._take_rows(keep=False)

    def note(self, patch: Patch) -> None:
        """The session changed; what is shown stays as it is until `refresh`."""
        known = np.isin(self._ids, patch.ids)
        self._dirty |= known
        self._is_stale = self._is_stale or patch.changes_table

    def refresh(self) -> bool:
        """Bring some tracks up to date; gives whether there is more to do."""
        if self._session is None:
            return False
        if self._is_stale:
            self._take_rows()
        places = np.flatnonzero(self._dirty)[: max(CELLS_AT_ONCE // max(self._session.n_frames, 1), 1)]
        there = places[self._session.has(self._ids[places])]
        if len(there):
            cells = self._session.cells[:, self._session.columns(self._ids[there])]
            self._summaries.put(there, summarise(cells, self._session.size))
        self._dirty[places] = False
        if len(places) and len(self._order):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(COLUMNS) - 1))
        return bool(self._dirty.any())

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids of the rows, from the top."""
        return self._ids[self._order]

    @property
    def total(self) -> int:
        """How many tracks there are, filtered out ones counted."""
        return len(self._ids)

    def rows_of(self, ids: ArrayLike) -> NDArray[np.int64]:
        """Ascending rows of tracks, as far as they are shown."""
        return np.flatnonzero(np.isin(self.ids, ids))

    def first_frame(self, row: int) -> int:
        """Where the track of a row is first seen, else where it starts."""
        place = self._order[row]
        first = int(self._summaries.first[place])
        return first if first >= 0 else self._rows[place].t

    def grouped_with(self, row: int) -> NDArray[np.int64]:
        """The tracks that a group typed into a row is for: all that are marked, if it is one of them."""
        id, marked = self.ids[row : row + 1], self.marked()
        return marked if np.isin(id, marked).all() else id

    @property
    def groups(self) -> list[str]:
        """Those that there are."""
        return sorted({row.group for row in self._rows} - {""})

    def arrange(self) -> None:
        """Sort and filter anew."""
        self.beginResetModel()
        self._order = self._ordered()
        self.endResetModel()

    def filter(self, text: str) -> None:
        """Show only tracks of which the id, name, group or one remark holds every word."""
        self._words = text.casefold().split()
        self.arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; what has no value comes last either way."""
        self._sorted_by, self._descends = column, order == Qt.SortOrder.DescendingOrder
        self.arrange()

    # what Qt asks

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Rows that are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """All columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Heads of columns, and what they mean; rows have none."""
        if orientation != Qt.Orientation.Horizontal or section >= len(COLUMNS):
            return None
        column = COLUMNS[section]
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return {Role.DisplayRole: column.head, Role.ToolTipRole: column.about,
                Role.TextAlignmentRole: RIGHT if column.is_number and section != ID else left}.get(role)

    def data(self, index: QModelIndex, role: int = Role.DisplayRole) -> Any:
        """A cell of the table."""
        if not index.isValid() or index.row() >= len(self._order):
            return None
        place, column = int(self._order[index.row()]), COLUMNS[index.column()]
        if role in (Role.DisplayRole, Role.EditRole):
            return column.text(column.value(self, place))
        if role == Role.TextAlignmentRole and column.is_number:
            return RIGHT
        if role == Role.DecorationRole and index.column() in (ID, GROUP):
            return self._swatch(place, index.column())
        if role == Role.ToolTipRole and index.column() == REMARK:
            return "\n".join(f"{name}: {REMARKS[name]}" for name in self._summaries.remarks_of(place))
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = Role.EditRole) -> bool:
        """Another name for a track, or another group for it and all that are selected with it."""
        if role != Role.EditRole or self._session is None or index.column() not in (NAME, GROUP):
            return False
        try:
            if index.column() == NAME:
                self._session.rename(int(self.ids[index.row()]), str(value))
            else:
                ids, group = self.grouped_with(index.row()), str(value).strip()
                self._session.regroup(ids, group)
                self.told.emit(f"{counted(len(ids), 'track')} in {f'group {group}' if group else 'no group'}")
        except CotrackerError as error:
            self.told.emit(str(error))
            return False
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Names and groups can be edited."""
        return EDITABLE if index.column() in (NAME, GROUP) else FIXED

    # within

    def _take_rows(self, keep: bool = True) -> None:
        """Take over who is there; what is known of those that stay is kept, if it is of the same session."""
        session = self._session
        self.beginResetModel()
        old_ids, old, dirty = self._ids, self._summaries, self._dirty
        self._ids = session.ids.copy() if session else np.zeros(0, np.int64)
        self._rows = list(session.rows) if session else []
        self._groups = group_numbers([row.group for row in self._rows])
        self._summaries, self._dirty = Summaries.empty(len(self._ids)), np.ones(len(self._ids), bool)
        kept = np.flatnonzero(np.isin(old_ids, self._ids)) if keep else np.zeros(0, np.int64)
        places = np.searchsorted(self._ids, old_ids[kept])
        self._summaries.put(places, old.select(kept))
        self._dirty[places] = dirty[kept]
        self._is_stale = False
        self._order = self._ordered()
        self.endResetModel()

    def _ordered(self) -> NDArray[np.int64]:
        column = COLUMNS[self._sorted_by]
        order = self._sorted(column)
        if self._words:
            order = order[[any(all(word in field for word in self._words) for field in self._searched(place))
                           for place in order]]
        return order

    def _sorted(self, column: Column) -> NDArray[np.int64]:
        names, groups = [row.name for row in self._rows], [row.group for row in self._rows]
        if column.is_number:
            values = np.array([column.value(self, place) for place in range(self.total)], float)
            return np.argsort(-values if self._descends else values, kind="stable")
        if column is COLUMNS[REMARK]:
            order = np.lexsort((np.arange(self.total), -self._summaries.remarks.sum(1)))
        else:
            order = by_name(names, groups if column is COLUMNS[GROUP] else [""] * len(names))
        return order[::-1] if self._descends else order

    def _searched(self, place: int) -> list[str]:
        row = self._rows[place]
        fields = (str(row.id), row.name, row.group, *self._summaries.remarks_of(place))
        return [field.casefold() for field in fields]

    def _swatch(self, place: int, column: int) -> QColor | None:
        if column == GROUP and self._groups[place] < 0:
            return None
        number = self._ids[place] if column == ID else self._groups[place]
        return QColor.fromRgbF(*categories()[int(category_index(number))].tolist())


def _frame_text(frame: Any) -> str:
    return "" if np.isnan(frame) else str(int(frame))


def _seen(values: NDArray[np.int64], place: int) -> float:
    return float(values[place]) if values[place] >= 0 else float("nan")


COLUMNS = (
    Column("id", "The track's number and its colour", 8, lambda model, n: int(model._ids[n])),
    Column("name", "Double-click to rename", 20, lambda model, n: model._rows[n].name, is_number=False),
    Column("group", "Double-click to put it, and all that are selected with it, into a group", 16,
           lambda model, n: model._rows[n].group, is_number=False),
    Column("frames", "Number of frames with a position", 7, lambda model, n: int(model._summaries.length[n])),
    Column("confidence", "How sure the tracker is, on average, where the point is seen", 10,
           lambda model, n: float(model._summaries.confidence[n]),
           lambda mean: "" if np.isnan(mean) else f"{mean:.2f}"),
    Column("first", "The first frame on which it is seen", 6,
           lambda model, n: _seen(model._summaries.first, n), _frame_text),
    Column("last", "The last frame on which it is seen", 6,
           lambda model, n: _seen(model._summaries.last, n), _frame_text),
    Column("anchors", "Frames on which a person set or approved it", 8,
           lambda model, n: int(model._summaries.anchors[n])),
    Column("remarks", "What deserves a look", 24, lambda model, n: ", ".join(model._summaries.remarks_of(n)),
           is_number=False),
)
ID, NAME, GROUP, REMARK = 0, 1, 2, 8
