"""Tracks × frames: how sure the tracker is of every cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QContextMenuEvent, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from qtpy.QtWidgets import QToolTip, QWidget

from ..core.heat import Heat
from ..core.moments import spans
from .axis import Axis
from .canvas import Canvas, stretched
from .gutter import draw_names
from .heat_image import HeatImage
from .marks import draw_outline
from .row_marks import Grid, RowMarks
from .scope import Scope

Places = NDArray[np.int64]
TALLEST = 1.7  # rows, in heights of a line of text
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10,
         Qt.Key.Key_Home: -(1 << 30), Qt.Key.Key_End: 1 << 30}


class HeatMap(Canvas):
    """The heat map with its marks, selected rows and names.

    Attributes
    ----------
    row_pressed : Signal(int, Qt.KeyboardModifiers)
        A row, counted from the top of the order that is shown, was clicked.
    row_asked : Signal(int)
        The user wants the menu of a row.
    row_stepped : Signal(int)
        The user went up or down by rows.
    hovered : Signal(int, int, QPoint)
        The user rests on a cell, by row and frame, at a place on the screen.
    rows_changed : Signal
        Other rows are in sight.
    message : str
        What stands there as long as there are no rows.
    """

    row_pressed = Signal(int, object)
    row_asked = Signal(int)
    row_stepped = Signal(int)
    hovered = Signal(int, int, QPoint)
    rows_changed = Signal()

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(scope, parent)
        self.heat = Heat(np.zeros(0, np.int64), 0)
        self.order = np.zeros(0, np.int64)
        self.rows = Axis.whole(0)
        self.message = ""
        self._names: Sequence[str] = ()
        self._queries = np.zeros(0, np.int64)
        self._selected = np.zeros(0, bool)
        self._picture, self._marks = HeatImage(), RowMarks()
        self._is_fresh = False
        self._table = scope.shades.table()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(stretched(3))
        self.setAccessibleName("Tracks by frames")
        self.setAccessibleDescription("Left and Right go through the frames, Up and Down through the tracks.")

    def sizeHint(self) -> QSize:
        return QSize(600, 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, round(3 * self._line()))

    # what is shown

    def show_tracks(self, heat: Heat, order: Places, names: Sequence[str], queries: Places) -> None:
        """Show tracks in an order.

        Parameters
        ----------
        heat : Heat
        order : (n,) int64
            Rows of `heat.codes`, first to last.
        names : sequence of N str
        queries : (N,) int64
            The frame of each track's query.
        """
        self.heat, self.order, self._names, self._queries = heat, order, names, queries
        self._selected = np.zeros(len(order), bool)
        self.rows = self.rows.resized(len(order))
        self.rows_changed.emit()
        self.redraw()

    def show_frames(self, frames: Places) -> None:
        """Some frames have other codes."""
        columns = self._picture.patch(frames) if self._is_fresh else None
        if not self._is_fresh:
            self.redraw()
        elif columns is not None:
            ratio, plot = self.devicePixelRatioF(), self.plot()
            left, right = plot.left() + columns[0] / ratio, plot.left() + (columns[1] + 1) / ratio
            # a diamond at the edge reaches over to its neighbours
            self.redraw_part(QRectF(left - 8, 0, right - left + 16, self.height()))

    def show_selected(self, selected: NDArray[np.bool_]) -> None:
        """(n,) which rows of the shown order are selected."""
        self._selected = selected
        super().redraw()

    def show_rows(self, rows: Axis) -> None:
        """Show other rows."""
        if rows != self.rows:
            self.rows = rows
            self.rows_changed.emit()
            self.redraw()

    # geometry

    def plot(self) -> QRectF:
        """Where cells are; rows do not grow beyond a handy height."""
        plot = super().plot()
        plot.setHeight(self.snapped(min(plot.height(), self.rows.length * TALLEST * self._line())))
        return plot

    def y_of(self, position: float) -> float:
        """Where a row begins; add a half for its middle."""
        return self.rows.fraction(position) * self.plot().height()

    def row_at(self, y: float) -> int:
        """The row at a height, the nearest one beyond the ends."""
        return self.rows.cell(y / max(self.plot().height(), 1))

    def _line(self) -> float:
        return QFontMetricsF(self.small_font()).height()

    def _height_of_row(self) -> float:
        return self.plot().height() / self.rows.length if self.rows.length else 0.0

    # painting

    def redraw(self) -> None:
        """Paint again, the pixels of the cells too."""
        self._is_fresh = False
        super().redraw()

    def set_table(self) -> None:
        """Take the colours of another theme."""
        self._table = self.scope.shades.table()
        self.redraw()

    def draw(self, painter: QPainter) -> None:
        if not len(self.order) or not self.scope.time.total:
            painter.setPen(self.scope.shades.dim)
            painter.setFont(self.font())
            painter.drawText(QRectF(self.rect()).adjusted(16, 0, -16, 0),
                             Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message)
            return
        self._render()
        plot = self.plot()
        painter.drawImage(plot.topLeft(), self._picture.image)
        self._draw_gaps(painter)
        self._draw_running(painter)
        painter.setClipRect(plot.adjusted(-6, 0, 6, 0), Qt.ClipOperation.IntersectClip)
        self._draw_marks(painter)
        painter.setClipping(False)
        self._draw_selected(painter)
        self._draw_names(painter)

    def draw_playhead(self, painter: QPainter) -> None:
        if len(self.order):
            super().draw_playhead(painter)
        if self.hasFocus():
            draw_outline(painter, QRectF(self.rect()), self.scope.shades.accent, None)

    def _render(self) -> None:
        ratio, plot = self.devicePixelRatioF(), self.plot()
        size = (max(round(plot.width() * ratio), 1), max(round(plot.height() * ratio), 1))
        old = self._picture.image
        if self._is_fresh and (old.width(), old.height()) == size:
            return
        self._picture.render(self.heat.codes, self.order, rows=self.rows, time=self.scope.time, size=size,
                             table=self._table)
        self._picture.image.setDevicePixelRatio(ratio)
        self._is_fresh = True

    def _draw_gaps(self, painter: QPainter) -> None:
        if self._height_of_row() < 7:
            return
        plot = self.plot()
        for row in range(int(self.rows.start) + 1, int(np.ceil(self.rows.at(1)))):
            painter.fillRect(QRectF(plot.left(), self.snapped(self.y_of(row)) - 1, plot.width(), 1),
                             self.scope.shades.window)

    def _draw_running(self, painter: QPainter) -> None:
        if running := self.scope.running:
            plot = self.plot()
            for position in (min(running), max(running) + 1):
                line = QRectF(self.snapped(self.x_of(position)) - 1, 0, 2, plot.height())
                painter.fillRect(line & plot, self.scope.shades.accent)

    def _draw_marks(self, painter: QPainter) -> None:
        chosen = np.zeros(len(self.heat.ids), np.bool_)
        chosen[self.order[self._selected]] = True
        grid = Grid(self.plot(), self.scope.time, self.rows)
        self._marks.draw(painter, grid, self.heat, self.order, queries=self._queries, telling=chosen)
        self._marks.draw_queries(painter, grid, self.order, self._queries, self.scope.shades)

    def _draw_selected(self, painter: QPainter) -> None:
        plot, shades = self.plot(), self.scope.shades
        for first, last in spans(self._selected):
            top, bottom = self.y_of(first), self.y_of(last + 1)
            if bottom < 0 or top > plot.height():
                continue
            spare = max(4 - (bottom - top), 0) / 2
            box = QRectF(plot.left() - 1, self.snapped(top - spare) - 1, plot.width() + 2,
                         self.snapped(bottom - top + 2 * spare) + 1)
            draw_outline(painter, box, shades.text, shades.window)

    def _draw_names(self, painter: QPainter) -> None:
        """Selected rows first; others where there is room for a name."""
        first, last = int(self.rows.start), min(int(np.ceil(self.rows.at(1))), len(self.order))
        chosen = (first + np.flatnonzero(self._selected[first:last])).tolist()
        others = [] if self._height_of_row() < 0.9 * self._line() else range(first, last)
        shades = self.scope.shades
        names = ((self._names[self.order[place]], self.y_of(place + 0.5),
                  shades.text if self._selected[place] else shades.dim) for place in dict.fromkeys([*chosen, *others]))
        draw_names(painter, names, QRectF(0, 0, self.plot().left(), self.height()))

    # mouse and keys

    def pan(self, right: float, down: float) -> None:
        """Show what is further along, or further down."""
        super().pan(right, down)
        if down:
            self.show_rows(self.rows.moved(down * self.rows.length / max(self.plot().height(), 1)))

    def zoom_rows(self, factor: float, y: float) -> None:
        """Show fewer or more rows."""
        handy = self.height() / (TALLEST * self._line())
        fraction = min(max(y / max(self.plot().height(), 1), 0), 1)
        self.show_rows(self.rows.zoomed(factor, fraction, handy))

    def fit(self) -> None:
        """Show all rows and frames."""
        self.show_rows(Axis.whole(len(self.order)))
        super().fit()

    def click(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        if self._has_row_at(at.y()):
            self.row_pressed.emit(self.row_at(at.y()), keys)
        super().click(at, keys)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse and self._has_row_at(event.pos().y()):
            self.row_asked.emit(self.row_at(event.pos().y()))
        super().contextMenuEvent(event)

    def _has_row_at(self, y: float) -> bool:
        return len(self.order) > 0 and y < self.plot().height()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons() and QToolTip.isVisible():
            self._show_tip(event.position().toPoint(), event.globalPosition().toPoint())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _show_tip(self, at: QPoint, on_screen: QPoint) -> None:
        if self.plot().contains(at.toPointF()) and len(self.order):
            self.hovered.emit(self.row_at(at.y()), self.frame_at(at.x()), on_screen)
        else:
            QToolTip.hideText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            last = max(self.scope.time.total - 1, 0)
            self.request(min(max(self.scope.frame + STEPS[key], 0), last))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.row_stepped.emit(-1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)
