"""A form drawn from a dataclass of options."""

import gc
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.options import option
from napari_cotracker.ui.option_fields import OptionFields


@dataclass(frozen=True)
class Some:
    way: str = option("up", "Which way.", values=("up", "down"))
    first: int | None = option(None, "First.", least=0)
    share: float = option(0.5, "Share.", least=0, most=1)
    bold: bool = option(False, "Bold.")


@pytest.fixture
def fields(qtbot: QtBot) -> OptionFields:
    made = OptionFields(Some, "some")
    qtbot.addWidget(made)
    return made


def test_untouched_fields_are_the_options_own_values(fields: OptionFields) -> None:
    assert fields.words() == {}
    assert fields.options() == Some()


def test_every_field_counts_and_tells(fields: OptionFields, qtbot: QtBot) -> None:
    heard: list[int] = []
    fields.changed.connect(lambda: heard.append(1))
    fields.fields["way"].setCurrentIndex(1)
    fields.fields["bold"].click()
    qtbot.keyClicks(fields.fields["first"], "12")
    fields.fields["first"].editingFinished.emit()
    fields.fields["share"].setText("0.25")
    assert fields.options() == Some("down", 12, 0.25, True)
    assert len(heard) == 3
    assert "a number from 0 to 1" in fields.fields["share"].toolTip()
    assert fields.fields["first"].accessibleName() == "first"


def test_what_makes_no_sense_is_said(fields: OptionFields) -> None:
    fields.fields["share"].setText("much")
    with pytest.raises(FormatError, match=r"a number from 0 to 1.*'much'"):
        fields.options()


def test_choices_from_before_come_back_as_far_as_they_make_sense(fields: OptionFields) -> None:
    fields.show_words({"way": "down", "share": "7", "bold": True, "gone": 1})
    assert fields.options() == Some("down", bold=True)


def test_what_has_given_way_is_out_of_reach_and_may_still_end_its_typing(qtbot: QtBot) -> None:
    """Its Python half may go first: then Qt must find nothing of it to call."""
    within = QWidget()
    qtbot.addWidget(within)
    column = QVBoxLayout(within)
    old, new = OptionFields(Some, "some"), OptionFields(Some, "some")
    column.addWidget(old)
    within.show()
    line = old.fields["first"]
    old.replace_by(new, column)
    assert old.isHidden(), "it was in sight, and could be typed into, until Qt had the time to end it"
    del old
    gc.collect()
    qtbot.keyClicks(line, "7")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert new.options() == Some()
