"""Fields for an edit."""

from __future__ import annotations

import pytest

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.tasks.edits import Edit
from napari_cotracker.ui.propagate_back import EDITS
from napari_cotracker.ui.propagate_form import EditForm

from .mouse import settle
from .moved import choose, square, tracks_on_block
from .windows import Window


def form_of(window: Window) -> EditForm:
    window.add()
    window.project.adopt(tracks_on_block())
    window.project.go_to(0)
    return window.panel.propagate.form


def masked(window: Window) -> EditForm:
    form = form_of(window)
    choose(form.source.layers, window.viewer.add_labels(square(), name="mine"))
    return form


def asked(form: EditForm) -> Edit:
    found = form.edit()
    assert found is not None
    return found[1]


def test_everything_that_can_be_propagated_is_offered_with_its_own_fields(window: Window) -> None:
    form = form_of(window)
    assert [form.whats.itemData(k) for k in range(form.whats.count())] == list(EDITS)
    expected = {"mask": {"label", "strength"}, "insert": {"mode", "opacity", "shutter", "samples", "brightness"},
                "stabilise": {"path", "model", "window", "border"}, "pin": set()}
    for what, names in expected.items():
        choose(form.whats, what)
        assert set(form.options.fields) == names, what
    choose(form.whats, "effect")
    assert form.effects.isVisibleTo(form)
    assert set(form.options.fields) == {"radius"}
    choose(form.effects, "pixelate")
    assert set(form.options.fields) == {"size"}


def test_choices_reach_the_edit(window: Window) -> None:
    form = masked(window)
    assert (asked(form).what, asked(form).motion.model, asked(form).tracks) == ("mask", "auto", None)
    heard: list[int] = []
    form.changed.connect(lambda: heard.append(1))
    choose(form.motion.fields["model"], "homography")
    form.matte.fields["behind"].setChecked(False)
    assert len(heard) == 2
    edit = asked(form)
    assert edit.motion.model == "homography"
    assert not edit.matte.behind
    choose(form.whats, "effect")
    choose(form.effects, "pixelate")
    edit = asked(form)
    assert (edit.what, edit.effect, edit.options.size) == ("effect", "pixelate", edit.options.size)
    choose(form.whats, "mask")
    assert asked(form).matte.behind
    choose(form.whats, "effect")
    assert not asked(form).matte.behind  # by itself
    form.matte.fields["behind"].setChecked(True)
    choose(form.effects, "blur")
    assert asked(form).matte.behind  # what was chosen
    choose(form.whats, "pin")
    assert form.edit() is None


def test_tracks_that_carry_it_can_be_chosen(window: Window) -> None:
    form = masked(window)
    choose(form.carriers, "all")
    assert asked(form).tracks == tuple(range(16))
    choose(form.carriers, "selected")
    with pytest.raises(CotrackerError, match="no track is selected"):
        form.edit()
    window.project.selection.set([3, 5])
    assert asked(form).tracks == (3, 5)


def test_an_option_that_makes_no_sense_is_said(window: Window) -> None:
    form = masked(window)
    form.matte.fields["feather"].setText("much")
    with pytest.raises(CotrackerError, match="got 'much'"):
        form.edit()


def test_it_is_said_what_comes_first(window: Window) -> None:
    form = window.panel.propagate.form
    assert form.missing() == "Open a film first."
    window.add()
    settle()
    assert form.missing() == "First place points on what the edit should stick to, and track them."
    window.project.place(0, [[3, 4]])
    assert form.missing() == form.source.missing()
