"""From place to place in the history: what listeners hear is the whole difference, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.patch import Patch
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.history_jump import jump
from tests.editing.walks import EDITS, N_FRAMES, Mirror, Walk, walks


@given(walks(*EDITS, "undo"), st.lists(st.integers(0, 20), max_size=4))
def test_who_only_listens_sees_what_there_is(steps: list[tuple[str, int]], jumps: list[int]) -> None:
    walk = Walk(Session(N_FRAMES, (64, 48)))
    for step, seed in steps:
        walk.take(step, seed)
    session = walk.session
    mirror, heard = Mirror(session), list[Patch]()
    session.changed.connect(heard.append)
    for place in jumps:
        numbers = [0, *(step.number for step in session.steps)]
        number = numbers[place % len(numbers)]
        heard.clear()
        jump(session, number)
        mirror.compare()
        assert len(heard) <= 1
        assert sum(step.is_done for step in session.steps) == numbers.index(number)


def test_a_step_that_is_not_there_is_refused_and_nothing_is_heard() -> None:
    session = Session(N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    heard = list[Patch]()
    session.changed.connect(heard.append)
    with pytest.raises(EditError, match="got 99"):
        jump(session, 99)
    assert heard == []


def test_what_is_heard_is_a_copy() -> None:
    session = Session(N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    heard = list[Patch]()
    session.changed.connect(heard.append)
    jump(session, 0)
    jump(session, 1)
    session.correct(0, 0, [5, 5])
    assert heard[1].blocks[0].after.xy[0, 0].tolist() == [1, 1]
