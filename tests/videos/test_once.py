"""Computed once, without holding up others."""

from __future__ import annotations

import threading
from typing import Any

from napari_cotracker.videos.once import once


class Slow:
    """Its value waits until it may come."""

    def __init__(self) -> None:
        self.may_come, self.asked = threading.Event(), 0

    @once
    def value(self) -> int:
        """The answer."""
        self.asked += 1
        self.may_come.wait(10)
        return 42


def test_it_is_computed_once_and_documented() -> None:
    slow = Slow()
    slow.may_come.set()
    assert (slow.value, slow.value, slow.asked) == (42, 42, 1)
    assert Slow.value.__doc__ == "The answer."


def test_one_that_takes_long_does_not_hold_up_another() -> None:
    slow, quick = Slow(), Slow()
    got: list[Any] = []
    thread = threading.Thread(target=lambda: got.append(slow.value))
    thread.start()
    quick.may_come.set()
    assert quick.value == 42
    assert got == []
    slow.may_come.set()
    thread.join()
    assert got == [42]
