"""A slider for fractions that hears the keyboard."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QWidget
from superqt import QLabeledDoubleSlider

PAGE = 2  # steps of Page up and Page down
WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1,
        Qt.Key.Key_PageDown: -PAGE, Qt.Key.Key_PageUp: PAGE}


class Slider(QLabeledDoubleSlider):
    """superqt's slider with its number beside it; that one takes the focus, twice, and hears no key.

    Parameters
    ----------
    low, high : float
        Its range.
    step : float
        Of the arrow keys.
    value : float
    """

    def __init__(self, low: float, high: float, step: float, value: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setValue(value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # so that it can have a frame
        self._slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go by a step, pages by two; Home and End to the ends."""
        key = Qt.Key(event.key())
        if key in WAYS:
            self.setValue(self.value() + WAYS[key] * self.singleStep())
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.setValue(self.minimum() if key == Qt.Key.Key_Home else self.maximum())
        else:
            event.ignore()
