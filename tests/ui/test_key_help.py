"""The list of keys."""

from __future__ import annotations

from typing import Any

from qtpy.QtGui import QTextDocument
from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_cotracker.ui.key_help import KeyHelp
from napari_cotracker.ui.keys import HELP
from napari_cotracker.ui.sections import Section
from napari_cotracker.ui.spelling import spell

from .mouse import settle
from .windows import Window


def test_every_key_is_listed_with_what_it_does(qtbot: Any) -> None:
    shown = KeyHelp()
    qtbot.addWidget(shown)
    text = QTextDocument()
    text.setHtml(shown.findChild(QLabel).text())
    lines = text.toPlainText().split("\n")
    for name, does in HELP.items():
        assert lines[lines.index(spell(name)) + 1] == does.replace("Control", spell("Control"))


def test_no_line_is_cut_off_and_there_are_no_gaps(shown: Window) -> None:
    shown.add()
    for part in shown.panel.findChildren(Section):
        part.open()
    shown.panel.key_help.show()
    settle(0.3)
    needed = 0
    for label in shown.panel.key_help.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        needed += label.heightForWidth(label.width()) if label.wordWrap() else 0
    assert shown.panel.key_help.height() < needed + 2 * shown.panel.fontMetrics().lineSpacing(), "nor are there gaps"


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
