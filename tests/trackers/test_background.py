"""Work in a thread under a generator that goes on yielding."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator

import numpy as np
import pytest

from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.trackers import background as module
from napari_cotracker.trackers.background import Background, Cancelled, ahead
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
        while next(beats).message == "paused":
            pass
        assert len(count) > held
        switch.stop = True
        with pytest.raises(Cancelled):
            drain(beats)


def test_errors_of_the_work_come_out_even_time_outs() -> None:
    def fail(error: Exception) -> Callable[[], int]:
        def work() -> int:
            raise error

        return work

    with Background(Control()) as background:
        for error in (ValueError("broken"), TimeoutError("late")):
            with pytest.raises(type(error), match=str(error)):
                drain(background.run(fail(error), 0, ""))


def test_leaving_early_ends_the_thread() -> None:
    with Background(Control()) as background:
        beats = background.run(slow(background, lambda: False), 0, "")
        next(beats)
        beats.close()
    assert not any(thread.name.startswith("tracker") for thread in threading.enumerate())


def answers(count: int, seen: list[int], mishap: BaseException | None = None) -> Generator[TrackUpdate, None, None]:
    """Answers with a heartbeat before each; notes which has been computed, and that it was closed."""
    try:
        for number in range(count):
            yield TrackUpdate.heartbeat(0.0)
            seen.append(number)
            cells = np.zeros((1, 1), np.float32)
            yield TrackUpdate(np.array([number]), np.array([0]), np.zeros((1, 1, 2), np.float32), cells, cells, 0.5)
        if mishap is not None:
            raise mishap
    finally:
        seen.append(-1)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_one_answer_is_computed_ahead_and_no_more() -> None:
    seen: list[int] = []
    updates = ahead(answers(4, seen))
    real = (update for update in updates if len(update.frames))
    assert next(real).frames.tolist() == [0]
    wait_until(lambda: seen == [0, 1])
    time.sleep(0.05)
    assert seen == [0, 1]
    assert [int(update.frames[0]) for update in real] == [1, 2, 3]
    assert seen == [0, 1, 2, 3, -1]


def test_who_stops_taking_ends_it_in_its_own_thread() -> None:
    seen: list[int] = []
    updates = ahead(answers(9, seen))
    next(updates)
    updates.close()  # type: ignore[attr-defined]
    assert seen[-1] == -1 and len(seen) < 4
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_what_goes_wrong_there_is_raised_here_after_what_came_before() -> None:
    seen: list[int] = []
    taken = []
    with pytest.raises(ValueError, match="odd"):
        taken.extend(ahead(answers(2, seen, ValueError("odd"))))
    assert seen == [0, 1, -1]
