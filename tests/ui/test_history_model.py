"""The history as rows: what is done, what is not, and rows that stay when others come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qtpy.QtCore import QModelIndex, Qt
from qtpy.QtTest import QAbstractItemModelTester

from napari_cotracker.core.dates import date_words
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.history_model import BEGINNING, LABEL, TIME, HistoryModel

ROLE = Qt.ItemDataRole


def some_session() -> Session:
    session = Session(5, (64, 48))
    session.add_points(0, [[1, 1], [2, 2]])
    session.rename(0, "nose")
    session.correct(0, 3, [4, 4])
    return session


def shown(session: Session) -> HistoryModel:
    model = HistoryModel()
    model.show_session(session)
    return model


def texts(model: HistoryModel, column: int = LABEL) -> list[str]:
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_steps_are_in_words_with_their_times() -> None:
    session = some_session()
    model = shown(session)
    assert texts(model) == [BEGINNING, "Place 2 points", "Rename point 0 to nose", "Correct nose"]
    assert texts(model, TIME) == ["", *(date_words(step.time) for step in session.steps)]
    assert (model.place, model.counts) == (3, (3, 0))


def test_without_a_session_there_are_no_rows() -> None:
    model = shown(some_session())
    model.show_session(None)
    assert (model.rowCount(), model.counts, model.refresh()) == (0, (0, 0), False)


def test_what_is_undone_fades_and_the_place_is_marked() -> None:
    session = some_session()
    model = shown(session)
    session.undo()
    session.undo()
    assert model.refresh()
    assert (model.place, model.counts) == (1, (1, 2))
    colours = [model.data(model.index(row, LABEL), ROLE.ForegroundRole).name() for row in range(4)]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert [model.data(model.index(row, LABEL), ROLE.BackgroundRole) is not None for row in range(4)] == [
        False, True, False, False]
    assert [bool(model.data(model.index(row, LABEL), ROLE.FontRole)) for row in range(4)] == [
        False, True, False, False]
    said = [model.data(model.index(row, LABEL), ROLE.AccessibleTextRole) for row in range(4)]
    assert [sentence.rpartition("(")[2] for sentence in said] == ["done)", "you are here)", "undone)", "undone)"]


def test_a_row_leads_to_its_step() -> None:
    session = some_session()
    model = shown(session)
    assert [model.number_of(row) for row in range(4)] == [0, *(step.number for step in session.steps)]


def test_a_longer_history_keeps_its_rows() -> None:
    session = some_session()
    model = shown(session)
    heard: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: heard.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: heard.append(("out", first, last)))
    session.regroup([0], "a")
    assert model.refresh()
    assert not model.refresh(), "nothing is new"
    session.undo()
    assert model.refresh()
    session.regroup([0], "b")
    assert model.refresh()
    assert heard == [("in", 4, 4), ("out", 4, 4), ("in", 4, 4)]


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["add", "undo", "redo", "look", "back"]), max_size=30))
@pytest.mark.usefixtures("qapp")
def test_rows_agree_with_the_session_whatever_happens(steps: list[str]) -> None:
    session = some_session()
    model = shown(session)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number, step in enumerate(steps):
        acts: dict[str, Any] = {"add": lambda k=number: session.add_points(0, [[k, 1]]), "undo": session.undo,
                                "redo": session.redo, "look": model.refresh, "back": lambda: session.go_to(0)}
        acts[step]()
    model.refresh()
    assert texts(model)[1:] == [step.label[:1].upper() + step.label[1:] for step in session.steps]
    assert model.place == sum(step.is_done for step in session.steps)
    assert model.rowCount(QModelIndex()) == len(session.steps) + 1
    del tester
