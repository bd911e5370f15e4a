"""Scroll bars of an axis."""

from __future__ import annotations

from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.range_bar import RangeBar


def test_it_is_there_only_where_something_is_out_of_sight(qtbot: QtBot) -> None:
    bar = RangeBar(Qt.Orientation.Horizontal)
    qtbot.addWidget(bar)
    bar.show_axis(Axis.whole(100))
    assert bar.isHidden()
    bar.show_axis(Axis(100, 20, 10))
    assert not bar.isHidden()


def test_it_moves_the_axis_and_only_when_the_user_does(qtbot: QtBot) -> None:
    seen: list[Axis] = []
    bar = RangeBar(Qt.Orientation.Vertical)
    bar.axis_requested.connect(seen.append)
    qtbot.addWidget(bar)
    bar.show_axis(Axis(100, 20, 10))
    assert seen == []
    bar.setValue(bar.maximum())
    assert seen == [Axis(100, 90, 10)]
