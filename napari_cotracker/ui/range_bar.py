"""A scroll bar for an axis, there only while a part of it is out of sight."""

from __future__ import annotations

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QScrollBar

from .axis import Axis

FINE = 100  # steps in a cell


class RangeBar(QScrollBar):
    """Shows where on an axis one is, and goes elsewhere.

    Attributes
    ----------
    axis_requested : Signal(Axis)
        The user wants to see another stretch.
    """

    axis_requested = Signal(object)

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self._axis = Axis.whole(0)
        self.setAccessibleName("Frames in sight" if orientation == Qt.Orientation.Horizontal else "Tracks in sight")
        self.setVisible(False)
        self.valueChanged.connect(self._on_moved)

    def show_axis(self, axis: Axis) -> None:
        """Show what is in sight."""
        self._axis = axis
        with QSignalBlocker(self):
            self.setRange(0, round((axis.total - axis.length) * FINE))
            self.setPageStep(max(round(axis.length * FINE), 1))
            self.setSingleStep(max(round(axis.length * FINE / 10), 1))
            self.setValue(round(axis.start * FINE))
        self.setVisible(not axis.is_whole)

    def _on_moved(self, value: int) -> None:
        self.axis_requested.emit(self._axis.moved(value / FINE - self._axis.start))
