"""The history in words, and going anywhere in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.session import Session
from tests.editing.walks import Mirror, Snapshot


def session_of() -> Session:
    session = Session(5, (64, 48))
    session.add_points(0, [[1, 1]])
    for name in ("a", "b"):
        session.rename(0, name)
    return session


def test_steps_are_told_with_numbers_and_times() -> None:
    session = session_of()
    session.undo()
    steps = session.steps
    assert [(step.number, step.label, step.is_done) for step in steps] == [
        (1, "place point 0", True), (2, "rename point 0 to a", True), (3, "rename a to b", False)]
    assert all(timedelta() <= datetime.now(UTC) - step.time < timedelta(minutes=1) for step in steps)
    assert session.branches == ()


def test_what_was_undone_and_left_is_a_branch_that_can_be_gone_back_to() -> None:
    session = session_of()
    there = Snapshot.of(session)
    session.undo()
    session.undo()
    session.regroup([0], "left")
    session.rename(0, "c")
    session.undo()
    session.rename(0, "d")
    here, mirror = Snapshot.of(session), Mirror(session)
    assert [[step.number for step in line] for line in session.branches] == [[2, 3], [5]]
    assert not any(step.is_done for line in session.branches for step in line)
    session.go_to(3)
    Snapshot.of(session).assert_same(there)
    assert len(mirror.patches) == 4, "each step on the way is told"
    assert [step.number for step in session.steps] == [1, 2, 3]
    assert [[step.number for step in line] for line in session.branches] == [[4, 5], [6]]
    session.go_to(6)
    Snapshot.of(session).assert_same(here)
    session.go_to(0)
    assert len(session.ids) == 0
    assert [step.number for step in session.steps] == [1, 4, 6], "what was visited last lies ahead"
    session.go_to(6)
    session.go_to(6)
    Snapshot.of(session).assert_same(here)


@pytest.mark.parametrize("number", [9, -1])
def test_a_step_that_is_not_there_is_named(number: int) -> None:
    session = session_of()
    with pytest.raises(EditError, match=f"got {number}, which is not there any more"):
        session.go_to(number)
    assert session.undo_label == "rename a to b"
