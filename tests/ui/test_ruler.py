"""Frame numbers, the run's frames and the handle."""

from __future__ import annotations

from itertools import pairwise

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint
from qtpy.QtGui import QFontMetricsF

from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.ruler import Ruler

from .timelines import colour, make_scope


@pytest.fixture
def ruler(qtbot: QtBot) -> Ruler:
    ruler = Ruler(make_scope())
    qtbot.addWidget(ruler)
    ruler.resize(900, ruler.sizeHint().height())
    ruler.show()
    return ruler


@pytest.mark.parametrize("axis", [Axis.whole(40), Axis(40, 7.5, 12), Axis.whole(100_000)])
def test_numbers_never_touch(ruler: Ruler, axis: Axis) -> None:
    ruler.scope.set_length(axis.total)
    ruler.scope.show_time(axis)
    metrics = QFontMetricsF(ruler.small_font())
    boxes = [box for _, box, _ in ruler._labels(metrics)]
    assert 2 <= len(boxes) <= 40
    assert all(b.left() - a.right() > 6 for a, b in pairwise(boxes))
    assert ruler.plot().left() <= boxes[0].left()
    assert boxes[-1].right() <= ruler.plot().right()


def test_the_handle_stays_on_the_ruler(ruler: Ruler) -> None:
    ruler.scope.set_length(2000, range(1001, 3001))
    for frame in (0, 1000, 1999):
        ruler.scope.set_frame(frame)
        handle = ruler._handle(QFontMetricsF(ruler.small_font()))
        assert handle.left() >= 0
        assert handle.right() <= ruler.width()
        assert colour(ruler, QPoint(round(handle.left()) + 4, round(handle.center().y()))).lightness() > 150


def test_frames_that_are_tracked_are_marked(ruler: Ruler) -> None:
    place = QPoint(round(ruler.x_of(22.5)), ruler.height() - 2)
    before = colour(ruler, place)
    ruler.scope.set_running(range(20, 28))
    assert colour(ruler, place) == ruler.scope.shades.accent != before
    ruler.scope.set_running(range(27, 19, -1))
    assert colour(ruler, place) == ruler.scope.shades.accent
    ruler.scope.set_running(None)
    assert colour(ruler, place) == before


def test_a_caption_stands_over_the_names(ruler: Ruler) -> None:
    before = ruler.grab().toImage()
    ruler.set_caption("12 tracks")
    assert ruler.grab().toImage() != before


def test_without_a_clip_it_is_bare(ruler: Ruler) -> None:
    ruler.scope.set_length(0)
    ruler.grab()
