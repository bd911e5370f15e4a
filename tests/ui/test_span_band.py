"""How a span looks, wherever it begins and ends."""

from __future__ import annotations

import pytest
from qtpy.QtCore import QRectF
from qtpy.QtGui import QColor, QImage, QPainter

from napari_cotracker.ui.shades import Shades
from napari_cotracker.ui.span_band import draw_bar, draw_window

from .timelines import dark_palette

PLOT = QRectF(10, 0, 80, 20)


def drawn(draw: object, left: float, right: float) -> QImage:
    sheet = QImage(100, 20, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    painter = QPainter(sheet)
    draw(painter, PLOT, left, right, Shades.of(dark_palette()))  # type: ignore[operator]
    painter.end()
    return sheet


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("left", "right"), [(30, 60), (-50, 60), (30, 500), (-50, 500), (200, 300), (-99, -3)])
def test_inside_stays_as_it_is_and_outside_is_veiled(left: float, right: float) -> None:
    image = drawn(draw_window, left, right)
    for x in range(10, 90):
        if abs(x - left) > 3 and abs(x - right) > 3:
            assert (image.pixelColor(x, 10) == QColor("white")) == (left <= x < right), x
    assert image.pixelColor(5, 10) == image.pixelColor(95, 10) == QColor("white"), "names and scales are no part of it"


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("left", "right"), [(30, 60), (-50, 60), (30, 500), (200, 300)])
def test_a_bar_covers_the_span(left: float, right: float) -> None:
    image = drawn(draw_bar, left, right)
    for x in range(10, 90):
        if abs(x - left) > 3 and abs(x - right) > 3:
            assert (image.pixelColor(x, 10) != QColor("white")) == (left <= x < right), x
