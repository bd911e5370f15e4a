"""The names beside the rows."""

from __future__ import annotations

from collections.abc import Iterable

from qtpy.QtCore import QRectF, Qt
from qtpy.QtGui import QColor, QFontMetricsF, QPainter

GAP = 8


def draw_names(painter: QPainter, names: Iterable[tuple[str, float, QColor]], room: QRectF) -> int:
    """Write names right-aligned, those first that come first; one that would touch another is left out.

    Parameters
    ----------
    painter : QPainter
    names : iterable of (str, float, QColor)
        Name, height of its middle, and colour.
    room : QRectF
        Where they may be.

    Returns
    -------
    int
        How many were written.
    """
    metrics = QFontMetricsF(painter.font())
    taken: list[float] = []
    line = metrics.height()
    for name, middle, colour in names:
        y = min(max(middle, room.top() + line / 2), max(room.bottom() - line / 2, room.top()))
        if any(abs(y - other) < 0.9 * line for other in taken):
            continue
        taken.append(y)
        painter.setPen(colour)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width() - GAP - 4)
        painter.drawText(QRectF(room.left(), y - line / 2, room.width() - GAP, line),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    return len(taken)
