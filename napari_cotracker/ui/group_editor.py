"""The field in the table of tracks in which a group is typed."""

from __future__ import annotations

from qtpy.QtCore import QModelIndex, Qt
from qtpy.QtWidgets import QCompleter, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ..core.words import counted
from .table_model import TracksModel


class GroupEditor(QStyledItemDelegate):
    """Says how many tracks the group is for, since it stands in one row only, and offers the groups that there are.

    Parameters
    ----------
    model : TracksModel
    """

    def __init__(self, model: TracksModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QLineEdit:
        """What Qt asks for once a cell is to be edited."""
        editor, count = QLineEdit(parent), len(self._model.grouped_with(index.row()))
        editor.setPlaceholderText(f"group of {counted(count, 'track')}")
        editor.setAccessibleName(editor.placeholderText())
        known = QCompleter(self._model.groups, editor)
        known.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        editor.setCompleter(known)
        return editor
