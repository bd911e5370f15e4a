"""The history under real clicks and keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_cotracker.editing.session import Session
from napari_cotracker.ui.history_list import NOTHING, HistoryList, line_words
from napari_cotracker.ui.history_model import LABEL
from tests.editing.walks import update_of

from .mouse import settle, wait_until
from .test_history_model import some_session, texts

LEFT = Qt.MouseButton.LeftButton


class Bench:
    """A list that is shown, and what it shows."""

    def __init__(self, qtbot: Any, session: Session | None) -> None:
        self.session, self.list, self.told = session, HistoryList(), list[str]()
        qtbot.addWidget(self.list)
        self.list.told.connect(self.told.append)
        self.list.resize(330, 300)
        self.list.show_session(session)
        self.list.show()
        self.view, self.model = self.list.view, self.list.model
        self.settle()

    def settle(self) -> None:
        settle()
        wait_until(lambda: not self.list._timer.isActive() or (self.session and self.session.is_running()))
        settle()

    def click(self, row: int) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, pos=self.view.visualRect(self.model.index(row, LABEL)).center())
        self.settle()

    @property
    def left(self) -> list[Any]:
        self.list.menu.aboutToShow.emit()
        return list(self.list.menu.actions())


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench(qtbot, some_session())


def test_a_click_goes_back_and_on_again(bench: Bench) -> None:
    jumps: list[Any] = []
    bench.list.jumped.connect(lambda *numbers: jumps.append(numbers))
    bench.click(1)
    assert (bench.session.undo_label, bench.model.place) == ("place 2 points", 1)
    bench.click(3)
    assert (bench.session.undo_label, bench.model.place) == ("correct nose", 3)
    bench.click(0)
    assert len(bench.session.ids) == 0
    assert bench.list.says.text() == "0 steps, 3 undone"
    place, rename, correct = (step.number for step in bench.session.steps)
    assert jumps == [([correct, rename], []), ([], [rename, correct]), ([correct, rename, place], [])]
    bench.click(0)
    assert len(jumps) == 3, "it is there already"


def test_keys_go_along_the_lines_and_return_goes_there(bench: Bench) -> None:
    bench.view.setFocus()
    assert bench.view.currentIndex().row() == 3
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(bench.view, key)
    assert bench.model.place == 3, "moving along changes nothing"
    QTest.keyClick(bench.view, Qt.Key.Key_Return)
    bench.settle()
    assert bench.model.place == 1
    QTest.keyClick(bench.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(bench.view, Qt.Key.Key_Return)
    bench.settle()
    assert bench.model.place == 0


def test_edits_from_elsewhere_are_new_lines(bench: Bench) -> None:
    bench.session.regroup([0], "left")
    bench.settle()
    assert texts(bench.model)[-1] == "Put nose into group left"
    bench.session.undo()
    bench.settle()
    assert bench.list.says.text() == "3 steps, 1 undone"
    assert bench.view.currentIndex().row() == 3


def test_a_run_is_a_line_once_it_ends(bench: Bench) -> None:
    run = bench.session.begin_run("track 1 point", [1])
    run.write(update_of(range(1, 5), [1], empty=0))
    settle(0.05)
    assert texts(bench.model)[-1] == "Correct nose"
    run.close()
    wait_until(lambda: texts(bench.model)[-1] == "Track 1 point")


def test_what_was_left_behind_comes_back(bench: Bench) -> None:
    assert not bench.list.left_button.isVisible()
    bench.session.go_to(1)
    bench.session.rename(1, "tail")
    bench.settle()
    assert bench.list.left_button.isVisible()
    (action,) = bench.left
    assert action.text() == line_words(bench.session.branches[0])
    assert action.text().startswith("Correct nose and 1 before · ")
    action.trigger()
    bench.settle()
    assert texts(bench.model)[1:] == ["Place 2 points", "Rename point 0 to nose", "Correct nose"]
    (action,) = bench.left
    assert action.text().startswith("Rename point 1 to tail · ")


def test_what_was_left_behind_while_it_was_hidden_is_seen_afterwards(bench: Bench) -> None:
    bench.list.hide()
    bench.list.show_session(session := Session(5, (64, 48)))
    session.add_points(0, [[1, 1]])
    session.undo()
    session.add_points(0, [[2, 2]])
    bench.list.show()
    bench.settle()
    assert bench.list.left_button.isVisible()


def test_many_lines_that_were_left_are_all_reached(qtbot: Any) -> None:
    session = some_session()
    for number in range(45):
        session.undo()
        session.rename(1, f"n{number} & co")
    bench, menu, found = Bench(qtbot, session), None, []
    actions = bench.left
    while actions:
        found += [action.text() for action in actions if action.menu() is None]
        menu = actions[-1].menu()
        actions = []
        if menu is not None:
            menu.aboutToShow.emit()
            actions = list(menu.actions())
    assert len(found) == 45
    assert "n43 && co" in found[0], "the newest is on top, and no letter is a key"


def test_a_refusal_is_a_sentence(bench: Bench) -> None:
    run = bench.session.begin_run("track", [0])
    bench.click(0)
    assert "cannot undo" in bench.told[0]
    assert bench.model.place == 3
    run.close()


def test_without_a_session_or_a_step_it_says_what_it_is(qtbot: Any) -> None:
    bench = Bench(qtbot, None)
    assert bench.list.says.text() == NOTHING
    assert not bench.view.isVisible()
    bench.list.show_session(Session(5, (64, 48)))
    assert bench.list.says.text() == NOTHING


def test_it_follows_another_session(bench: Bench) -> None:
    other = Session(5, (64, 48))
    other.add_points(0, [[3, 3]])
    bench.list.show_session(other)
    bench.session.rename(0, "ear")
    bench.settle()
    assert texts(bench.model)[1:] == ["Place point 0"]
    bench.list.show_session(None)
    assert len(bench.session.changed) == len(other.changed) == 0


def test_while_hidden_it_rests_and_then_catches_up(bench: Bench) -> None:
    bench.list.hide()
    bench.session.rename(0, "ear")
    settle(0.05)
    assert bench.model.rowCount() == 4
    bench.list.show()
    bench.settle()
    assert bench.model.rowCount() == 5


def test_a_long_history_makes_no_widget_for_a_line_and_shows_the_place(qtbot: Any) -> None:
    session = Session(5, (64, 48))
    session.add_points(0, [[1, 1]])
    for number in range(1500):
        session.rename(0, f"n{number}")
    bench = Bench(qtbot, session)
    assert bench.model.rowCount() == 1502
    rows = np.unique([bench.view.rowAt(y) for y in range(0, bench.view.viewport().height(), 5)])
    assert 1501 in rows
    assert len(bench.view.findChildren(type(bench.view.viewport()))) < 30
    bench.list.go_to(700)
    bench.settle()
    assert bench.view.rowAt(bench.view.visualRect(bench.model.index(700, 0)).center().y()) == 700
    assert bench.view.viewport().rect().contains(bench.view.visualRect(bench.model.index(701, 0)))
