"""Tasks that take turns."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.tasks import turns
from napari_cotracker.tasks.turns import take_turns
from tests.generators import drain


class Clock:
    """A second passes with everything that is said."""

    def __init__(self) -> None:
        self.now = 0.0
        self.closed: list[str] = []

    def part(self, name: str, count: int) -> Generator[TrackUpdate, None, str]:
        try:
            for number in range(count):
                self.now += 1
                yield TrackUpdate.heartbeat((number + 1) / count, name)
        finally:
            self.closed.append(name)
        return name.upper()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(turns, "monotonic", lambda: clock.now)
    return clock


def test_each_has_its_turn_and_every_round_is_twice_as_long(clock: Clock) -> None:
    updates, results = drain(take_turns([clock.part("a", 3), clock.part("b", 9), clock.part("c", 9)], 2))
    assert "".join(update.message for update in updates) == "aabbcc" + "abbbbcccc" + "bbbccc"
    assert results == ["A", "B", "C"]
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == 1


def test_the_last_one_has_no_turns(clock: Clock) -> None:
    assert "".join(update.message for update in drain(take_turns([clock.part("a", 9)], 2))[0]) == "a" * 9
    assert drain(take_turns([], 2)) == ([], [])


def test_all_are_closed_when_nobody_wants_more(clock: Clock) -> None:
    run = take_turns([clock.part("a", 9), clock.part("b", 9)], 1)
    assert [next(run).message for _ in range(3)] == ["a", "b", "a"]
    run.close()
    assert sorted(clock.closed) == ["a", "b"]
