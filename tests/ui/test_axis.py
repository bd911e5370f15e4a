"""Which stretch of frames or tracks is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.ui.axis import Axis, round_step, ticks

STEPS = st.lists(st.one_of(
    st.tuples(st.just("zoomed"), st.floats(0.1, 9), st.floats(0, 1)),
    st.tuples(st.just("moved"), st.floats(-50, 50)), st.tuples(st.just("showing"), st.integers(0, 29)),
    st.tuples(st.just("resized"), st.integers(1, 30))), max_size=8)


@given(st.integers(1, 30), STEPS)
def test_nothing_beyond_the_ends_is_ever_shown(total: int, steps: list[tuple]) -> None:
    axis = Axis.whole(total)
    for name, *arguments in steps:
        axis = getattr(axis, name)(*arguments)
        assert axis.start >= 0
        assert axis.start + axis.length <= axis.total + 1e-9
        assert axis.length >= min(4, axis.total) or name == "resized"


def test_zooming_keeps_what_is_under_the_cursor() -> None:
    axis = Axis.whole(100).zoomed(0.5, 0.3)
    assert axis.at(0.3) == pytest.approx(30)
    assert axis.length == 50
    assert axis.zoomed(100, 0.3).is_whole


def test_a_cell_is_brought_into_sight_with_the_least_move() -> None:
    axis = Axis(100, 20, 10)
    assert axis.showing(25) == axis
    assert axis.showing(3).start == 3
    assert axis.showing(30).start == 21


def test_a_zoomed_axis_stays_zoomed_when_frames_come() -> None:
    assert Axis(100, 20, 10).resized(200) == Axis(200, 20, 10)
    assert Axis.whole(100).resized(200).is_whole


def test_places_beyond_the_ends_belong_to_the_nearest_cell() -> None:
    axis = Axis.whole(10)
    assert [axis.cell(fraction) for fraction in (-1, 0, 0.55, 1, 7)] == [0, 0, 5, 9, 9]
    assert Axis.whole(0).cell(0.5) == 0


def test_steps_are_round() -> None:
    assert [round_step(least) for least in (0, 1, 1.1, 4, 6, 11, 450)] == [1, 1, 2, 5, 10, 20, 500]


def test_ticks_stand_at_round_numbers_of_the_clip() -> None:
    assert ticks(Axis.whole(30), range(1001, 1031), 10) == [(9, 1010), (19, 1020), (29, 1030)]
    assert ticks(Axis(30, 10, 5), range(1001, 1031), 10) == []
    assert ticks(Axis.whole(4), [8, 9, 11, 20], 10) == [(3, 20)]
    assert ticks(Axis.whole(0), [], 10) == []
