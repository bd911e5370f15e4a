"""What napari's own style leaves out: which button or field the keyboard is at, and letters of the chosen size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from napari.settings import get_settings
from napari.utils.theme import get_theme, increase
from qtpy.QtWidgets import QWidget

if TYPE_CHECKING:
    from napari import Viewer

STYLE = """QPushButton:focus, QComboBox:focus, QCheckBox:focus, QAbstractSpinBox:focus, QLineEdit:focus, Slider:focus,
QAbstractItemView:focus, Column:focus {{ border: 1px solid {colour} }} QPushButton:focus {{ padding: 3px }}
QLineEdit, QPlainTextEdit, QAbstractItemView, QHeaderView {{ font-size: {size} }}"""


class FocusMarks:
    """A frame in the colour of the viewer's text around what has the focus within some widgets.

    Fields, tables and lists in them are written as large as napari writes labels and buttons: of the size that its
    preferences have, it lets them know nothing.

    Parameters
    ----------
    viewer : Viewer
        Its theme is followed.
    widgets : sequence of QWidget
    """

    def __init__(self, viewer: Viewer, widgets: Sequence[QWidget]) -> None:
        self._viewer, self._widgets = viewer, widgets
        for event in self._events():
            event.connect(self._show)
        self._show()

    def close(self) -> None:
        """Follow the theme no longer."""
        for event in self._events():
            event.disconnect(self._show)

    def _events(self) -> tuple[Any, ...]:
        return self._viewer.events.theme, get_settings().appearance.events.font_size

    def _show(self, _: object = None) -> None:
        size = increase(f"{get_settings().appearance.font_size}pt", "1")
        style = STYLE.format(colour=get_theme(self._viewer.theme).text.as_hex(), size=size)
        for widget in self._widgets:
            widget.setStyleSheet(style)
