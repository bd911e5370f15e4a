"""How a span of frames looks on a strip."""

from __future__ import annotations

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QPainter

from .shades import Shades, faded

OUTSIDE = 0.5  # how much of what lies outside is covered


def draw_window(painter: QPainter, plot: QRectF, left: float, right: float, shades: Shades) -> None:
    """Step back what lies outside the span; its own colours stay as they are.

    Parameters
    ----------
    painter : QPainter
    plot : QRectF
    left, right : float
        Where the span begins and ends; both may lie beyond the plot.
    shades : Shades
    """
    veil = faded(shades.window, OUTSIDE)
    box = QRectF(left, plot.top(), right - left, plot.height()) & plot
    if box.isEmpty():
        painter.fillRect(plot, veil)
        return
    painter.fillRect(QRectF(plot.left(), plot.top(), box.left() - plot.left(), plot.height()), veil)
    painter.fillRect(QRectF(box.right(), plot.top(), plot.right() - box.right(), plot.height()), veil)
    for x in (left, right):
        if plot.left() - 1 <= x <= plot.right() + 1:
            painter.fillRect(QRectF(x - 2, plot.top(), 3, plot.height()), faded(shades.window, 0.7))
            painter.fillRect(QRectF(x - 1, plot.top(), 1, plot.height()), shades.accent)


def draw_bar(painter: QPainter, plot: QRectF, left: float, right: float, shades: Shades) -> None:
    """A bar with a grip at either end, for the ruler."""
    box = QRectF(left, plot.top(), right - left, plot.height()) & plot
    if box.isEmpty():
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(shades.accent, 0.35))
    painter.drawRoundedRect(box, 3, 3)
    painter.setBrush(shades.accent)
    for x in (left, right):
        if plot.left() - 1 <= x <= plot.right() + 1:
            painter.drawRoundedRect(QRectF(x - 2, box.top(), 4, box.height()), 2, 2)
    painter.restore()
