"""A sentence in the panel's foot goes after a while, or once it is true no more."""

from __future__ import annotations

from typing import Any

from napari_cotracker.ui.fitting import Column
from napari_cotracker.ui.told import Told

from .mouse import settle, wait_until
from .windows import Window


def test_a_sentence_goes_after_a_while(qtbot: Any) -> None:
    line = Told()
    qtbot.addWidget(line)
    line._clock.setInterval(20)
    line.say("saved")
    line.check()
    assert line.text() == "saved"
    wait_until(lambda: line.text() == "")


def test_one_that_is_true_no_more_goes_and_what_is_said_next_is_another(qtbot: Any) -> None:
    line, truth = Told(), [True]
    qtbot.addWidget(line)
    line.say("nothing ahead")
    line.until(lambda: truth[0])
    line.check()
    assert line.text() == "nothing ahead"
    truth[0] = False
    line.check()
    assert line.text() == ""
    line.say("nothing ahead")
    line.until(lambda: truth[0])
    line.say("saved")
    line.check()
    assert line.text() == "saved"


def test_of_one_that_went_by_itself_nobody_asks_any_more_whether_it_is_true(qtbot: Any) -> None:
    line = Told()
    asked: list[int] = []
    qtbot.addWidget(line)
    line.say("nothing ahead")
    line.until(lambda: bool(asked.append(0)))
    line.clear()
    line.check()
    assert not asked


def test_in_a_low_panel_room_is_kept_only_while_something_is_said(shown: Window) -> None:
    shown.add()
    panel = shown.panel
    shown.desk.say("something")
    assert panel.told.isVisible()
    panel.told.clear()
    assert panel.told.isVisible(), "nothing moves in a panel that has room"
    font = panel.told.font()
    font.setPointSize(3 * font.pointSize())
    panel.told.setStyleSheet(f"font-size: {font.pointSize()}pt")
    settle(0.1)
    panel.told.fit(panel.height())
    settle(0.1)
    column = panel.findChild(Column)
    before = column.height()
    assert not panel.told.isVisible()
    shown.desk.say("something else")
    settle(0.1)
    assert panel.told.isVisible()
    assert column.height() < before
    panel.told.clear()
    settle(0.1)
    assert column.height() == before
