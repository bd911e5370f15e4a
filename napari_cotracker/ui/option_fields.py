"""A form drawn from a dataclass of options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QLayout, QLineEdit, QWidget

from ..core.errors import FormatError
from ..core.options import Choice, choices_of, read_options
from .sections import choice as list_of
from .sections import form, tip


class OptionFields(QWidget):
    """A field for every option; empty fields mean what the option does by itself.

    Parameters
    ----------
    kind : type
        The dataclass, its fields made by `napari_cotracker.core.options.option`.
    whose : str
        Named in errors.

    Signals
    -------
    changed : any field
    """

    changed = Signal()

    def __init__(self, kind: type[Any], whose: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._whose = kind, whose
        self._choices = choices_of(kind)
        self.fields = {choice.name: _field_for(choice) for choice in self._choices}
        lines = form()
        for choice in self._choices:
            field = self.fields[choice.name]
            words = choice.name.replace("_", " ").capitalize()
            lines.addRow("" if isinstance(field, QCheckBox) else words, field)
            if isinstance(field, QCheckBox):
                field.setText(words)
            _changes_of(field).connect(self.changed)
        self.setLayout(lines)

    def replace_by(self, others: OptionFields, within: QLayout) -> None:
        """Leave the place in a layout to other fields, at once: nobody is to type into what is about to go."""
        within.replaceWidget(self, others)
        self.hide()
        self.deleteLater()

    def words(self) -> dict[str, Any]:
        """What differs from the options' own values, as texts and plain values."""
        found = {choice.name: _value_of(self.fields[choice.name]) for choice in self._choices}
        return {choice.name: found[choice.name] for choice in self._choices
                if found[choice.name] != _shown(choice, choice.default)}

    def options(self) -> Any:
        """The options.

        Raises
        ------
        FormatError
            If one makes no sense.
        """
        return read_options(self._kind, self.words(), self._whose)

    def show_words(self, words: Mapping[str, Any]) -> None:
        """Take over choices from before; what is not known any more, or makes no sense, is left."""
        for choice in self._choices:
            try:
                _show(self.fields[choice.name], _shown(choice, choice.read(words[choice.name])))
            except (FormatError, KeyError):
                continue


def _field_for(choice: Choice) -> Any:
    tells = f"{choice.text} ({choice.expected})"
    if choice.values:
        field: Any = list_of(choice.name, tells, {value: value for value in choice.values})
    elif choice.kind is bool:
        field = QCheckBox()
    else:
        field = QLineEdit(placeholderText="auto" if choice.is_optional else "")
    tip(field, choice.name.replace("_", " "), tells)
    _show(field, _shown(choice, choice.default))
    return field


def _shown(choice: Choice, value: Any) -> Any:
    """An option's value as its field holds it."""
    if choice.kind is bool or choice.values:
        return value
    if value is None:
        return ""
    return f"{value:g}" if choice.kind is float else str(value)


def _show(field: Any, value: Any) -> None:
    if isinstance(field, QCheckBox):
        field.setChecked(bool(value))
    elif isinstance(field, QLineEdit):
        field.setText(value)
    else:
        field.setCurrentIndex(max(field.findData(value), 0))


def _value_of(field: Any) -> Any:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    return field.text().strip() if isinstance(field, QLineEdit) else field.currentData()


def _changes_of(field: Any) -> Any:
    if isinstance(field, QCheckBox):
        return field.toggled
    return field.editingFinished if isinstance(field, QLineEdit) else field.currentIndexChanged
