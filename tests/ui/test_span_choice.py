"""Which frames are chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from napari_cotracker.ui.span_choice import SpanChoice


def test_ends_come_in_any_order(qtbot: QtBot) -> None:
    span = SpanChoice()
    with qtbot.waitSignal(span.changed):
        span.choose(30, 12)
    assert span.frames == range(12, 31)
    assert 30 in span
    assert 31 not in span
    with qtbot.assertNotEmitted(span.changed):
        span.choose(12, 30)


def test_letting_go_says_whether_there_was_something(qtbot: QtBot) -> None:
    span = SpanChoice()
    with qtbot.assertNotEmitted(span.changed):
        assert not span.clear()
    span.choose(3, 3)
    assert span.frames == range(3, 4)
    assert span.clear()
    assert span.frames is None
    assert 3 not in span


@pytest.mark.usefixtures("qapp")
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 60))
def test_a_clip_that_turns_out_shorter_takes_frames_away(one: int, other: int, n_frames: int) -> None:
    span = SpanChoice()
    span.choose(one, other)
    span.fit(n_frames)
    kept = [frame for frame in range(min(one, other), max(one, other) + 1) if frame < n_frames]
    assert (list(span.frames) if span.frames is not None else []) == kept
