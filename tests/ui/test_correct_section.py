"""The section that goes through doubtful moments: what it says, and what its buttons do."""

from __future__ import annotations

from typing import Any

import pytest

from napari_cotracker.ui.desk import Tool

from .doubts import FIRST, SECOND, at, doubtful, land, looked_through, retracks
from .mouse import settle
from .windows import Window, drawn


def says(window: Window) -> str:
    return str(window.panel.correct.says.text())


def title(window: Window) -> str:
    return str(window.panel.correct._header.text())[3:]


def test_it_says_what_is_asked_and_what_is_left(window: Window) -> None:
    section = window.panel.correct
    assert not section.isEnabled()
    window.add(drawn(3), rgb=True)
    assert section.isEnabled()
    assert says(window) == "Nothing is tracked yet."
    window.project.place(0, [[5, 5]])
    settle(0.2)
    assert (says(window), title(window)) == ("Nothing is tracked yet.", "Correct"), "a point alone is not all right"
    window.press(section.next_button)
    assert window.panel.told.text() == "nothing is tracked yet"
    window.viewer.layers.clear()
    doubtful(window)
    looked_through(window)
    settle(0.1)
    assert says(window) == "2 moments to look at."
    assert title(window) == "Correct · 2", "also while it is folded"
    window.press(section.next_button)
    assert says(window) == "<b>point 0</b>, frame 16: confidence 0.02<br>2 moments to look at."
    window.press(section.next_button)
    settle(0.1)
    assert says(window).endswith("1 moment to look at.")
    window.press(section.accept_button)
    looked_through(window)
    settle(0.1)
    assert says(window) == "All that remains is at 0.80 or above."
    assert title(window) == "Correct · ✓"
    window.session.rename(0, "nose")
    window.press(section.back_button)
    window.press(section.back_button)
    assert says(window).startswith("<b>nose</b>, frame 16")


def test_its_choices_are_those_of_the_queue(window: Window) -> None:
    doubtful(window)
    looked_through(window)
    section = window.panel.correct
    section.quality.setValue(0.5)
    assert section.reviewing.review.quality == pytest.approx(0.5)
    section.order.setCurrentIndex(section.order.findData("time"))
    assert section.reviewing.review.is_by_time
    window.project.selection.set([1])
    section.whose.setCurrentIndex(section.whose.findData("selected"))
    window.press(section.next_button)
    assert at(window) == SECOND
    section.whose.setCurrentIndex(section.whose.findData("all"))
    window.press(section.next_button)
    assert at(window) == FIRST
    other = window.add(drawn(5), rgb=True, name="other")
    window.desk.choose(other)
    assert section.reviewing.review.quality == pytest.approx(0.5), "it holds for all videos"
    assert section.order.currentData() == "worst"
    assert not section.reviewing.review.is_by_time


def test_every_button_says_what_stands_in_its_way(window: Window) -> None:
    doubtful(window)
    looked_through(window)
    section, told = window.panel.correct, window.panel.told
    for button, words in ((section.accept_button, "select the track"), (section.hide_button, "select the track"),
                          (section.gone_button, "select the track"), (section.other_button, "select the track"),
                          (section.swap_button, "select the track"), (section.again_button, "set one first"),
                          (section.back_button, "first moment")):
        told.clear()
        window.press(button)
        assert words in told.text(), button.text()
    assert window.session.undo_label == "track 3 points"


def test_buttons_answer_as_keys_do(window: Window) -> None:
    doubtful(window)
    looked_through(window)
    section = window.panel.correct
    window.press(section.next_button)
    assert window.desk.tool is Tool.CORRECT
    window.press(section.hide_button)
    assert at(window) == SECOND
    window.press(section.gone_button)
    assert [step.label for step in window.session.steps[-2:]] == ["hide point 0, frame 16",
                                                                  "mark point 1 as gone, frames 30–39"]
    window.press(section.rest_button)
    looked_through(window)
    window.press(section.rest_button)
    assert window.session.undo_label.startswith("approve")


def test_buttons_do_not_move_from_one_reason_to_the_next(window: Window) -> None:
    """Who presses "It is right" again and again would press "Hidden"."""
    doubtful(window)
    says = window.panel.correct.says
    says.setFixedWidth(300)
    heights = set()
    for text in ("Nothing is tracked yet.", "<b>nose</b>, frame 3: confidence 0.21<br>22 moments to look at.",
                 "<b>bear/nose</b>, frame 38: forward and backward are 56 px apart<br>22 moments to look at."):
        says.setText(text)
        settle(0.05)
        heights.add(max(says.minimumHeight(), says.heightForWidth(300)))
    assert len(heights) == 1


def test_it_says_what_is_on_its_way(window: Window) -> None:
    film = doubtful(window)
    section = window.panel.correct
    window.project.selection.set([0])
    height = section.sizeHint().height()
    section.answers.place(16, [[20, 20]])
    settle()
    assert section.sizeHint().height() == height, "fields below must not move under the mouse"
    assert section.working.text() == "1 correction is being tracked."
    window.desk.choose(window.add(drawn(5), rgb=True, name="other"))
    assert section.working.text() == ""
    land(retracks(window)[0], (21, 21))
    window.desk.choose(film)
    assert section.working.text() == ""


def test_snapping_is_asked_for_by_a_box(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def snapped(session: Any, video: Any, id: int, t: int, xy: Any) -> Any:
        return xy + 1

    monkeypatch.setattr("napari_cotracker.ui.answers.snapped", snapped)
    doubtful(window)
    window.project.selection.set([0])
    answers = window.panel.correct.answers
    answers.place(16, [[20, 20]])
    assert window.session.cells.xy[16, 0].tolist() == [20, 20]
    window.panel.correct.snaps.setChecked(True)
    answers.place(16, [[22, 22]])
    assert window.session.cells.xy[16, 0].tolist() == [23, 23]
