"""Diamonds and outlines."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPointF, QRectF
from qtpy.QtGui import QColor, QPainter, QPixmap

from napari_cotracker.ui.marks import diamond, draw_diamonds, draw_outline, places_of_marks


@pytest.mark.usefixtures("qapp")
def test_diamonds_stand_where_they_should() -> None:
    sheet = QPixmap(60, 30)
    sheet.fill(QColor("black"))
    painter = QPainter(sheet)
    painter.setClipRect(0, 0, 60, 30)
    draw_diamonds(painter, np.array([10.0, 40.0, 999.0]), np.array([15.0, 15.0, 15.0]), 4)
    painter.end()
    image = sheet.toImage()
    assert image.pixelColor(10, 15).lightness() > 200
    assert image.pixelColor(40, 15).lightness() > 200
    assert image.pixelColor(25, 15).lightness() == 0


def test_a_crowd_of_diamonds_is_thinned(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, drawn = QPixmap(60, 30), []

    class Counting(QPainter):
        def drawPixmap(self, *arguments: object) -> None:
            drawn.append(arguments)

    painter = Counting(sheet)
    painter.setClipRect(0, 0, 60, 30)
    draw_diamonds(painter, np.full(500, 20.0), np.linspace(0, 29, 500), 4)
    painter.end()
    assert 3 <= len(drawn) <= 8


@pytest.mark.usefixtures("qapp")
def test_an_outline_leaves_its_inside_alone() -> None:
    sheet = QPixmap(40, 20)
    sheet.fill(QColor("black"))
    painter = QPainter(sheet)
    draw_outline(painter, QRectF(5, 5, 30, 10), QColor("white"), None)
    painter.end()
    image = sheet.toImage()
    assert image.pixelColor(20, 10).lightness() == 0
    assert image.pixelColor(20, 5).lightness() == 255
    assert image.pixelColor(5, 10).lightness() == 255


def test_a_diamond_has_its_centre_in_the_middle() -> None:
    assert diamond(QPointF(3, 4), 2).boundingRect().center() == QPointF(3, 4)


def test_rows_that_are_not_shown_have_no_place() -> None:
    assert places_of_marks(np.array([3, 0]), 4).tolist() == [1, -1, -1, 0]
