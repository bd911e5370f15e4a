"""The choices above the timeline."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel

from napari_cotracker.ui.shades import Shades
from napari_cotracker.ui.timeline_bar import ORDERS, TimelineBar

from .timelines import dark_palette


@pytest.fixture
def bar(qtbot: QtBot) -> TimelineBar:
    bar = TimelineBar(Shades.of(dark_palette()))
    qtbot.addWidget(bar)
    bar.resize(1280, 40)
    bar.show()
    return bar


def test_every_choice_is_heard(bar: TimelineBar, qtbot: QtBot) -> None:
    for box in (bar.order_box, bar.quantity_box):
        with qtbot.waitSignal(bar.changed):
            qtbot.keyClick(box, Qt.Key.Key_Down)
    with qtbot.waitSignal(bar.changed):
        qtbot.keyClick(bar.only_box, Qt.Key.Key_Space)
    assert (bar.order, bar.quantity, bar.only_selected) == (list(ORDERS)[1], "visibility", True)


def test_help_is_asked_for(bar: TimelineBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.help_requested):
        qtbot.mouseClick(bar.help_button, Qt.MouseButton.LeftButton)


def test_every_control_has_a_name_and_a_tip(bar: TimelineBar) -> None:
    for control in (bar.order_box, bar.quantity_box, bar.help_button, bar.only_box):
        assert control.accessibleName() or control.text()
        assert control.toolTip()


@pytest.mark.parametrize(("size", "entries"), [(9.0, 5), (13.5, 2)])
def test_everything_fits_at_1280_pixels(bar: TimelineBar, size: float, entries: int) -> None:
    font = bar.font()
    font.setPointSizeF(size)
    bar.setFont(font)
    bar.set_shades(Shades.of(dark_palette()))
    QApplication.processEvents()
    assert bar.minimumSizeHint().width() <= 1280
    assert bar.legend.shown() >= entries
    assert bar.help_button.geometry().right() < 1280


def test_where_it_is_narrow_the_scale_of_colours_stays_and_words_before_lists_go(bar: TimelineBar) -> None:
    captions = bar.findChildren(QLabel)
    narrow = bar.minimumSizeHint().width() + bar.legend.least() + 10
    for width, are_hidden in ((1280, False), (narrow, True), (1280, False)):
        bar.resize(width, 40)
        QApplication.processEvents()
        assert [caption.isHidden() for caption in captions] == [are_hidden] * 2
        assert bar.legend.shown() >= 1, width
        assert bar.help_button.geometry().right() < width


def test_the_question_mark_is_as_large_as_the_words(bar: TimelineBar) -> None:
    bar.setStyleSheet("QLabel { font-size: 21pt } QToolButton { }")
    bar.set_shades(Shades.of(dark_palette()))
    assert bar.help_button.fontInfo().pointSizeF() == 21
