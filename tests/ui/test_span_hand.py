"""Frames are chosen with the mouse: on the ruler, with Shift in the heat map and the curve, and by their ends."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt

from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.timeline import Timeline

from .timelines import colour, drag, hover, make_session, make_timeline

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    timeline, selection = make_timeline(qtbot, make_session())
    selection.set([1])
    timeline.set_frame(0)
    qtbot.waitUntil(timeline.curve.isVisible)
    return timeline


def at(strip: Any, frame: float) -> QPoint:
    """The middle of a frame; a whole number and a half is where the next one begins."""
    return QPoint(round(strip.x_of(frame + 0.5)), 8)


def test_a_drag_on_the_ruler_chooses_frames_and_shows_its_end_meanwhile(timeline: Timeline) -> None:
    shown: list[int] = []
    timeline.frame_requested.connect(shown.append)
    timeline.set_frame(5)
    drag(timeline.ruler, at(timeline.ruler, 12), at(timeline.ruler, 20), at(timeline.ruler, 30))
    assert timeline.span.frames == range(12, 31)
    assert shown == [12, 20, 30, 5], "the frame that was shown comes back"
    assert timeline.scope.frame == 5


def test_it_goes_backward_and_stays_on_the_clip(timeline: Timeline) -> None:
    drag(timeline.ruler, at(timeline.ruler, 12), at(timeline.ruler, 4))
    assert timeline.span.frames == range(4, 13)
    drag(timeline.ruler, at(timeline.ruler, 35), at(timeline.ruler, 70))
    assert timeline.span.frames == range(35, 40)


def test_the_handle_scrubs_as_ever(timeline: Timeline) -> None:
    timeline.set_frame(20)
    drag(timeline.ruler, at(timeline.ruler, 20), at(timeline.ruler, 25))
    assert timeline.span.frames is None
    assert timeline.scope.frame == 25


def test_shift_chooses_even_from_the_handle(timeline: Timeline) -> None:
    timeline.set_frame(20)
    drag(timeline.ruler, at(timeline.ruler, 20), at(timeline.ruler, 25), keys=SHIFT)
    assert timeline.span.frames == range(20, 26)


@pytest.mark.parametrize("name", ["heatmap", "curve"])
def test_with_shift_a_drag_chooses_frames_and_selects_nothing(timeline: Timeline, name: str) -> None:
    strip = getattr(timeline, name)
    rows: list[int] = []
    timeline.heatmap.row_pressed.connect(lambda row, keys: rows.append(row))
    drag(strip, at(strip, 12), at(strip, 30), keys=SHIFT)
    assert timeline.span.frames == range(12, 31)
    assert not rows
    assert timeline.scope.frame == 0
    drag(strip, at(strip, 5), at(strip, 8))
    assert timeline.scope.frame == 8, "without Shift a drag scrubs"


def test_shift_and_a_click_is_a_click(timeline: Timeline) -> None:
    rows: list[int] = []
    timeline.heatmap.row_pressed.connect(lambda row, keys: rows.append(row))
    drag(timeline.heatmap, at(timeline.heatmap, 12), at(timeline.heatmap, 12) + QPoint(2, 0), keys=SHIFT)
    assert rows == [0]
    assert timeline.scope.frame == 12
    assert timeline.span.frames is None


@pytest.mark.parametrize("name", ["ruler", "heatmap", "curve"])
def test_either_end_can_be_dragged(timeline: Timeline, name: str) -> None:
    strip = getattr(timeline, name)
    timeline.span.choose(12, 30)
    drag(strip, at(strip, 11.5), at(strip, 7.5))
    assert timeline.span.frames == range(8, 31)
    drag(strip, at(strip, 30.5), at(strip, 20.5))
    assert timeline.span.frames == range(8, 21)
    drag(strip, at(strip, 20.5), at(strip, 3.5))
    assert timeline.span.frames == range(3, 9), "past the other end"


def test_the_mouse_shows_where_an_end_can_be_grabbed(timeline: Timeline) -> None:
    ruler = timeline.ruler
    timeline.span.choose(12, 30)
    resting = ruler.cursor().shape()
    hover(ruler, at(ruler, 11.5))
    assert ruler.cursor().shape() == Qt.CursorShape.SizeHorCursor
    hover(ruler, at(ruler, 20))
    assert ruler.cursor().shape() == resting


def test_a_click_lets_go_outside_and_keeps_inside(timeline: Timeline) -> None:
    timeline.span.choose(12, 30)
    drag(timeline.heatmap, at(timeline.heatmap, 20))
    assert timeline.span.frames == range(12, 31), "other tracks can be selected for the same frames"
    drag(timeline.heatmap, at(timeline.heatmap, 35), keys=Qt.KeyboardModifier.ControlModifier)
    assert timeline.span.frames == range(12, 31)
    drag(timeline.ruler, at(timeline.ruler, 35))
    assert timeline.span.frames is None
    assert timeline.scope.frame == 35


def test_a_click_on_an_end_is_a_click(timeline: Timeline) -> None:
    timeline.span.choose(12, 30)
    drag(timeline.heatmap, at(timeline.heatmap, 12) - QPoint(10, 0))
    assert timeline.scope.frame == 12
    assert timeline.span.frames == range(12, 31)


def test_narrow_frames_can_be_chosen_one_by_one(timeline: Timeline) -> None:
    timeline.scope.set_length(40)
    timeline.scope.show_time(Axis(40, 10, 4))
    drag(timeline.ruler, at(timeline.ruler, 12), at(timeline.ruler, 12) + QPoint(30, 0))
    assert timeline.span.frames == range(12, 13)


def test_what_is_outside_steps_back_in_every_strip(timeline: Timeline) -> None:
    place = {strip: at(strip, 35) for strip in (timeline.heatmap, timeline.curve)}
    inside = {strip: at(strip, 20) for strip in (timeline.heatmap, timeline.curve)}
    before = {strip: (colour(strip, place[strip]), colour(strip, inside[strip])) for strip in place}
    number = timeline.ruler.grab().toImage()
    timeline.span.choose(12, 30)
    for strip, (outer, inner) in before.items():
        assert colour(strip, place[strip]) != outer
        assert colour(strip, inside[strip]) == inner
    assert timeline.ruler.grab().toImage() != number
