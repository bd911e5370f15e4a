"""What steps owe: noted with the session, due while it counts, settled once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.gaps import Gap
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.unfinished import SETTING, Owed, Unfinished, owed_by


def session_of(steps: int) -> Session:
    session = Session(20, (64, 48))
    for number in range(steps):
        session.add_points(0, [[number, number]])
    return session


def test_what_a_gap_owes_are_its_unknown_frames() -> None:
    there, nowhere = np.zeros((5, 2), np.float32), np.full((5, 2), np.nan, np.float32)
    assert owed_by(3, Gap(7, 4, 8, (1, 1), (2, 2), there)) == Owed(3, 7, 5, 7, False)
    assert owed_by(3, Gap(7, 4, 8, (1, 1), None, nowhere)) == Owed(3, 7, 5, 8, True)
    assert owed_by(3, Gap(7, 4, 8, None, (1, 1), there)) == Owed(3, 7, 4, 7, False)
    assert not owed_by(3, Gap(7, 4, 8, (1, 1), (2, 2), nowhere)).is_ahead, "it is solved in any case"


def test_only_what_is_done_is_due_the_newest_first() -> None:
    session = session_of(3)
    unfinished = Unfinished(session)
    first, second = Owed(1, 0, 2, 5, False), Owed(2, 1, 3, 4, False)
    for one in (first, second):
        unfinished.note([one], one.step)
    assert unfinished.due() == [second, first]
    session.go_to(1)
    assert unfinished.due() == [first]
    session.go_to(3)
    unfinished.settle([first])
    assert unfinished.due() == [second]
    unfinished.note([Owed(0, 0, 1, 2, False)], 0)
    assert unfinished.due() == [second], "what belongs to no step is not noted"


def test_what_a_later_step_took_over_is_due_without_that_step() -> None:
    session = session_of(3)
    unfinished, owed = Unfinished(session), Owed(1, 0, 2, 5, False)
    unfinished.note([owed], 1)
    unfinished.note([], 3, [owed])
    assert unfinished.due() == []
    session.undo()
    assert unfinished.due() == [owed._replace(passed=(3,))]
    session.rename(0, "nose")
    unfinished.note([], session.last_step, unfinished.due())
    for number in (3, session.last_step):
        session.go_to(number)
        assert unfinished.due() == [], "neither on the one branch nor on the other"


def test_it_is_there_when_the_session_is_opened_again(tmp_path: Path) -> None:
    session = session_of(2)
    session.save_as(tmp_path / "a.cotracker")
    owed = [Owed(2, 0, 2, 5, True)]
    Unfinished(session).note(owed, 2, [Owed(1, 0, 2, 5, False)])
    session.close()
    session = Session.open(tmp_path / "a.cotracker")
    unfinished = Unfinished(session)
    assert unfinished.due() == owed
    unfinished.settle(owed)
    assert session.settings == {}, "nothing is left of it"
    unfinished.note(owed, 2)
    session.compact(forget_history=True)
    session.rename(0, "nose")
    unfinished.note([Owed(session.last_step, 0, 1, 1, False)], session.last_step)
    assert [one[0] for one in session.settings["unfinished corrections"]] == [session.last_step], "nor of old steps"
    session.close()


def test_a_file_that_refuses_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    session, owed = session_of(1), Owed(1, 0, 2, 5, False)

    def refuse(*_: object) -> None:
        raise EditError("the disk is full")

    monkeypatch.setattr(session._store, "write", refuse)
    unfinished = Unfinished(session)
    unfinished.note([owed], 1)
    assert unfinished.due() == [owed]


@pytest.mark.parametrize("noted", [
    7, True, "all", {"step": 1}, [7], ["all"], [[]], [[1, 0, 2, 5, False]], [[1, 0, 2, 5, False, 3]],
    [[1, 0, 2, 5, 0, []]], [["1", 0, 2, 5, False, []]], [[1.5, 0, 2, 5, False, []]], [[1, 0, 2, None, False, []]],
    [[1, 0, 2, 5, False, [[]]]], [[1, 0, 2, 5, False, [True]]], [[1, 0, 5, 2, False, []]], [[1, 0, 2, 20, False, []]],
    [[1, 0, -1, 5, False, []]], [[1, 10**30, 2, 5, False, []]], [[0, 0, 2, 5, False, []]],
])
def test_a_damaged_note_is_dropped_with_a_sentence(noted: object) -> None:
    session = session_of(1)
    session.set_setting(SETTING, noted)
    unfinished = Unfinished(session)
    assert unfinished.due() == []
    assert unfinished.problem.startswith("1 note of unfinished corrections is damaged and dropped; ")
    assert not Unfinished(session).problem, "it is said once"


def test_what_is_whole_beside_a_damaged_note_stays() -> None:
    session = session_of(2)
    session.set_setting(SETTING, [[1, 0, 2, 5, False, []], [1, 0], None, [2, 1, 3, 19, True, [5]]])
    unfinished = Unfinished(session)
    assert unfinished.due() == [Owed(2, 1, 3, 19, True, (5,)), Owed(1, 0, 2, 5, False)]
    assert unfinished.problem.startswith("2 notes of unfinished corrections are damaged")
    assert session.settings[SETTING] == [[1, 0, 2, 5, False, []], [2, 1, 3, 19, True, [5]]]


def test_nothing_noted_is_no_problem(tmp_path: Path) -> None:
    assert not Unfinished(session_of(1)).problem
    session = Session.create(tmp_path / "mine.cotracker", 20, (64, 48))
    session.set_setting(SETTING, "all")
    session.close()
    with closing(Session.open(tmp_path / "mine.cotracker", read_only=True)) as session:
        assert Unfinished(session).problem, "of what may only be looked at it is said all the same"
