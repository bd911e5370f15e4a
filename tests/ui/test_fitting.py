"""Text has room in any font."""

from __future__ import annotations

from typing import Any

import pytest
from napari.settings import get_settings
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_cotracker.ui.fitting import Column, Room
from napari_cotracker.ui.panel import WIDTH
from napari_cotracker.ui.sections import Section

from .mouse import settle
from .windows import Window


@pytest.mark.parametrize("is_selectable", [False, True])
def test_a_label_keeps_room_for_its_lines_in_any_font(qtbot: Any, is_selectable: bool) -> None:
    label, bare = QLabel("told", wordWrap=True), QLabel("one\ntwo", wordWrap=True)
    Room(label, 2)
    for one in (label, bare):
        qtbot.addWidget(one)
        if is_selectable:
            one.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    for style in ("font-size: 21pt; padding: 5px", "", "font-size: 8pt"):
        for one in (label, bare):
            one.setStyleSheet(style)
            one.ensurePolished()
        qtbot.waitUntil(lambda: label.minimumHeight() == bare.sizeHint().height(), timeout=2000)
    assert label.text() == "told"


def test_a_column_is_as_wide_as_what_lies_in_it_within_reason(qtbot: Any) -> None:
    column, inside, wide = Column(100), QWidget(), QWidget()
    qtbot.addWidget(column)
    assert column.minimumSizeHint().width() == 100, "it is empty"
    QVBoxLayout(inside).addWidget(wide)
    column.setWidget(inside)
    assert column.minimumSizeHint().width() == 100
    wide.setFixedWidth(130)
    settle()
    assert 130 < column.minimumSizeHint().width() < 200
    wide.setFixedWidth(1000)
    settle()
    assert column.minimumSizeHint().width() == 200


@pytest.mark.parametrize("size", [9, 12, 14])
def test_nothing_of_the_panel_is_cut_off_at_its_right_edge(window: Window, size: int) -> None:
    appearance = get_settings().appearance
    before = appearance.font_size
    try:
        appearance.font_size = size
        window.add()
        for part in window.panel.findChildren(Section):
            part.open()
        settle(0.1)
        area = window.panel.findChild(QScrollArea)
        needed = area.widget().minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width()
        window.desk.say("/a/path" * 60)
        window.panel.export.report.setText("/a/path" * 60)
        settle()
        least = max(window.panel.minimumWidth(), window.panel.minimumSizeHint().width())
        assert max(needed, WIDTH) <= least <= 1.3 * WIDTH, "and the picture is left some room"
    finally:
        appearance.font_size = before
