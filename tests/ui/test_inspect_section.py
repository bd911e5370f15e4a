"""How tracks are shown: the fields change the view, follow it, and are remembered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from napari.components import ViewerModel
from napari.settings import get_plugin_settings
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QCheckBox, QComboBox, QSpinBox

from napari_cotracker.ui.desk import Desk
from napari_cotracker.ui.inspect_section import InspectSection
from napari_cotracker.ui.look import COLOURS, LookValues
from napari_cotracker.ui.preferences import NAME

from .mouse import settle
from .workers import StubWorker


@pytest.fixture
def section(qtbot: Any) -> Iterator[InspectSection]:
    desk = Desk(ViewerModel(), StubWorker())
    made = InspectSection(desk)
    made.desk = desk
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close_look()
    desk.close()


def test_every_field_changes_the_view(section: InspectSection) -> None:
    section.colour_by.setCurrentIndex(section.colour_by.findData("track"))
    section.hide_below.setValue(0.35)
    section.tail_length.setValue(7)
    section.point_size.setValue(14)
    QTest.mouseClick(section.rings, Qt.MouseButton.LeftButton, pos=section.rings.rect().center() / 2)
    section.rings.setChecked(False)
    assert section.desk.look.values == LookValues("track", 0.35, 7, False, 14.0)


def test_fields_follow_the_view_and_do_not_answer_it(section: InspectSection) -> None:
    heard: list[int] = []
    section.desk.look.changed.connect(lambda: heard.append(1))
    section.desk.look.choose(colour_by="group", hide_below=0.5, tail_length=3, rings=False, size=12.4)
    assert heard == [1]
    assert section.colour_by.currentData() == "group"
    assert (section.hide_below.value(), section.tail_length.value(), section.point_size.value()) == (0.5, 3, 12)
    assert not section.rings.isChecked()
    assert section.desk.look.values.size == 12.4


def test_choices_come_back_the_next_time(section: InspectSection, qtbot: Any) -> None:
    section.colour_by.setCurrentIndex(section.colour_by.findData("visibility"))
    section.tail_length.setValue(0)
    desk = Desk(ViewerModel(), StubWorker())
    again = InspectSection(desk)
    qtbot.addWidget(again)
    assert (desk.look.values.colour_by, desk.look.values.tail_length) == ("visibility", 0)
    assert again.colour_by.currentData() == "visibility"
    assert get_plugin_settings(NAME).view.tail_length == 0
    again.close_look()


def test_once_closed_it_hears_no_more(qtbot: Any) -> None:
    desk = Desk(ViewerModel(), StubWorker())
    made = InspectSection(desk)
    qtbot.addWidget(made)
    made.close_look()
    desk.look.choose(tail_length=3)
    assert made.tail_length.value() == 20


def test_it_says_what_is_selected(section: InspectSection) -> None:
    section.describe("nose (id 5), frame 3\nconfidence 0.93 · visible · tracked")
    assert section.selected.text().startswith("nose")
    assert section.selected.wordWrap()
    assert section.selected.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_every_field_has_a_name_and_says_what_it_does(section: InspectSection) -> None:
    fields = [section.colour_by, section.hide_below, section.tail_length, section.point_size, section.rings]
    assert {type(field) for field in fields} >= {QComboBox, QSpinBox, QCheckBox}
    assert all(field.accessibleName() and field.toolTip() for field in fields)
    tips = [section.colour_by.itemData(place, Qt.ItemDataRole.ToolTipRole) for place in range(len(COLOURS))]
    assert tips == list(COLOURS.values())


def test_it_is_still_a_widget(section: InspectSection) -> None:
    assert section.size().width() > 0, "no field hides what Qt calls by that name"


def test_what_lies_below_does_not_move_from_frame_to_frame(section: InspectSection) -> None:
    section.resize(300, 400)
    heights = set()
    for text in ("Nothing is selected.", "nose (id 5), frame 3\nnot tracked",
                 "bear/nose (id 0), frame 38\nvisible · confidence 0.99 · visibility 0.93 · tracked"):
        section.describe(text)
        settle(0.05)
        heights.add(max(section.selected.minimumHeight(), section.selected.heightForWidth(280)))
    assert len(heights) == 1
