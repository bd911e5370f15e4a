"""Shows which button or field the keyboard is at; napari's own style shows none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from napari.utils.theme import get_theme
from qtpy.QtWidgets import QWidget

if TYPE_CHECKING:
    from napari import Viewer

STYLE = """QPushButton:focus, QComboBox:focus, QCheckBox:focus, QAbstractSpinBox:focus, QLineEdit:focus, Slider:focus
{{ border: 1px solid {colour} }} QPushButton:focus {{ padding: 3px }}"""


class FocusMarks:
    """A frame in the colour of the viewer's text around what has the focus within some widgets.

    Parameters
    ----------
    viewer : Viewer
        Its theme is followed.
    widgets : sequence of QWidget
    """

    def __init__(self, viewer: Viewer, widgets: Sequence[QWidget]) -> None:
        self._viewer, self._widgets = viewer, widgets
        viewer.events.theme.connect(self._show)
        self._show()

    def close(self) -> None:
        """Follow the theme no longer."""
        self._viewer.events.theme.disconnect(self._show)

    def _show(self, _: object = None) -> None:
        style = STYLE.format(colour=get_theme(self._viewer.theme).text.as_hex())
        for widget in self._widgets:
            widget.setStyleSheet(style)
