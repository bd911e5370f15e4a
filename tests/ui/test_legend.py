"""What colours and marks mean."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtGui import QColor

from napari_cotracker.ui.colours import SCALES
from napari_cotracker.ui.legend import Legend
from napari_cotracker.ui.shades import Shades

from .timelines import dark_palette


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    legend = Legend(Shades.of(dark_palette()))
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    return legend


def test_all_is_explained_where_there_is_room(legend: Legend) -> None:
    assert legend.shown() == 6
    for word in ("occluded", "out of view", "not tracked", "score", "dark diamond", "interpolated"):
        assert word in legend.toolTip().casefold()


def test_where_it_is_narrow_the_ramp_stays_longest(legend: Legend) -> None:
    counts = []
    for width in range(legend.width(), 0, -20):
        legend.resize(width, legend.height())
        legend.grab()
        counts.append(legend.shown())
    assert counts == sorted(counts, reverse=True)
    assert set(counts) == {0, 1, 2, 3, 4, 5, 6}


def test_the_ramp_goes_from_dark_to_bright(legend: Legend) -> None:
    image = legend.grab().toImage()
    middle, end = image.height() // 2, image.width() // 6
    colours = [image.pixelColor(x, middle) for x in range(end)]
    yellow = [x for x, c in enumerate(colours) if c.red() > 200 and c.blue() < 120]
    purple = [x for x, c in enumerate(colours) if c.blue() > 70 > c.green()]
    assert purple
    assert yellow
    assert max(purple) < min(yellow)


def test_the_lowest_score_has_the_colour_that_it_is_said_to_have(legend: Legend) -> None:
    said = re.search(r"Dark (\w+) is the lowest score", legend.toolTip())
    hue = QColor.fromRgbF(*map(float, SCALES["confidence"].colours(0.0)[:3])).hsvHue()
    assert said and hue in {"blue": range(200, 260), "violet": range(260, 310)}[said[1]]


def test_another_score_is_named(legend: Legend) -> None:
    before = legend.grab().toImage()
    legend.show_quantity("visibility", Shades.of(dark_palette()))
    assert legend.grab().toImage() != before
