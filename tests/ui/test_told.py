"""A sentence in the panel's foot goes after a while, or once it is true no more."""

from __future__ import annotations

from typing import Any

from napari_cotracker.ui.told import Told

from .mouse import wait_until


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
