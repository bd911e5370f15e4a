"""The keyboard's way back to the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QWidget,
)

from .docking import dock_of
from .heatmap import HeatMap
from .sections import is_enter

BY_MOUSE = QAbstractButton, QComboBox, QAbstractSlider  # nobody who clicks on them means to type


class Homing(QObject):
    """Leaves the keyboard to the picture when the mouse presses a control, and when a field is done with.

    A button that was clicked would have the arrow keys walk among buttons, Space press it again, and a list
    take letters for its entries, where all of these mean something over the picture. Who comes by Tab stays.

    Parameters
    ----------
    homes : sequence of QWidget
        Whatever lies within them is ours; the first one in a dock of the picture's window.
    """

    def __init__(self, homes: Sequence[QWidget], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._homes = homes
        for home in homes:
            home.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._on_focus)

    def close(self) -> None:
        """Mind it no longer."""
        QApplication.instance().focusChanged.disconnect(self._on_focus)

    def go(self) -> None:
        """Give the keyboard to the picture."""
        dock = dock_of(self._homes[0])
        main = None if dock is None else dock.parentWidget()
        if isinstance(main, QMainWindow):
            picture = main.findChild(QOpenGLWidget) or main.centralWidget()  # napari has no public name for it
            picture.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape, and the Enter that ends typing: what a field has no use for comes up to here."""
        if event.type() == QEvent.Type.KeyPress and self._ends(cast(QWidget, watched), cast(QKeyEvent, event)):
            self.go()
            return True
        return super().eventFilter(watched, event)

    def _ends(self, home: QWidget, event: QKeyEvent) -> bool:
        held = home.window().focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            return self._is_ours(held) and not isinstance(held, HeatMap)  # whose keys are those of the picture
        return is_enter(event) and isinstance(held, QLineEdit | QAbstractSpinBox)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, BY_MOUSE) and QApplication.mouseButtons() and self._is_ours(now):
            self.go()

    def _is_ours(self, widget: QWidget | None) -> bool:
        return widget is not None and any(home.isAncestorOf(widget) for home in self._homes)
