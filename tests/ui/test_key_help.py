"""The list of keys."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_cotracker.ui.key_help import KeyHelp
from napari_cotracker.ui.keys import HELP
from napari_cotracker.ui.spelling import spell

from .mouse import settle


def test_every_key_is_listed_with_what_it_does(qtbot: Any) -> None:
    shown = KeyHelp()
    qtbot.addWidget(shown)
    texts = [label.text() for label in shown.findChildren(QLabel)]
    for name, does in HELP.items():
        assert f"<b>{spell(name)}</b>" in texts
        assert does.replace("Control", "Ctrl") in texts
    told = [label for label in shown.findChildren(QLabel) if label.text().replace("Ctrl", "Control") in HELP.values()]
    assert {label.alignment() for label in told} == {Qt.AlignmentFlag.AlignTop}, "in line with its key"


def test_it_comes_into_view_and_goes_again(qtbot: Any) -> None:
    area, inside, keys = QScrollArea(widgetResizable=True), QWidget(), KeyHelp()
    qtbot.addWidget(area)
    column = QVBoxLayout(inside)
    column.addWidget(keys)
    tall = QWidget()
    tall.setFixedHeight(2000)
    column.addWidget(tall)
    area.setWidget(inside)
    area.resize(300, 400)
    area.show()
    area.verticalScrollBar().setValue(1500)
    keys.toggle()
    settle(0.05)
    assert keys.isVisible()
    assert area.verticalScrollBar().value() < 100
    keys.toggle()
    assert not keys.isVisible()


def test_it_can_be_asked_for_while_the_panel_is_behind_another(qtbot: Any) -> None:
    behind, keys = QWidget(), KeyHelp()
    qtbot.addWidget(behind)
    keys.setParent(behind)
    for is_hidden in (False, True, False):
        keys.toggle()
        assert keys.isHidden() is is_hidden
