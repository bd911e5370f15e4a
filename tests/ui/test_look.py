"""Choices of the view."""

from __future__ import annotations

from napari_cotracker.ui.look import COLOURS, Look, LookValues


def test_it_speaks_only_of_real_changes() -> None:
    look, heard = Look(), []
    look.changed.connect(lambda: heard.append(look.values))
    look.choose(size=9.0)
    look.choose(colour_by="track", tail_length=0)
    look.choose(colour_by="track")
    assert heard == [LookValues(colour_by="track", tail_length=0)]


def test_remembered_choices_are_taken_as_far_as_they_are_known() -> None:
    look = Look()
    look.restore({"rings": False, "hide_below": 0.25, "sparkles": True})
    assert look.values == LookValues(rings=False, hide_below=0.25)


def test_every_colour_says_what_it_means() -> None:
    assert LookValues().colour_by in COLOURS
    assert all(COLOURS.values())
