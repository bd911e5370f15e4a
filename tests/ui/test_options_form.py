"""The choices of a run: every field reaches the run, and is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from napari.settings import get_plugin_settings
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QComboBox

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.options_form import OptionsForm, read_resolution
from napari_cotracker.ui.preferences import NAME

CHOSEN = {"model": "lucas-kanade", "mode": "online", "device": "cpu", "direction": "forward", "iters": 3,
          "support_grid": 0, "memory_budget": 320, "fast": True}


@pytest.fixture
def make(qtbot: Any) -> Any:
    def form() -> OptionsForm:
        made = OptionsForm()
        qtbot.addWidget(made)
        return made
    return form


def fill(form: OptionsForm, values: dict[str, Any]) -> None:
    """As the user does."""
    for name, value in values.items():
        field = form.fields[name]
        if isinstance(field, QComboBox):
            field.setCurrentIndex(field.findData(value))
        elif isinstance(value, bool):
            field.setChecked(value)
        else:
            field.setValue(value)


def test_defaults_are_those_of_the_program(make: Any) -> None:
    assert make().options() == TrackOptions()


def test_every_field_reaches_the_run(make: Any) -> None:
    form = make()
    fill(form, CHOSEN)
    form.fields["resolution"].setText("256 × 320")
    form.checkpoint = "mine.pth"
    assert form.options(accept_licence=True) == TrackOptions(
        **{**CHOSEN, "memory_budget": 320 << 20}, resolution=(256, 320), checkpoint="mine.pth", accept_licence=True)


@pytest.mark.parametrize(("name", "value"), CHOSEN.items())
def test_every_change_is_told_once(make: Any, name: str, value: Any) -> None:
    form, heard = make(), []
    form.changed.connect(lambda: heard.append(name))
    fill(form, {name: value})
    assert heard == [name]


def test_choices_come_back_the_next_time(make: Any) -> None:
    fill(make(), CHOSEN)
    again = make()
    assert {name: value for name, value in again.values().items() if name in CHOSEN} == {
        **CHOSEN, "memory_budget": 320 << 20}
    assert get_plugin_settings(NAME).tracking.model == "lucas-kanade"


def test_a_model_that_is_gone_becomes_auto(make: Any) -> None:
    get_plugin_settings(NAME).tracking.model = "a-model-of-yesterday"
    get_plugin_settings(NAME).tracking.iters = 4
    form = make()
    assert form.options() == TrackOptions(iters=4)
    fill(form, {"iters": 5})
    assert get_plugin_settings(NAME).tracking.model == "auto"


@pytest.mark.parametrize(("text", "size"), [
    ("", None), ("  ", None), ("384×512", (384, 512)), (" 384 x 512 ", (384, 512)), ("384X512", (384, 512)),
    ("384*512", (384, 512)), ("384, 512", (384, 512)),
])
def test_resolutions_are_read_as_people_write_them(text: str, size: Any) -> None:
    assert read_resolution(text) == size


@pytest.mark.parametrize("text", ["512", "384 × ", "a × b", "-8 × 8", "1.5 × 8", "9" * 5000 + "x8"])
def test_a_resolution_that_is_none_is_told_in_words(make: Any, text: str) -> None:
    form = make()
    form.fields["resolution"].setText(text)
    with pytest.raises(TrackingError, match=r"384 × 512 .*or leave the field empty") as told:
        form.options()
    assert len(str(told.value)) < 200


def test_a_resolution_that_is_too_small_is_refused(make: Any) -> None:
    form = make()
    form.fields["resolution"].setText("4 × 4")
    with pytest.raises(TrackingError, match="8 × 8"):
        form.options()


def test_a_resolution_counts_when_it_is_typed(make: Any) -> None:
    form, heard = make(), []
    form.changed.connect(lambda: heard.append(form.values()["resolution"]))
    QTest.keyClicks(form.fields["resolution"], "256x320")
    QTest.keyClick(form.fields["resolution"], Qt.Key.Key_Return)
    assert heard == [(256, 320)]


def test_every_field_has_a_name_and_says_when_to_change_it(make: Any) -> None:
    form = make()
    for field in form.fields.values():
        assert field.accessibleName()
        assert len(field.toolTip()) > 30
