"""Time, playhead and frame numbers that all parts share."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from napari_cotracker.ui.axis import Axis

from .timelines import make_scope


def test_the_time_follows_the_playhead(qtbot: QtBot) -> None:
    scope = make_scope()
    scope.show_time(Axis(40, 0, 10))
    with qtbot.waitSignal(scope.moved) as moved:
        scope.set_frame(25)
    assert moved.args == [0, 25]
    assert scope.time.start == 16


def test_the_playhead_stays_within_the_clip() -> None:
    scope = make_scope()
    scope.set_frame(99)
    assert scope.frame == 39
    scope.set_length(10)
    assert scope.frame == 9


def test_nothing_is_said_when_nothing_changes(qtbot: QtBot) -> None:
    scope = make_scope()
    with qtbot.assertNotEmitted(scope.changed), qtbot.assertNotEmitted(scope.moved):
        scope.set_frame(0)
        scope.show_time(scope.time)
        scope.set_running(None)


def test_numbers_of_the_clip_are_kept_as_long_as_they_fit() -> None:
    scope = make_scope()
    scope.set_length(3, [11, 12, 15])
    scope.set_length(3)
    assert list(scope.numbers) == [11, 12, 15]
    scope.set_length(4)
    assert list(scope.numbers) == [0, 1, 2, 3]
    scope.set_length(2, [5, 4])
    assert list(scope.numbers) == [0, 1], "numbers that go back are of no use on a ruler"
