"""Work in a thread under a generator that goes on yielding."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from napari_cotracker.core.tracker import Control
from napari_cotracker.trackers import background as module
from napari_cotracker.trackers.background import Background, Cancelled
from tests.generators import drain


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.002)
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)


class Switch(Control):
    """Cancel and pause by hand."""

    stop = hold = False

    def cancelled(self) -> bool:
        return self.stop

    def paused(self) -> bool:
        return self.hold


def slow(background: Background, until: Callable[[], bool]) -> Callable[[], int]:
    """Work in small pieces that ends when `until` says so."""

    def work() -> int:
        count = 0
        while not until():
            background.check()
            count += 1
            time.sleep(0.001)
        return count

    return work


def test_the_result_comes_with_heartbeats_before_it() -> None:
    with Background(Control()) as background:
        done = threading.Event()
        beats = background.run(slow(background, done.is_set), 0.25, "busy")
        seen = [next(beats) for _ in range(3)]
        assert [(update.done, update.message, len(update.frames)) for update in seen] == [(0.25, "busy", 0)] * 3
        done.set()
        assert drain(beats)[1] > 0
        assert drain(background.run(lambda: 7, 0, ""))[1] == 7


def test_many_short_pieces_do_not_add_up_to_a_silence() -> None:
    beats = 0
    with Background(Control()) as background:
        for _ in range(40):
            beats += len(drain(background.run(lambda: time.sleep(0.002) or 0, 0, ""))[0])
    assert beats >= 3


def test_cancel_stops_the_work_at_its_next_check() -> None:
    switch = Switch()
    with Background(switch) as background:
        beats = background.run(slow(background, lambda: False), 0, "")
        next(beats)
        switch.stop = True
        with pytest.raises(Cancelled):
            drain(beats)


def test_pause_holds_the_work_and_says_so() -> None:
    switch = Switch()
    count = []
    with Background(switch) as background:
        def work() -> int:
            while len(count) < 10_000:
                background.check()
                count.append(1)
                time.sleep(0.001)
            return 0

        beats = background.run(work, 0, "")
        switch.hold = True
        while next(beats).message != "paused":
            pass
        time.sleep(0.01)
        held = len(count)
        assert next(beats).message == "paused"
        assert len(count) == held
        switch.hold = False
        while len(count) == held:  # it goes on; the first word of that may come before it has
            next(beats)
        switch.stop = True
        with pytest.raises(Cancelled):
            drain(beats)


def test_who_is_paused_rests() -> None:
    switch, resting = Switch(), threading.Event()

    @contextmanager
    def rest() -> Iterator[None]:
        resting.set()
        yield
        resting.clear()

    with Background(switch, rest) as background:
        beats = background.run(slow(background, lambda: False), 0, "")
        next(beats)
        assert not resting.is_set()
        switch.hold = True
        while not resting.is_set():
            next(beats)
        switch.hold = False
        while resting.is_set():
            next(beats)
        switch.stop = True
        with pytest.raises(Cancelled):
            drain(beats)


def test_what_is_done_aside_ends_with_it() -> None:
    ended = threading.Event()
    with Background(Control()) as background:
        def work() -> None:
            try:
                slow(background, lambda: False)()
            finally:
                ended.set()

        aside = background.aside(work)
        assert drain(background.run(lambda: 7, 0, ""))[1] == 7, "neither waits for the other"
        assert not aside.done()
    assert ended.is_set() and isinstance(aside.exception(), Cancelled)


def test_errors_of_the_work_come_out_even_time_outs() -> None:
    def fail(error: Exception) -> Callable[[], int]:
        def work() -> int:
            raise error

        return work

    with Background(Control()) as background:
        for error in (ValueError("broken"), TimeoutError("late")):
            with pytest.raises(type(error), match=str(error)):
                drain(background.run(fail(error), 0, ""))


class Late(Future[int]):
    """Done between the end of a wait and the look at it."""

    def result(self, timeout: float | None = None) -> int:
        if not self.done():
            self.set_result(7)
            raise TimeoutError
        return super().result(timeout)


def test_work_that_ends_right_after_a_wait_has_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    with Background(Control()) as background:
        monkeypatch.setattr(background._pool, "submit", lambda work: Late())
        assert drain(background.run(lambda: 7, 0, ""))[1] == 7


def test_leaving_early_ends_the_thread() -> None:
    with Background(Control()) as background:
        beats = background.run(slow(background, lambda: False), 0, "")
        next(beats)
        beats.close()
    assert not any(thread.name.startswith("tracker") for thread in threading.enumerate())
