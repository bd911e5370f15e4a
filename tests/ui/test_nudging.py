"""Arrow keys that move points: pressed again or held, they make one step, which comes before whatever follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_cotracker.core.tracks import Source
from napari_cotracker.ui import nudging

from .doubts import doubtful, retracks
from .mouse import CONTROL, NO_KEY, SHIFT, key, settle, wait_until
from .windows import Window

LEFT, RIGHT, UP = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up
FRAME = 7


@pytest.fixture
def asked(window: Window, monkeypatch: pytest.MonkeyPatch) -> Window:
    """A track that is selected on a frame without an anchor; nothing is noted until something else happens."""
    monkeypatch.setattr(nudging, "PAUSE_MS", 60_000)
    monkeypatch.setattr(nudging, "HELD_MS", 60_000)
    doubtful(window)
    window.desk.to_points()
    window.project.go_to(FRAME)
    window.project.selection.set([1])
    settle()
    return window


def press(window: Window, arrow: Any, *, is_held: bool = False, modifiers: Any = SHIFT) -> None:
    """An arrow over the picture; one that is held repeats as Qt says it."""
    if not is_held:
        key(window.viewer, arrow, modifiers)
        return
    event = QKeyEvent(QEvent.Type.KeyPress, arrow, modifiers, "", True)
    QApplication.sendEvent(window.viewer.window._qt_viewer.canvas.native, event)
    settle()


def place(window: Window) -> np.ndarray:
    """(2,) where the session has the track."""
    return window.session.cells.xy[FRAME, 1].copy()


def steps(window: Window) -> list[str]:
    return [step.label for step in window.session.steps]


def test_nudges_that_follow_one_another_are_one_step_and_tracked_after_once(
        asked: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    before, begun = place(asked), len(steps(asked))
    shown = asked.project.view.points.data[1, -2:].copy()
    for _ in range(3):
        press(asked, RIGHT)
    press(asked, UP, modifiers=SHIFT | CONTROL)
    np.testing.assert_allclose(asked.project.view.points.data[1, -2:] - shown, [-0.1, 3], atol=1e-4)
    assert len(steps(asked)) == begun
    monkeypatch.setattr(nudging, "PAUSE_MS", 1)
    press(asked, RIGHT)
    wait_until(lambda: len(steps(asked)) == begun + 1)
    assert steps(asked)[-1] == "nudge point 1"
    np.testing.assert_allclose(place(asked) - before, [4, -0.1], atol=1e-4)
    assert asked.session.cells.source[FRAME, 1] == Source.HUMAN
    assert len(retracks(asked)) == 1
    asked.panel.undo()
    np.testing.assert_array_equal(place(asked), before)


def test_an_arrow_that_is_held_goes_on_however_late_it_begins_to_repeat(
        asked: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudging, "PAUSE_MS", 1)
    before = place(asked)
    QTest.keyPress(asked.viewer.window._qt_viewer.canvas.native, LEFT, SHIFT)
    settle(0.1)  # the pause is over, but the key is down
    np.testing.assert_array_equal(place(asked), before)
    for _ in range(5):
        press(asked, LEFT, is_held=True)
    QTest.keyRelease(asked.viewer.window._qt_viewer.canvas.native, LEFT, SHIFT)
    wait_until(lambda: not np.array_equal(place(asked), before))
    np.testing.assert_allclose(place(asked) - before, [-6, 0], atol=1e-4)


def test_what_is_pressed_meanwhile_comes_after_it(asked: Window) -> None:
    before, begun = place(asked), len(steps(asked))
    press(asked, RIGHT)
    key(asked.viewer, "Z", CONTROL)
    assert [step.is_done for step in asked.session.steps] == [True] * begun + [False], "it was undone"
    np.testing.assert_array_equal(place(asked), before)
    press(asked, RIGHT)
    key(asked.viewer, Qt.Key.Key_PageDown, NO_KEY)
    assert asked.project.frame > FRAME
    np.testing.assert_allclose(place(asked) - before, [1, 0], atol=1e-4)


def test_another_frame_or_track_begins_another_step(asked: Window) -> None:
    before, begun = place(asked), len(steps(asked))
    press(asked, RIGHT)
    asked.project.selection.set([1, 2])
    press(asked, RIGHT)
    asked.project.go_to(FRAME + 1)
    press(asked, RIGHT)
    asked.panel.keys.let_go()
    assert steps(asked)[begun:] == ["nudge point 1", "nudge 2 tracks", "nudge 2 tracks"]
    np.testing.assert_allclose(place(asked) - before, [2, 0], atol=1e-4)


def test_nothing_is_lost_when_the_window_closes(asked: Window) -> None:
    before = place(asked)
    session = asked.session
    press(asked, RIGHT)
    asked.close()
    np.testing.assert_allclose(session.cells.xy[FRAME, 1] - before, [1, 0], atol=1e-4)


def test_what_cannot_be_nudged_is_told_at_once_and_stays_where_it_is(asked: Window) -> None:
    asked.session.edit.clear([1], [FRAME])
    press(asked, RIGHT)
    assert "a position to nudge" in asked.panel.told.text()
    asked.project.selection.set([])
    press(asked, RIGHT)
    assert "select tracks first" in asked.panel.told.text()
    asked.project.selection.set([2])
    shown = asked.project.view.points.data[2, -2:].copy()
    press(asked, RIGHT)
    press(asked, LEFT)
    asked.panel.keys.let_go()
    np.testing.assert_allclose(asked.project.view.points.data[2, -2:], shown, atol=1e-4)
