"""What ruler, heat map and curve have in common: one time axis, one playhead, the same mouse."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from qtpy.QtGui import QContextMenuEvent, QFont, QFontInfo, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from .scope import Scope
from .shades import faded
from .span_band import draw_window
from .span_hand import SpanHand

ZOOM = 0.8
HALF_PLAYHEAD = 4


def stretched(share: int) -> QSizePolicy:
    """Take as much as there is; of what several take, this share."""
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    policy.setVerticalStretch(share)
    return policy


class Canvas(QWidget):
    """A strip along the time axis of a scope.

    What stands still is kept as a picture, so that moving the playhead paints only the playhead.

    Attributes
    ----------
    frame_requested : Signal(int)
        The user went to a frame.
    menu_requested : Signal(QPoint)
        The user asks what can be done, at a place on the screen.
    """

    frame_requested = Signal(int)
    menu_requested = Signal(QPoint)
    cursor_shape = Qt.CursorShape.ArrowCursor  # while nothing is held

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scope = scope
        self._still: QPixmap | None = None
        self._font: QFont | None = None
        self._grip: QPointF | None = None
        self._hand = SpanHand(self)
        self.setCursor(self.cursor_shape)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        scope.changed.connect(self.redraw)
        scope.moved.connect(self.move_playhead)
        scope.span.changed.connect(self.update)

    # geometry

    def plot(self) -> QRectF:
        """Where frames are, in pixels of the widget."""
        width = self.width() - self.scope.gutter - self.scope.margin
        return QRectF(self.scope.gutter, 0, max(width, 1), self.height())

    def x_of(self, position: float) -> float:
        """Where a frame begins; add a half for its middle."""
        plot = self.plot()
        return plot.left() + self.scope.time.fraction(position) * plot.width()

    def frame_at(self, x: float) -> int:
        """The frame at a place, the nearest one beyond the ends."""
        plot = self.plot()
        return self.scope.time.cell((x - plot.left()) / plot.width())

    def snapped(self, x: float) -> float:
        """The nearest edge of a pixel of the screen."""
        ratio = self.devicePixelRatioF()
        return round(x * ratio) / ratio

    def small_font(self) -> QFont:
        """For what is written into a strip."""
        if self._font is None:
            self._font = QFont(self.font())
            self._font.setPointSizeF(QFontInfo(self._font).pointSizeF() * 0.9)
        return self._font

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._font = None
            self.updateGeometry()
            self.redraw()

    # painting

    def draw(self, painter: QPainter) -> None:
        """Paint what stands still."""

    def redraw(self) -> None:
        """Paint again."""
        self._still = None
        self.update()

    def redraw_part(self, part: QRectF) -> None:
        """Paint a part again."""
        if self._still is not None:
            self._draw_still(part)
            self.update(part.toAlignedRect())

    def move_playhead(self, before: int, after: int) -> None:
        """Paint what the playhead leaves and where it goes."""
        for frame in (before, after):
            x = self.x_of(frame + 0.5)
            self.update(QRectF(x - HALF_PLAYHEAD, 0, 2 * HALF_PLAYHEAD, self.height()).toAlignedRect())

    def draw_playhead(self, painter: QPainter) -> None:
        """A line of two pixels, set off from whatever lies beneath."""
        plot, x = self.plot(), self.snapped(self.x_of(self.scope.frame + 0.5))
        if self.scope.time.total and plot.left() <= x <= plot.right():
            painter.fillRect(QRectF(x - 2, plot.top(), 4, plot.height()), faded(self.scope.shades.window, 0.75))
            painter.fillRect(QRectF(x - 1, plot.top(), 2, plot.height()), self.scope.shades.text)

    def draw_span(self, painter: QPainter) -> None:
        """The frames that are chosen."""
        if (ends := self.span_ends()) is not None:
            draw_window(painter, self.plot(), *ends, self.scope.shades)

    def span_ends(self) -> tuple[float, float] | None:
        """Where the chosen frames begin and end, if there are any."""
        frames = self.scope.span.frames
        return None if frames is None else (self.snapped(self.x_of(frames.start)), self.snapped(self.x_of(frames.stop)))

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        size = (self.size().toSizeF() * ratio).toSize()
        if self._still is None or self._still.size() != size:
            self._still = QPixmap(size)
            self._still.setDevicePixelRatio(ratio)
            self._draw_still(QRectF(self.rect()))
        painter = QPainter(self)
        painter.setFont(self.small_font())
        painter.drawPixmap(0, 0, self._still)
        self.draw_span(painter)
        self.draw_playhead(painter)
        painter.end()

    def _draw_still(self, part: QRectF) -> None:
        painter = QPainter(self._still)
        painter.setClipRect(part)
        painter.fillRect(part, self.scope.shades.window)
        painter.setFont(self.small_font())
        self.draw(painter)
        painter.end()

    # mouse

    def request(self, frame: int) -> None:
        """Go to a frame."""
        if self.scope.time.total:
            self.scope.set_frame(frame)
            self.frame_requested.emit(frame)

    def pan(self, right: float, down: float) -> None:
        """Show what is further along, by pixels."""
        self.scope.show_time(self.scope.time.moved(right * self.scope.time.length / self.plot().width()))

    def zoom_rows(self, factor: float, y: float) -> None:
        """Show fewer or more rows, where there are any."""

    def fit(self) -> None:
        """Show everything."""
        self.scope.show_time(self.scope.time.whole(self.scope.time.total))

    def begins_span(self, event: QMouseEvent) -> bool:
        """Whether a drag from here chooses frames; any other one scrubs."""
        return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

    def click(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """Go to a frame; outside the chosen frames, let these go."""
        frame = self.frame_at(at.x())
        if keys == Qt.KeyboardModifier.NoModifier and frame not in self.scope.span:
            self.scope.span.clear()
        self.request(frame)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if not self._hand.press(event.position().x(), begins=self.begins_span(event), waits=shift):
                self.click(event.position(), event.modifiers())
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.MiddleButton and self._grip is not None:
            way, self._grip = self._grip - event.position(), event.position()
            self.pan(way.x(), way.y())
        elif event.buttons() & Qt.MouseButton.LeftButton:
            if self._hand.is_held:
                self._hand.move(x)
            elif self.frame_at(x) != self.scope.frame:
                self.request(self.frame_at(x))
        else:
            is_end = self._hand.end_at(x) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if is_end else self.cursor_shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = None
            self.setCursor(self.cursor_shape)
        elif event.button() == Qt.MouseButton.LeftButton and self._hand.release():
            self.click(event.position(), event.modifiers())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What is clicked is what edits are about: its frame, unless it is one of those that are chosen."""
        frame = self.frame_at(event.pos().x())
        if event.reason() == QContextMenuEvent.Reason.Mouse and frame not in self.scope.span:
            self.request(frame)
        self.menu_requested.emit(event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned, sideways = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        keys, plot = event.modifiers(), self.plot()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.zoom_rows(ZOOM**turned, event.position().y())
        elif keys & Qt.KeyboardModifier.ShiftModifier or abs(sideways) > abs(turned):
            self.pan(-(turned + sideways) * plot.width() / 10, 0)
        else:
            fraction = (event.position().x() - plot.left()) / plot.width()
            self.scope.show_time(self.scope.time.zoomed(ZOOM**turned, min(max(fraction, 0), 1)))
        event.accept()
