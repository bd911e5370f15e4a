"""Names beside the rows."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QRectF
from qtpy.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from napari_cotracker.ui.gutter import draw_names


@pytest.mark.usefixtures("qapp")
def test_names_do_not_touch_and_the_first_ones_win() -> None:
    sheet = QPixmap(100, 100)
    sheet.fill(QColor("black"))
    painter = QPainter(sheet)
    line = QFontMetricsF(painter.font()).height()
    names = [("chosen", 50.0, QColor("white")), ("too close", 50 + line / 2, QColor("red")),
             ("far", 10.0, QColor("white")), ("a very long name that does not fit", 90.0, QColor("white"))]
    assert draw_names(painter, names, QRectF(0, 0, 90, 100)) == 3
    painter.end()
    image = sheet.toImage()
    lit = {(x, y) for x in range(100) for y in range(100) if image.pixelColor(x, y).lightness() > 100}
    assert {x for x, _ in lit} <= set(range(90))
    assert min(y for _, y in lit) >= 0
