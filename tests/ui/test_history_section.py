"""The history in the panel: of the current video, live, and back to any step."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_cotracker.ui.history_section import HistorySection

from .mouse import settle, wait_until
from .test_history_model import texts
from .windows import Window


@pytest.fixture
def section(shown: Window) -> HistorySection:
    shown.panel.history.open()
    settle()
    return shown.panel.history


def steps(section: HistorySection) -> list[str]:
    wait_until(lambda: not section.list._timer.isActive())
    return texts(section.list.model)[1:]


def click(section: HistorySection, row: int) -> None:
    view = section.list.view
    view.scrollTo(section.list.model.index(row, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton,
                     pos=view.visualRect(section.list.model.index(row, 0)).center())
    settle(0.05)


def test_a_click_brings_back_what_was_and_the_picture_with_it(shown: Window, section: HistorySection) -> None:
    shown.add()
    shown.project.place(0, [[5, 5], [9, 9]])
    shown.session.delete([0])
    shown.session.rename(1, "tail")
    assert steps(section) == ["Place 2 points", "Delete point 0", "Rename point 1 to tail"]
    assert len(shown.project.view.points.data) == 1
    click(section, 1)
    assert len(shown.project.view.points.data) == 2
    assert shown.panel.undo_button.toolTip().startswith("Undo: place 2 points")
    assert shown.panel.table.model.total == 2
    click(section, 3)
    assert shown.session.rows[0].name == "tail"


def test_it_is_that_of_the_current_video(shown: Window, section: HistorySection) -> None:
    first = shown.add(name="first")
    shown.project.place(0, [[5, 5]], ("nose",))
    shown.desk.choose(shown.add(name="second"))
    assert steps(section) == []
    shown.desk.choose(first)
    assert steps(section) == ["Place nose"]


def test_a_run_becomes_a_step_and_is_in_the_way_of_going_back_while_it_lasts(
        shown: Window, section: HistorySection) -> None:
    shown.add()
    shown.project.place(0, [[5, 5]])
    shown.press(shown.panel.track.track_button)
    shown.worker.jobs[0].answer(range(1, 5))
    settle(0.4)
    click(section, 0)
    assert "cannot undo" in shown.panel.told.text()
    shown.worker.jobs[0].finish({})
    wait_until(lambda: len(texts(section.list.model)) == 3)
    click(section, 0)
    assert len(shown.session.ids) == 0


def test_steps_that_are_left_or_reached_are_told_one_by_one(
        shown: Window, section: HistorySection, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    answers = shown.panel.correct.answers
    monkeypatch.setattr(answers, "after_undo", lambda number: heard.append(("undone", number)))
    monkeypatch.setattr(answers, "after_redo", lambda number: heard.append(("redone", number)))
    shown.add()
    shown.project.place(0, [[5, 5]])
    shown.session.rename(0, "nose")
    steps(section)
    click(section, 0)
    click(section, 2)
    assert heard == [("undone", 2), ("undone", 1), ("redone", 1), ("redone", 2)]


def test_what_is_opened_is_seen(shown: Window) -> None:
    shown.panel.history.open()
    settle(0.1)
    assert not shown.panel.history.list.says.visibleRegion().isEmpty()


def test_nothing_listens_once_the_panel_is_closed(shown: Window, section: HistorySection) -> None:
    shown.add()
    session = shown.session
    shown.close()
    assert len(session.changed) == 0
