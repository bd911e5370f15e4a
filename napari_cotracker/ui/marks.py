"""Diamonds, lines and outlines that stand out from every colour of a heat map."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPointF, QRectF, Qt
from qtpy.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

FILL, RIM = QColor("white"), QColor(20, 20, 24)


def places_of_marks(order: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(count,) where each row is in an order, -1 where it is not."""
    places = np.full(count, -1, np.int64)
    places[order] = np.arange(len(order))
    return places


def draw_diamonds(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64], radius: float, *,
                  dark: bool = False) -> None:
    """Diamonds, light or dark; of those that would cover one another, one."""
    clip = painter.clipBoundingRect()
    seen = (x > clip.left() - 2 * radius) & (x < clip.right() + 2 * radius)
    if not seen.any():
        return
    stamp = _stamp(radius, painter.device().devicePixelRatioF(), dark)
    half = stamp.width() / stamp.devicePixelRatio() / 2
    corners = np.stack([x[seen], y[seen]], 1)
    column, row = (corners // (1.5 * radius)).astype(np.int64).T
    corners = corners[np.unique((column << 32) + row, return_index=True)[1]] - half
    for left, top in corners.tolist():
        painter.drawPixmap(QPointF(left, top), stamp)


def draw_lines(painter: QPainter, left: NDArray[np.float64], right: NDArray[np.float64], y: NDArray[np.float64]
               ) -> None:
    """Level lines with a rim, from left to right; none where both are the same."""
    long = right > left
    boxes = [QRectF(start, height - 0.5, end - start, 1)
             for start, end, height in zip(left[long].tolist(), right[long].tolist(), y[long].tolist())]
    painter.setPen(Qt.PenStyle.NoPen)
    for colour, rim in ((RIM, 1), (FILL, 0)):
        painter.setBrush(colour)
        painter.drawRects([box.adjusted(0, -rim, 0, rim) for box in boxes])


def diamond(centre: QPointF, radius: float) -> QPolygonF:
    """Its four corners."""
    x, y = centre.x(), centre.y()
    return QPolygonF([QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)])


def draw_outline(painter: QPainter, box: QRectF, colour: QColor, halo: QColor | None) -> None:
    """A frame of one pixel along the inside of a box, with another around it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if halo is not None:
        painter.setPen(QPen(halo, 1))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
    painter.setPen(QPen(colour, 1))
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


def paint_diamond(painter: QPainter, centre: QPointF, radius: float, dark: bool = False) -> None:
    """One, as large as it is: light with a dark rim, or dark with a light one."""
    painter.setPen(QPen(FILL if dark else RIM, 1.2))
    painter.setBrush(RIM if dark else FILL)
    painter.drawPolygon(diamond(centre, radius))


@lru_cache(maxsize=16)
def _stamp(radius: float, ratio: float, dark: bool) -> QPixmap:
    side = 2 * (radius + 1.5)
    stamp = QPixmap(round(side * ratio), round(side * ratio))
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_diamond(painter, QPointF(side / 2, side / 2), radius, dark)
    painter.end()
    return stamp
