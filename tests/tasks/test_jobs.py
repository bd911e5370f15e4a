"""Jobs and whose turn it is."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from napari_cotracker.core.queries import Queries
from napari_cotracker.tasks.handover import Host
from napari_cotracker.tasks.jobs import AT_ONCE, Job, whose_turn
from tests.tasks.ears import Ears


class Notes:
    """What jobs ask for."""

    def __init__(self) -> None:
        self.notes: list[Any] = []

    def cancel(self, job: Job) -> None:
        self.notes.append(("cancel", job.number))

    def rearrange(self) -> None:
        self.notes.append("rearrange")

    def add(self, job: Job, queries: Queries) -> None:
        self.notes.append(("add", job.number, len(queries)))


def job(number: int, urgent: bool = False, notes: Notes | None = None, task: str = "follow") -> Job:
    return Job(number, task, notes or Notes(), Ears(), urgent=urgent)


def correction(number: int, *, begun: bool = False) -> Job:
    one = job(number, urgent=True, task="retrack")
    one.work.host = cast(Host, object()) if begun else None
    return one


def order_of(jobs: list[Job]) -> list[int]:
    """In which order they would go on, each to its end."""
    order = []
    while jobs:
        turn = whose_turn(jobs)
        assert turn is not None
        order.append(turn.number)
        jobs.remove(turn)
    return order


def test_jobs_come_in_their_order_and_urgent_ones_first() -> None:
    assert whose_turn([]) is None
    jobs = [job(0), job(1), job(2, urgent=True), job(3, urgent=True)]
    assert order_of(jobs) == [2, 3, 0, 1]


def test_the_latest_correction_goes_first_and_what_is_exported_before_all() -> None:
    jobs = [job(0), correction(1, begun=True), job(2, urgent=True, task="export"), correction(3)]
    assert order_of(jobs) == [2, 3, 1, 0]


def test_only_so_many_corrections_are_under_way_at_once() -> None:
    under_way = [correction(number, begun=True) for number in range(AT_ONCE)]
    jobs = [*under_way, correction(AT_ONCE)]
    assert whose_turn(jobs) is under_way[-1]
    assert whose_turn([*jobs, job(99, urgent=True)]) is not under_way[-1]
    assert whose_turn(jobs[1:]) is jobs[-1]


def test_a_paused_job_lets_the_next_one_go_first() -> None:
    first, second = job(0), job(1)
    first.pause()
    assert whose_turn([first, second]) is second
    first.resume()
    assert whose_turn([first, second]) is first
    first.pause()
    assert whose_turn([first]) is None


def test_nobody_starts_until_a_cancelled_job_has_stopped() -> None:
    jobs = [job(0), job(1)]
    jobs[1].work.deadline = 0.0
    assert whose_turn(jobs) is None


def test_what_its_user_wants_is_passed_on_at_once() -> None:
    notes = Notes()
    one = job(7, notes=notes)
    one.pause()
    assert one.is_paused
    one.resume()
    one.add(Queries(np.zeros(1), np.zeros((1, 2))))
    one.cancel()
    assert notes.notes == ["rearrange", "rearrange", ("add", 7, 1), ("cancel", 7)]


def test_a_job_that_is_over_is_not_paused() -> None:
    one = job(0)
    one.pause()
    one.end()
    assert one.is_over and not one.is_paused


def test_a_job_that_starts_over_keeps_what_it_was_given() -> None:
    one = job(0)
    points = Queries(np.zeros(1), np.zeros((1, 2)))
    one.work.arguments, one.work.added, one.work.is_sent, one.work.has_answered = b"x", (points,), True, True
    one.start_over()
    assert (one.work.arguments, one.work.added) == (b"x", (points,))
    assert not one.work.is_sent and not one.work.has_answered
