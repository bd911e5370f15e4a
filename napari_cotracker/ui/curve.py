"""The scores and the speed of one track, beneath the heat map and on the same time axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from qtpy.QtWidgets import QWidget

from ..core.heat import pixel_edges
from ..core.moments import envelope, spans
from .axis import round_step
from .canvas import Canvas, stretched
from .marks import FILL, draw_diamonds
from .scope import Scope
from .shades import faded

Floats = NDArray[np.float32]
LONG = 300  # points of which one stroke is slow
DASHES = [2.5, 1.8]  # of an interpolated curve, in widths of its pen
DASH_PIXELS = (4, 3)  # the same where many frames share a pixel


@dataclass(frozen=True)
class CurveData:
    """What is drawn of a track.

    Parameters
    ----------
    name : str
    confidence, visibility, speed : (T,) float32
        Speed in pixels per frame.
    hidden : (T,) bool
        Where the point is occluded or out of view.
    anchors : (k,) int64
        Frames on which a person says where the point is.
    denied : (T,) bool, optional
        Where a person says that it cannot be seen.
    interpolated : (T,) bool, optional
        Where positions are drawn from one known frame to the next, not tracked.
    """

    name: str
    confidence: Floats
    visibility: Floats
    speed: Floats
    hidden: NDArray[np.bool_]
    anchors: NDArray[np.int64]
    denied: NDArray[np.bool_] | None = None
    interpolated: NDArray[np.bool_] | None = None


class Curve(Canvas):
    """Confidence, visibility and speed of exactly one track.

    Parameters
    ----------
    scope : Scope
    """

    cursor_shape = Qt.CursorShape.PointingHandCursor

    def __init__(self, scope: Scope, parent: QWidget | None = None) -> None:
        super().__init__(scope, parent)
        self._data: CurveData | None = None
        self.setSizePolicy(stretched(2))
        self.setAccessibleName("Scores and speed of the selected track")

    def sizeHint(self) -> QSize:
        return QSize(600, round(5.4 * QFontMetricsF(self.small_font()).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, round(4.2 * QFontMetricsF(self.small_font()).height()))

    def show_data(self, data: CurveData | None) -> None:
        """Show a track; with None there is nothing to see."""
        self._data = data
        self.setVisible(data is not None)
        self.redraw()

    def plot(self) -> QRectF:
        """Where the curves are, a little inside the strip."""
        return super().plot().adjusted(0, 6, 0, -4)

    def draw(self, painter: QPainter) -> None:
        data, plot, shades = self._data, self.plot(), self.scope.shades
        if data is None or len(data.confidence) != self.scope.time.total:
            return
        painter.fillRect(plot, shades.empty)
        painter.save()
        painter.setClipRect(plot, Qt.ClipOperation.IntersectClip)
        time, width = self.scope.time, max(int(plot.width()), 1)
        self._edges = pixel_edges(time.start, time.length, width, time.total)
        self._shade(painter, data.hidden, 0.4)
        if data.denied is not None:
            self._shade(painter, data.denied, 0.5)
        for share in (0.0, 0.5, 1.0):
            painter.fillRect(QRectF(plot.left(), self.snapped(self._y(share)), plot.width(), 1),
                             faded(shades.line, 0.6))
        top = self._draw_speed(painter, data.speed)
        draw_line = self._draw_band if time.length > width else self._draw_line
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_line(painter, data.visibility, QPen(shades.visibility, 1.2))
        for values, pen in self._confidence(data):
            draw_line(painter, values, pen)
        said = np.full(len(data.confidence), np.nan, np.float32)
        said[data.anchors] = np.nan_to_num(data.confidence[data.anchors], nan=1.0)
        draw_line(painter, said, QPen(FILL, 1.2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_anchors(painter, data)
        painter.restore()
        self._draw_legend(painter, data.name, top)

    def _y(self, share: float) -> float:
        plot = self.plot()
        return plot.bottom() - 3 - share * (plot.height() - 6)

    def _shade(self, painter: QPainter, frames: NDArray[np.bool_], opacity: float) -> None:
        plot, colour = self.plot(), faded(self.scope.shades.occluded, opacity)
        seen = np.maximum.reduceat(frames[: self._edges[-1]], self._edges[:-1])
        for first, last in spans(seen):
            painter.fillRect(QRectF(plot.left() + first, plot.top(), last - first + 1, plot.height()), colour)

    def _confidence(self, data: CurveData) -> list[tuple[Floats, QPen]]:
        """The curve, its interpolated frames as one of their own: dashed, and at the top if they have no score."""
        whole = QPen(self.scope.shades.confidence, 2.0)
        drawn = data.interpolated
        if drawn is None or not drawn.any():
            return [(data.confidence, whole)]
        dashed = QPen(whole)
        dashed.setCapStyle(Qt.PenCapStyle.FlatCap)  # others make dashes longer and gaps shorter
        dashed.setDashPattern(DASHES)
        scores = np.where(drawn, np.nan_to_num(data.confidence, nan=1.0), data.confidence)
        near = drawn.copy()  # dashes lead up to the known frames at either end
        near[1:] |= drawn[:-1]
        near[:-1] |= drawn[1:]
        return [(np.where(drawn, np.nan, scores).astype(np.float32), whole),
                (np.where(near, scores, np.nan).astype(np.float32), dashed)]

    def _draw_line(self, painter: QPainter, values: Floats, pen: QPen) -> None:
        """In one stroke, or where that would be slow, in one from each frame to the next."""
        painter.setPen(pen)
        x, y = self._samples(values)
        y = self._y(1) + (1 - y) * (self._y(0) - self._y(1))
        for first, last in spans(np.isfinite(y)):
            points = [QPointF(*pair) for pair in zip(x[first : last + 1].tolist(), y[first : last + 1].tolist())]
            if 1 < len(points) < LONG:
                painter.drawPolyline(QPolygonF(points))
            elif _is_dashed(pen):
                for start in range(0, len(points), LONG):
                    painter.drawPolyline(QPolygonF(points[start : start + LONG + 1]))
            else:  # a single frame is a dot
                painter.drawLines([QLineF(*ends) for ends in zip(points, points[1:] or points)])

    def _draw_band(self, painter: QPainter, values: Floats, pen: QPen) -> None:
        """From the lowest to the highest value behind every pixel, each touching the one before."""
        bounds = envelope(values, self._edges)
        low, high = bounds.T
        low[1:], high[1:] = np.fmin(low[1:], bounds[:-1, 1]), np.fmax(high[1:], bounds[:-1, 0])
        known = np.isfinite(envelope(values, self._edges)[:, 0])
        if _is_dashed(pen):
            known &= np.arange(len(known)) % sum(DASH_PIXELS) < DASH_PIXELS[0]
        span, half = self._y(0) - self._y(1), pen.widthF() / 2
        top, bottom = self._y(1) + (1 - high) * span - half, self._y(1) + (1 - low) * span + half
        self._draw_columns(painter, np.where(known, top, np.nan), bottom, pen.color())

    def _draw_speed(self, painter: QPainter, speed: Floats) -> int:
        """Soft bars, which nobody takes for a score; gives the speed at the top."""
        top = round_step(max(float(np.nanmax(speed, initial=0.0)), 1))
        fastest = envelope(speed, self._edges)[:, 1] / top
        foot = np.full(len(fastest), self._y(0), np.float32)
        self._draw_columns(painter, foot - fastest * (foot - self._y(1)), foot, faded(self.scope.shades.text, 0.18))
        return top

    def _draw_columns(self, painter: QPainter, top: Floats, bottom: Floats, colour: QColor) -> None:
        """A stroke down each pixel, none where `top` is NaN."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        columns = zip(np.arange(len(top)).tolist(), top.tolist(), (bottom - top).tolist())
        x = self.plot().left()
        painter.drawRects([QRectF(x + k, y, 1, height) for k, y, height in columns if height > 0])

    def _draw_anchors(self, painter: QPainter, data: CurveData) -> None:
        """Diamonds at both ends of what a person said: light where the point is, dark where it cannot be seen."""
        said = np.zeros(len(data.confidence), np.bool_)
        said[data.anchors] = True
        for frames, dark in ((data.denied, True), (said, False)):
            places = spans(frames) if frames is not None else []
            ends = np.array(sorted({frame for pair in places for frame in pair}), np.int64)
            scores = np.nan_to_num(data.confidence[ends], nan=1.0)
            y = self._y(0) + scores.astype(np.float64) * (self._y(1) - self._y(0))
            draw_diamonds(painter, np.asarray(self.x_of(0) + (ends + 0.5) * self._width_of_frame()), y, 4.0, dark=dark)

    def _width_of_frame(self) -> float:
        return self.plot().width() / self.scope.time.length

    def _samples(self, values: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places and values of the frames in sight, and of one more to either side."""
        time, plot = self.scope.time, self.plot()
        first, last = max(int(time.start) - 1, 0), min(int(time.at(1)) + 2, time.total)
        x = self.x_of(first + 0.5) + np.arange(last - first) * plot.width() / time.length
        return x, values[first:last].astype(float)

    def _draw_legend(self, painter: QPainter, name: str, top: int) -> None:
        metrics, shades, plot = QFontMetricsF(painter.font()), self.scope.shades, self.plot()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        entries = ((name, shades.text), ("confidence", shades.confidence), ("visibility", shades.visibility),
                   ("speed, px/frame", shades.dim))
        step = min(metrics.height(), self.height() / len(entries))
        above = (self.height() - step * len(entries)) / 2
        for k, (text, colour) in enumerate(entries):
            painter.setPen(colour)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, plot.left() - 12)
            painter.drawText(QRectF(0, above + k * step, plot.left() - 8, step), right, shown)
        self._draw_scale(painter, str(top), metrics.height())

    def _draw_scale(self, painter: QPainter, top: str, line: float) -> None:
        painter.setPen(self.scope.shades.dim)
        left = self.plot().right() + 5
        for text, y in ((top, self._y(1)), ("0", self._y(0))):
            place = min(max(y - line / 2, 0), self.height() - line)
            painter.drawText(QRectF(left, place, self.width() - left, line), Qt.AlignmentFlag.AlignVCenter, text)

    def caption_width(self) -> float:
        """Room that the captions need."""
        return QFontMetricsF(self.small_font()).horizontalAdvance("speed, px/frame")


def _is_dashed(pen: QPen) -> bool:
    return pen.style() == Qt.PenStyle.CustomDashLine
