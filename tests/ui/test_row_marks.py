"""What a person said, over the rows of a heat map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QRectF
from qtpy.QtGui import QColor, QImage, QPainter

from napari_cotracker.core.heat import DENIED, PLACED, Heat
from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.row_marks import Grid, RowMarks, Stretches
from napari_cotracker.ui.shades import Shades

from .timelines import dark_palette

ROWS, FRAMES, WIDE, HIGH = 4, 40, 20, 16
GROUND = QColor(60, 60, 120)


def drawn(anchors: list[tuple[int, int]], denied: list[bool], *, queries: int = 0, high: int = HIGH) -> QImage:
    """Rows of some height; tracks start on frame `queries`."""
    heat = Heat(np.arange(ROWS), FRAMES)
    for cell, no in zip(anchors, denied, strict=True):
        heat.said[cell] = DENIED if no else PLACED
    sheet = QImage(WIDE * FRAMES, high * ROWS, QImage.Format.Format_RGB32)
    sheet.fill(GROUND)
    painter = QPainter(sheet)
    painter.setClipRect(sheet.rect())
    grid = Grid(QRectF(sheet.rect()), Axis.whole(FRAMES), Axis.whole(ROWS))
    marks, order, starts = RowMarks(), np.arange(ROWS)[::-1], np.full(ROWS, queries)
    marks.draw(painter, grid, heat, order, queries=starts, telling=np.zeros(ROWS, bool))
    marks.draw_queries(painter, grid, order, starts, Shades.of(dark_palette()))
    painter.end()
    return sheet


def shown(image: QImage, row: int, frame: float, high: int = HIGH) -> QColor:
    """In the middle of a cell; rows are in reverse order."""
    return image.pixelColor(round((frame + 0.5) * WIDE), round((ROWS - 1 - row + 0.5) * high))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), unique=True), st.integers(0, 2**16))
def test_stretches_hold_every_anchor_once(cells: list[tuple[int, int]], seed: int) -> None:
    cells, denied = sorted(cells), np.random.default_rng(seed).random(len(cells)) < 0.5
    found = Stretches.of(np.array(cells, np.int64).reshape(-1, 2), denied)
    again = [(row, frame, bool(no)) for row, first, last, no in zip(*(part.tolist() for part in found))
             for frame in range(first, last + 1)]
    assert sorted(again) == sorted((*one, bool(no)) for one, no in zip(cells, denied))
    ends = {(row, last + 1, bool(no)) for row, _, last, no in zip(*(part.tolist() for part in found))}
    assert not ends & set(again), "two that touch would be one"


@pytest.mark.usefixtures("qapp")
def test_light_where_it_is_and_dark_where_it_cannot_be_seen() -> None:
    image = drawn([(1, 10), (2, 20)], [False, True], queries=5)
    assert shown(image, 1, 10).lightness() > 240
    assert shown(image, 2, 20).lightness() < 40
    around = [image.pixelColor(round(20.5 * WIDE) + dx, round(1.5 * HIGH)).lightness() for dx in range(-6, 7)]
    assert max(around) > 150


@pytest.mark.usefixtures("qapp")
def test_a_stretch_has_two_ends_and_a_line() -> None:
    image = drawn([(1, frame) for frame in range(10, 21)], [False] * 11, queries=5)
    assert shown(image, 1, 10).lightness() > 240
    assert shown(image, 1, 20).lightness() > 240
    column = [image.pixelColor(round(15.5 * WIDE), round(2.5 * HIGH) + dy).lightness() for dy in range(-6, 7)]
    assert sum(value > 240 for value in column) == 1, "a thin line, no diamond"
    assert shown(image, 1, 8) == GROUND


@pytest.mark.usefixtures("qapp")
def test_a_start_without_an_anchor_is_a_short_line() -> None:
    image = drawn([(1, 5)], [False], queries=5)
    assert shown(image, 0, 5).lightness() > 200
    assert image.pixelColor(round(5.5 * WIDE), round(3.5 * HIGH) + 7) == GROUND
    assert shown(image, 1, 5).lightness() > 240, "the diamond says it"


@pytest.mark.usefixtures("qapp")
def test_in_a_crowd_lone_starts_are_left_out_and_stretches_are_not() -> None:
    image = drawn([(1, 5), *((2, frame) for frame in range(5, 9))], [False] * 5, queries=5, high=3)
    lit = {x // WIDE for x in range(image.width()) if image.pixelColor(x, 4).lightness() > 200}
    assert {5, 8} <= lit, "of the row with a stretch"
    left_out = drawn([(1, 5)], [False], queries=5, high=3)
    assert all(left_out.pixelColor(x, 7) == GROUND for x in range(left_out.width()))
