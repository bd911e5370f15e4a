"""Whose turn it is, with a real child process; and when that has to be killed."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.tasks.remote import Worker
from tests.tasks.conftest import Begin
from tests.tasks.ears import PATIENCE, Ears


def points(*ids: int) -> Queries:
    return Queries(np.zeros(len(ids)), np.zeros((len(ids), 2)), np.array(ids))


def test_updates_come_in_order_and_then_one_result(begin: Begin) -> None:
    ears, job = begin("count", to=20, seconds=0)
    assert ears.result() == {"counted": 20, "held": 0}
    assert [int(update.frames[0]) for update in ears.cells] == list(range(20))
    assert job.is_over and not ears.was_cancelled()


def test_jobs_run_one_after_the_other(begin: Begin) -> None:
    first, second = begin("count", to=5)[0], begin("count", to=5)[0]
    second.wait_for_cells()
    assert first.endings
    assert second.result()["counted"] == 5


def test_an_urgent_job_overtakes_while_the_long_one_is_held(begin: Begin) -> None:
    long, job = begin("count")
    waiting = begin("count", to=3)[0]
    long.wait_for_cells()
    urgent, _ = begin("count", urgent=True, to=20)
    assert urgent.result() == {"counted": 20, "held": 0}
    assert not long.endings and not waiting.cells and not job.is_paused
    seen = len(long.cells)
    long.wait_for_cells(seen + 2)
    job.cancel()
    assert long.result()["held"] > 0
    assert waiting.result()["counted"] == 3


def test_a_long_correction_and_a_run_go_on_in_turns(begin_apart: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.tasks.shifts.FIRST_SECONDS", 0.2)
    monkeypatch.setattr("napari_cotracker.tasks.shifts.SHIFT_SECONDS", 0.2)
    monkeypatch.setattr("napari_cotracker.tasks.shifts.LATEST_FIRST", {"correct"})
    run, of_run = begin_apart("count")
    run.wait_for_cells()
    fix, of_fix = begin_apart("correct", urgent=True)
    fix.wait_for_cells()
    for _ in range(3):
        run.wait_for_cells(len(run.cells) + 2)
        fix.wait_for_cells(len(fix.cells) + 2)
    of_fix.cancel()
    of_run.cancel()
    assert fix.result()["held"] > 0 and run.result()["held"] > 0


def test_cancel_keeps_what_came_and_is_heard_once(begin: Begin) -> None:
    ears, job = begin("count")
    ears.wait_for_cells(3)
    for _ in range(3):
        job.cancel()
    assert ears.was_cancelled() and ears.result()["counted"] >= 3
    assert job.is_over


def test_a_job_that_waits_can_be_cancelled(begin: Begin) -> None:
    ears, job = begin("count")
    waiting, other = begin("count")
    other.cancel()
    assert waiting.was_cancelled() and waiting.result() is None
    assert not ears.endings
    job.cancel()
    assert ears.was_cancelled()


def test_a_paused_job_waits_and_lets_others_run(begin: Begin) -> None:
    ears, job = begin("count")
    ears.wait_for_cells()
    job.pause()
    ears.wait_for_message("paused")
    assert begin("count", to=2)[0].result()["counted"] == 2
    seen = len(ears.cells)
    assert job.is_paused and not ears.endings
    job.resume()
    ears.wait_for_cells(seen + 2)
    job.cancel()
    assert ears.was_cancelled()


def test_points_are_handed_in_before_and_during_a_run(begin: Begin) -> None:
    ears, job = begin("count")
    job.add(points(4))
    ears.wait_for_message("added [4]")
    job.add(points(7, 8))
    ears.wait_for_message("added [7, 8]")
    job.cancel()
    assert ears.was_cancelled()
    job.add(points(9))


def test_arguments_that_cannot_travel_are_told_to_the_listener(begin: Begin) -> None:
    with pytest.raises(TrackingError, match="to = lock"):
        begin("count", to=threading.Lock())[0].result()


def test_a_listener_that_fails_disturbs_nobody(shared_worker: Worker, begin: Begin) -> None:
    class Broken(Ears):
        def updated(self, update: TrackUpdate) -> None:
            super().updated(update)
            raise RuntimeError("the window has gone")

    ears = Broken()
    shared_worker.start("count", None, {"to": 3}, ears)
    assert ears.result()["counted"] == 3
    assert begin("count", to=1)[0].result()["counted"] == 1


def test_a_job_that_does_not_hear_is_killed_within_a_second_or_so(begin_apart: Begin, own_worker: Worker) -> None:
    ears, job = begin_apart("stuck", answers=2)
    ears.wait_for_message("stuck")
    pid = own_worker.pid
    began = time.monotonic()
    job.cancel()
    assert time.monotonic() - began < 0.1
    assert ears.was_cancelled() and ears.result() is None and len(ears.cells) == 2
    assert time.monotonic() - began < 5
    assert begin_apart("count", to=1)[0].result()["counted"] == 1
    assert own_worker.pid not in (pid, None)


def test_whoever_had_not_answered_starts_over_in_the_next_child(begin_apart: Begin, tmp_path: Path) -> None:
    file = tmp_path / "go"
    innocent, _ = begin_apart("wait_for", file=str(file))
    innocent.wait_for_message("waiting")
    guilty, job = begin_apart("stuck", urgent=True)
    guilty.wait_for_message("stuck")
    job.cancel()
    assert guilty.was_cancelled()
    assert not innocent.endings
    file.touch()
    assert innocent.result() == "came"


def test_whoever_had_answered_does_not_lose_by_one_that_is_slow_to_hear(begin_apart: Begin, own_worker: Worker) -> None:
    innocent, counting = begin_apart("count")
    innocent.wait_for_cells()
    pid = own_worker.pid
    guilty, job = begin_apart("slow_to_hear", urgent=True, seconds=3)
    guilty.wait_for_message("slow")
    began = time.monotonic()
    job.cancel()
    assert guilty.was_cancelled() and time.monotonic() - began < 2.5
    again, _ = begin_apart("count", urgent=True, to=2)
    assert again.result()["counted"] == 2
    known = len(innocent.cells)
    innocent.wait_for_cells(known + 3)
    counting.cancel()
    assert innocent.was_cancelled() and own_worker.pid == pid


def test_whoever_had_answered_can_be_cancelled_meanwhile(begin_apart: Begin) -> None:
    innocent, counting = begin_apart("count")
    innocent.wait_for_cells()
    guilty, job = begin_apart("stuck", urgent=True)
    guilty.wait_for_message("stuck")
    job.cancel()
    assert guilty.was_cancelled()
    counting.cancel()
    assert innocent.was_cancelled()


def test_whoever_had_answered_is_told(begin_apart: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.tasks.dispatcher.PATIENCE_SECONDS", 1.0)
    innocent, _ = begin_apart("count")
    innocent.wait_for_cells()
    guilty, job = begin_apart("stuck", urgent=True)
    guilty.wait_for_message("stuck")
    job.cancel()
    assert guilty.was_cancelled()
    with pytest.raises(TrackingError, match="together with another one"):
        innocent.result()


def test_added_points_are_not_lost_when_a_job_starts_over(begin_apart: Begin) -> None:
    guilty, blocking = begin_apart("stuck", urgent=True)
    guilty.wait_for_message("stuck")
    ears, job = begin_apart("count")
    job.add(points(3))
    blocking.cancel()
    ears.wait_for_message("added [3]")
    job.cancel()


def test_a_crash_tells_those_in_the_child_and_no_others(begin_apart: Begin) -> None:
    ears, _ = begin_apart("crash", code=3)
    waiting, _ = begin_apart("count", to=2)
    with pytest.raises(TrackingError, match=r"exit code 3: the library gave up; track again: a new process starts"):
        ears.result()
    assert len(ears.cells) == 1
    assert waiting.result()["counted"] == 2


def test_what_nobody_has_foreseen_ends_the_jobs_and_not_the_worker(
    begin_apart: Begin, own_worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("napari_cotracker.tasks.dispatcher.Start", lambda *given: 1 / 0)
        with pytest.raises(TrackingError, match="ZeroDivisionError"):
            begin_apart("count", to=1)[0].result()
    assert begin_apart("count", to=1)[0].result()["counted"] == 1


def test_a_child_that_cannot_be_started_is_told() -> None:
    worker, ears = Worker(("/nowhere/python",)), Ears()
    worker.start("count", None, {}, ears)
    with pytest.raises(TrackingError, match="cannot be started"):
        ears.result()
    worker.close()
    assert worker.join(PATIENCE)


def test_closing_cancels_everything(begin_apart: Begin, own_worker: Worker) -> None:
    running, waiting = begin_apart("count")[0], begin_apart("count")[0]
    running.wait_for_cells()
    own_worker.close()
    assert running.was_cancelled() and waiting.was_cancelled()
    assert own_worker.join(PATIENCE)
    assert own_worker.pid is None
    late: Any = begin_apart("count")[0]
    with pytest.raises(TrackingError, match="closed"):
        late.result()
