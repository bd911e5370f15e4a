"""Trackers in threads of their own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.trackers import side_by_side as module
from napari_cotracker.trackers.side_by_side import AHEAD, side_by_side
from tests.trackers.networks import Meanwhile, some_queries


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.002)


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert not any(thread.name == "tracker run" for thread in threading.enumerate())


def frame(number: int) -> TrackUpdate:
    """An update on one frame."""
    cells = np.zeros((1, 1), np.float32)
    return TrackUpdate(np.array([number]), np.array([0]), np.zeros((1, 1, 2), np.float32), cells, cells, 0.5)


def count(control: Control) -> Iterator[TrackUpdate]:
    """A run without end that stops when it is cancelled."""
    number = 0
    while not control.cancelled():
        yield frame(number)
        number += 1


def test_every_run_is_heard_in_its_own_order() -> None:
    def run(first: int) -> module.Run:
        return lambda control: (frame(number) for number in range(first, first + 50))

    heard: dict[int, list[int]] = {0: [], 1: [], 2: []}
    for number, update in side_by_side([run(0), run(100), run(200)], Control()):
        heard[number] += update.frames.tolist()
    assert heard == {n: list(range(100 * n, 100 * n + 50)) for n in range(3)}
    assert list(side_by_side([], Control())) == []


def test_they_run_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(control: Control) -> Iterator[TrackUpdate]:
        both.wait()
        yield frame(0)

    assert len(list(side_by_side([meet, meet], Control()))) == 2


def test_a_run_goes_on_while_its_listener_is_busy_but_not_far() -> None:
    made, far = [], threading.Event()

    def run(control: Control) -> Iterator[TrackUpdate]:
        for number in range(20):
            made.append(number)
            if number == 1 + AHEAD:
                far.set()
            yield frame(number)

    updates = side_by_side([run], Control())
    next(updates)
    assert far.wait(10), "it does not wait for every answer to be taken"
    assert len(made) <= 3 + AHEAD
    assert len(list(updates)) == 19


def test_signs_of_life_hold_nobody_up() -> None:
    alive = threading.Event()

    def run(control: Control) -> Iterator[TrackUpdate]:
        yield frame(0)
        for _ in range(10 * AHEAD):
            yield TrackUpdate.heartbeat(0.5, "busy")
        alive.set()
        yield frame(1)

    updates = side_by_side([run], Control())
    next(updates)
    assert alive.wait(10)
    rest = [update for _, update in updates]
    assert rest[-1].frames.tolist() == [1] and len(rest) <= 1 + AHEAD


@pytest.mark.parametrize("kind", [ValueError, queue.Empty])
def test_an_error_is_the_callers_and_ends_the_others(kind: type[Exception]) -> None:
    stopped = []

    def fail(control: Control) -> Iterator[TrackUpdate]:
        yield frame(0)
        raise kind("broken")

    def other(control: Control) -> Iterator[TrackUpdate]:
        try:
            yield from count(control)
        finally:
            stopped.append(True)

    with pytest.raises(kind, match="broken"):
        list(side_by_side([other, fail], Control()))
    assert stopped == [True]


def test_who_hears_no_more_ends_them() -> None:
    updates = side_by_side([count, count], Control())
    next(updates)
    updates.close()  # type: ignore[attr-defined]


def test_a_cancel_reaches_all() -> None:
    assert len(list(side_by_side([count, count], Meanwhile(cancel_after=20)))) > 0


def test_pause_and_new_queries_are_passed_on() -> None:
    seen: list[Queries] = []
    waits = 0

    def run(control: Control) -> Iterator[TrackUpdate]:
        nonlocal waits
        while not seen:
            waits += control.paused()
            queries = control.new_queries()
            if queries is not None:
                seen.append(queries)
            yield TrackUpdate.heartbeat(0)

    list(side_by_side([run], Meanwhile(some_queries((3, 1, 2)), wait=40, pauses=10)))
    assert seen[0].t.tolist() == [3] and waits > 0


def test_queries_that_wait_are_all_there() -> None:
    class Giving(Control):
        given = 0

        def new_queries(self) -> Queries | None:
            self.given += 1
            if self.given > 3:
                return None
            return Queries(np.array([self.given]), np.ones((1, 2), np.float32), np.array([10 + self.given]))

    control, heard = Giving(), threading.Event()
    seen: list[int] = []

    def run(relay: Control) -> Iterator[TrackUpdate]:
        heard.wait(10)
        queries = relay.new_queries()
        assert queries is not None and relay.new_queries() is None
        seen.extend(queries.t.tolist())
        yield frame(0)

    def other(relay: Control) -> Iterator[TrackUpdate]:
        while control.given < 4 and not relay.cancelled():
            yield TrackUpdate.heartbeat(0)
        heard.set()

    list(side_by_side([run, other], control))
    assert seen == [1, 2, 3]


def test_the_control_is_asked_in_the_callers_thread() -> None:
    threads = set()

    class Noting(Control):
        def cancelled(self) -> bool:
            threads.add(threading.current_thread())
            return False

    list(side_by_side([lambda control: (frame(n) for n in range(9) if not control.cancelled())], Noting()))
    assert threads == {threading.current_thread()}
