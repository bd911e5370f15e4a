"""Ruler, heat map and curve above one another, on one time axis."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QPoint, Qt, Signal
from qtpy.QtGui import QFont, QFontMetricsF
from qtpy.QtWidgets import QGridLayout, QHBoxLayout, QShortcut, QWidget

from .curve import Curve
from .heatmap import HeatMap
from .range_bar import RangeBar
from .ruler import Ruler
from .scope import Scope
from .shades import Shades


class Strips(QWidget):
    """The three strips with their scroll bars; Escape lets the chosen frames go.

    Parameters
    ----------
    scope : Scope

    Attributes
    ----------
    frame_requested : Signal(int)
        The user went to a frame.
    menu_requested : Signal(QPoint)
        The user asks what can be done, at a place on the screen.
    """

    frame_requested = Signal(int)
    menu_requested = Signal(QPoint)

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self.ruler, self.heatmap, self.curve = Ruler(scope), HeatMap(scope), Curve(scope)
        self.time_bar, self.row_bar = RangeBar(Qt.Orientation.Horizontal), RangeBar(Qt.Orientation.Vertical)
        self._escape = QShortcut(Qt.Key.Key_Escape, self, self._scope.span.clear,
                                 context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._lay_out()
        self._connect()
        self._show_span()

    def set_looks(self, font: QFont, shades: Shades, names: Iterable[str]) -> None:
        """Follow another theme.

        Parameters
        ----------
        font : QFont
        shades : Shades
        names : iterable of str
            Of the tracks.
        """
        for strip in (self.ruler, self.heatmap, self.curve):
            strip.setFont(font)
        self.fit_gutter(names)
        self._scope.set_shades(shades)
        self.heatmap.set_table()

    def fit_gutter(self, names: Iterable[str]) -> None:
        """Make room for names, the curve's captions and the speed's numbers, as the font has it."""
        metrics = QFontMetricsF(self.ruler.small_font())
        longest = sorted(names, key=len)[-20:]
        widest = max((metrics.horizontalAdvance(name) for name in longest), default=0)
        room = min(max(widest, self.curve.caption_width()), metrics.averageCharWidth() * 24) + 14
        self._scope.gutter = -(-round(room) // 4) * 4  # whole pixels at 125, 150 and 175 % too
        self._scope.margin = -(-round(metrics.horizontalAdvance("0000") + 8) // 4) * 4
        self._beneath.setContentsMargins(self._scope.gutter, 3, self._scope.margin, 0)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setSpacing(0)
        grid.setContentsMargins(0, 0, 0, 4)
        for row, widget in enumerate((self.ruler, self.heatmap, self.curve)):
            grid.addWidget(widget, row, 0)
        self._beneath = QHBoxLayout()
        self._beneath.addWidget(self.time_bar)
        grid.addLayout(self._beneath, 3, 0)
        grid.addWidget(self.row_bar, 1, 1)
        for strip in (self.ruler, self.curve):  # a click on them goes on with the heat map's keys
            strip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            strip.setFocusProxy(self.heatmap)

    def _connect(self) -> None:
        for strip in (self.ruler, self.heatmap, self.curve):
            strip.frame_requested.connect(self.frame_requested)
            strip.menu_requested.connect(self.menu_requested)
        self.time_bar.axis_requested.connect(self._scope.show_time)
        self.row_bar.axis_requested.connect(self.heatmap.show_rows)
        self._scope.changed.connect(self._show_ranges)
        self.heatmap.rows_changed.connect(self._show_ranges)
        self._scope.span.changed.connect(self._show_span)

    def _show_ranges(self) -> None:
        self.time_bar.show_axis(self._scope.time)
        self.row_bar.show_axis(self.heatmap.rows)

    def _show_span(self) -> None:
        # without a span the key is somebody else's
        self._escape.setEnabled(self._scope.span.frames is not None)
