"""The panel's fourth section: how tracks are shown. It changes the view, never the data."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import QCheckBox, QLabel, QSlider, QSpinBox

from . import preferences
from .desk import Desk
from .fitting import Room
from .look import COLOURS
from .sections import Section, choice, form, tip
from .slider import Slider


class InspectSection(Section):
    """Colours, thresholds, tails, and what is selected."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Inspect")
        self._desk = desk
        self._make_fields()
        lines = form()
        lines.addRow("Colour by", self.colour_by)
        lines.addRow("Hide below", self.hide_below)
        lines.addRow("Tails", self.tail_length)
        lines.addRow("Point size", self.point_size)
        lines.addRow("Hidden", self.rings)
        self.selected = QLabel("Nothing is selected.", wordWrap=True)
        self.selected.setAccessibleName("what is selected")
        self.selected.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.selected.setAlignment(Qt.AlignmentFlag.AlignTop)
        Room(self.selected, 3)  # what lies below must not move from frame to frame
        self.body.addLayout(lines)
        self.body.addWidget(self.selected)
        desk.look.restore(preferences.recall("view"))
        self._show()
        desk.look.changed.connect(self._show)

    def close_look(self) -> None:
        """Listen no more."""
        self._desk.look.changed.disconnect(self._show)

    def describe(self, text: str) -> None:
        """Say what is selected."""
        self.selected.setText(text)

    def _make_fields(self) -> None:
        self.colour_by = choice("colour by", "What the colours of points and tails mean.",
                                {name: name for name in COLOURS})
        for place, text in enumerate(COLOURS.values()):
            self.colour_by.setItemData(place, text, Qt.ItemDataRole.ToolTipRole)
        self.hide_below = Slider(0, 1, step=0.05, value=0)
        self.tail_length = QSpinBox(minimum=0, maximum=1000, suffix=" frames")
        self.point_size = QSpinBox(minimum=3, maximum=60, suffix=" pixels")
        self.rings = QCheckBox("as rings")
        tip(self.hide_below, "hide below", "Points of less confidence are not drawn; nothing is deleted.")
        tip(self.tail_length, "tail length", "How many frames of its past a point draws behind it; 0 for none.")
        tip(self.point_size, "point size", "Diameter of the points on the screen.")
        tip(self.rings, "hidden points as rings", "Whether points that something hides are drawn, as hollow rings.")
        self.colour_by.currentIndexChanged.connect(lambda: self._choose(colour_by=self.colour_by.currentData()))
        self.hide_below.valueChanged.connect(lambda value: self._choose(hide_below=round(float(value), 3)))
        self.tail_length.valueChanged.connect(lambda value: self._choose(tail_length=value))
        self.point_size.valueChanged.connect(lambda value: self._choose(size=float(value)))
        self.rings.toggled.connect(lambda on: self._choose(rings=on))

    def _choose(self, **choices: Any) -> None:
        self._desk.look.choose(**choices)
        preferences.remember("view", choices)

    def _show(self) -> None:
        values = self._desk.look.values
        with QSignalBlocker(self.colour_by):
            self.colour_by.setCurrentIndex(max(self.colour_by.findData(values.colour_by), 0))
        for field, value in ((self.hide_below, values.hide_below), (self.tail_length, values.tail_length),
                             (self.point_size, round(values.size))):
            _set_quietly(field, value)
        with QSignalBlocker(self.rings):
            self.rings.setChecked(values.rings)


def _set_quietly(field: QSlider | QSpinBox, value: float) -> None:
    with QSignalBlocker(field):
        field.setValue(value)
