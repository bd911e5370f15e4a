"""The frame numbers above the heat map, with the chosen frames and the playhead's handle."""

from __future__ import annotations

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QFontMetricsF, QMouseEvent, QPainter
from qtpy.QtWidgets import QSizePolicy, QWidget

from .axis import round_step, ticks
from .canvas import Canvas
from .scope import Scope
from .shades import faded
from .span_band import draw_bar

BAR = 3
TIP = "Drag to choose frames for an edit, Esc to clear them; drag the number to go through the film"


class Ruler(Canvas):
    """Numbers of frames, the frames that are being tracked, those that are chosen, and a handle to drag.

    Parameters
    ----------
    scope : Scope
    """

    cursor_shape = Qt.CursorShape.PointingHandCursor

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(scope, parent)
        self.caption = ""
        self._drawn: list[tuple[float, QRectF, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Frames")
        self.setToolTip(TIP)
        scope.span.changed.connect(self.redraw)

    def sizeHint(self) -> QSize:
        return QSize(400, round(QFontMetricsF(self.small_font()).height()) + BAR + 6)

    def set_caption(self, text: str) -> None:
        """What stands above the names of the tracks while no frames are chosen."""
        if text != self.caption:
            self.caption = text
            self.redraw()

    def draw(self, painter: QPainter) -> None:
        plot, shades, metrics = self.plot(), self.scope.shades, QFontMetricsF(painter.font())
        painter.setPen(shades.dim)
        left = QRectF(0, 0, plot.left() - 8, plot.height() - BAR)
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._words())
        self._draw_running(painter)
        self._drawn = self._labels(metrics)
        for x, box, number in self._drawn:
            painter.fillRect(QRectF(x, plot.bottom() - BAR - 3, 1, 3), shades.line)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number)

    def _words(self) -> str:
        """Which frames are chosen, else the caption."""
        frames, numbers = self.scope.span.frames, self.scope.numbers
        if frames is None:
            return self.caption
        first, last = numbers[frames[0]], numbers[frames[-1]]
        return f"frame {first}" if first == last else f"frames {first}–{last}"

    def draw_span(self, painter: QPainter) -> None:
        """A bar behind the numbers, but for those that the handle would cut: half a number is worse than none."""
        handle = self._handle(QFontMetricsF(painter.font())).adjusted(-3, 0, 3, 0)
        for _, box, _ in self._drawn:
            if self._has_handle() and box.intersects(handle):
                painter.fillRect(box, self.scope.shades.window)
        if (ends := self.span_ends()) is not None:
            draw_bar(painter, self.plot().adjusted(0, 0, 0, -BAR - 1), *ends, self.scope.shades)

    def draw_playhead(self, painter: QPainter) -> None:
        if not self._has_handle():
            return
        handle, shades = self._handle(QFontMetricsF(painter.font())), self.scope.shades
        x = self.snapped(self.x_of(self.scope.frame + 0.5))
        painter.fillRect(QRectF(x - 1, handle.bottom(), 2, self.height() - handle.bottom()), shades.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shades.text)
        painter.drawRoundedRect(handle, 4, 4)
        painter.setPen(shades.window)
        painter.drawText(handle, Qt.AlignmentFlag.AlignCenter, str(self.scope.numbers[self.scope.frame]))

    def move_playhead(self, before: int, after: int) -> None:
        """The handle is wider than the line, and any number may appear from beneath it."""
        self.update()

    def _ticks(self, metrics: QFontMetricsF) -> list[tuple[int, int]]:
        time, numbers = self.scope.time, self.scope.numbers
        if not time.total:
            return []
        room = metrics.horizontalAdvance(str(numbers[-1])) * 2 + 16
        return ticks(time, numbers, round_step(time.length * room / self.plot().width()))

    def _labels(self, metrics: QFontMetricsF) -> list[tuple[float, QRectF, str]]:
        """Where each tick is, and the box of its number, which stays within the ruler."""
        plot, labels = self.plot(), []
        for frame, number in self._ticks(metrics):
            x, width = self.snapped(self.x_of(frame + 0.5)), metrics.horizontalAdvance(str(number)) + 2
            if plot.left() <= x <= plot.right():
                left = min(max(x - width / 2, plot.left()), plot.right() - width)
                labels.append((x, QRectF(left, 0, width, plot.height() - BAR - 3), str(number)))
        return labels

    def begins_span(self, event: QMouseEvent) -> bool:
        """Beside the handle every drag chooses frames."""
        on_handle = self._has_handle() and self._handle(QFontMetricsF(self.small_font())).contains(event.position())
        return super().begins_span(event) or not on_handle

    def _has_handle(self) -> bool:
        """Whether the frame that is shown is in sight."""
        time = self.scope.time
        return bool(time.total) and time.start <= self.scope.frame < time.at(1)

    def _handle(self, metrics: QFontMetricsF) -> QRectF:
        plot, x = self.plot(), self.x_of(self.scope.frame + 0.5)
        number = str(self.scope.numbers[self.scope.frame]) if self.scope.time.total else ""
        width = metrics.horizontalAdvance(number) + 12
        left = min(max(x - width / 2, plot.left() - width / 2), self.width() - width - 1)
        return QRectF(left, 1, width, self.height() - BAR - 3)

    def _draw_running(self, painter: QPainter) -> None:
        running, plot = self.scope.running, self.plot()
        track = QRectF(plot.left(), plot.bottom() - BAR, plot.width(), BAR - 1)
        painter.fillRect(track, faded(self.scope.shades.line, 0.5))
        if running is not None and len(running):
            left, right = self.x_of(min(running)), self.x_of(max(running) + 1)
            painter.fillRect(QRectF(left, track.top(), right - left, track.height()) & track, self.scope.shades.accent)
