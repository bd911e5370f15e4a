"""What the colours and marks of the timeline mean."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QSizePolicy, QWidget

from .marks import paint_diamond
from .shades import Shades, ramp

GAP, INNER = 16, 6
ANCHOR, HIDDEN = "anchor", "hidden by you"


class Legend(QWidget):
    """A line of samples; where it gets narrow, the last ones are left out and stay in the tooltip.

    Parameters
    ----------
    shades : Shades
    """

    def __init__(self, shades: Shades, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shades, self._quantity = shades, "confidence"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Legend")
        self.setToolTip(
            "<p>Dark violet is the lowest score, yellow the highest. Grey: occluded; darker or paler grey: out of "
            "view; background: not tracked.</p><p>Diamond: placed or approved by you; a line joins both ends of a "
            "stretch. Dark diamond: marked as hidden by you. Short line: where another track starts.</p><p>In the "
            "curve below, dashes are interpolated, and what you marked as hidden has another shade.</p>")

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths()) + GAP * len(self._entries())), round(1.6 * self._line()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(1.4 * self._line()))

    def show_quantity(self, quantity: str, shades: Shades) -> None:
        """Another score, other colours."""
        self._quantity, self._shades = quantity, shades
        self.update()

    def least(self) -> int:
        """Width of the first entry, the scale."""
        return round(self._widths()[0]) + 1

    def shown(self) -> int:
        """How many entries find room."""
        ends = np.cumsum([width + GAP for width in self._widths()]) - GAP
        return int((ends <= self.width()).sum())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        widths = self._widths()[: self.shown()]
        x = self.width() - sum(widths) - GAP * max(len(widths) - 1, 0)
        for (text, colour), width in zip(self._entries(), widths):
            if text == self._quantity:
                at = self._draw_ramp(painter, x)
            elif colour is None:
                at = self._draw_diamond(painter, x, text == HIDDEN)
            else:
                at = self._draw_sample(painter, x, colour)
            painter.setPen(self._shades.text)
            painter.drawText(QRectF(at + INNER, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += width + GAP
        painter.end()

    def _entries(self) -> list[tuple[str, QColor | None]]:
        shades = self._shades
        return [(self._quantity, None), ("occluded", shades.occluded), (ANCHOR, None),
                (HIDDEN, None), ("out of view", shades.out_of_view), ("not tracked", shades.empty)]

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(self.font())
        ramp_more = self._ramp_width() - self._sample()
        return [self._sample() + INNER + metrics.horizontalAdvance(text) + 2 + ramp_more * (k == 0)
                for k, (text, _) in enumerate(self._entries())]

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height()

    def _sample(self) -> float:
        return round(0.75 * self._line())

    def _ramp_width(self) -> float:
        return 4 * self._line() + QFontMetricsF(self.font()).horizontalAdvance("01") + 2 * INNER

    def _draw_ramp(self, painter: QPainter, x: float) -> float:
        """0, the colours, 1; gives where it ends."""
        metrics = QFontMetricsF(self.font())
        start = x + metrics.horizontalAdvance("0") + INNER
        box = QRectF(start, (self.height() - self._sample()) / 2, 4 * self._line(), self._sample())
        gradient = QLinearGradient(box.topLeft(), box.topRight())
        for stop, colour in zip(np.linspace(0, 1, 9).tolist(), ramp(np.linspace(0, 1, 9))):
            gradient.setColorAt(stop, colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(self._shades.dim)
        painter.drawText(QRectF(x, 0, 20, self.height()), Qt.AlignmentFlag.AlignVCenter, "0")
        painter.drawText(QRectF(box.right() + INNER, 0, 20, self.height()), Qt.AlignmentFlag.AlignVCenter, "1")
        return x + self._ramp_width()

    def _draw_diamond(self, painter: QPainter, x: float, dark: bool) -> float:
        """Gives where it ends, as the others do."""
        half = self._sample() / 2
        paint_diamond(painter, QPointF(x + half, self.height() / 2), half, dark)
        return x + 2 * half

    def _draw_sample(self, painter: QPainter, x: float, colour: QColor) -> float:
        """A patch of colour."""
        box = QRectF(x, (self.height() - self._sample()) / 2, self._sample(), self._sample())
        painter.setPen(QPen(self._shades.line, 1))
        painter.setBrush(colour)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        return box.right()
