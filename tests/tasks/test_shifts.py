"""A correction goes before a run, and does not hold it for long."""

from __future__ import annotations

from napari_cotracker.tasks.jobs import Job
from napari_cotracker.tasks.shifts import FIRST_SECONDS, SHIFT_SECONDS, Shifts
from tests.tasks.test_jobs import correction, job


class Day:
    """Time that passes in steps of half a second."""

    def __init__(self) -> None:
        self.now = 100.0
        self.shifts = Shifts(lambda: self.now)

    def spend(self, seconds: float, *jobs: Job) -> list[int | None]:
        """Who goes on, one after the other, and for how many steps."""
        turns = list[int | None]()
        for _ in range(round(2 * seconds)):
            turn = self.shifts.choose(jobs)
            turns.append(None if turn is None else turn.number)
            self.now += 0.5
        return turns


def test_a_short_correction_has_the_cores_to_itself() -> None:
    day, run, fix = Day(), job(0), correction(1)
    assert set(day.spend(3, run)) == {0}
    assert day.shifts.left is None
    assert set(day.spend(FIRST_SECONDS, run, fix)) == {1}
    assert day.shifts.left is not None, "it has to be looked at again"
    assert set(day.spend(3, run)) == {0}


def test_a_long_one_and_the_run_go_on_in_turns() -> None:
    day, run, fix = Day(), job(0), correction(1)
    day.spend(FIRST_SECONDS, run, fix)
    shift = [0] * round(2 * SHIFT_SECONDS), [1] * round(2 * SHIFT_SECONDS)
    assert day.spend(4 * SHIFT_SECONDS, run, fix) == [*shift[0], *shift[1], *shift[0], *shift[1]]


def test_a_new_correction_goes_before_both() -> None:
    day, run, fix, later = Day(), job(0), correction(1), correction(2)
    day.spend(FIRST_SECONDS + 1, run, fix)
    assert set(day.spend(3, run, fix, later)) == {2}
    assert day.spend(1, run, fix) == [0, 0], "where they were"


def test_where_no_run_waits_a_correction_goes_on() -> None:
    day, run, fix = Day(), job(0), correction(1)
    run.pause()
    assert set(day.spend(3 * FIRST_SECONDS, fix)) == {1}
    assert set(day.spend(FIRST_SECONDS, run, fix)) == {1}
    assert day.shifts.left is None
    run.resume()
    assert day.spend(SHIFT_SECONDS, run, fix)[0] == 0


def test_what_is_exported_goes_before_all_and_nobody_while_one_is_being_cancelled() -> None:
    day, run, fix, export = Day(), job(0), correction(1), job(2, urgent=True, task="export")
    day.spend(FIRST_SECONDS + 1, run, fix)
    assert set(day.spend(1, run, fix, export)) == {2}
    fix.work.deadline = 0.0
    assert set(day.spend(1, run, fix)) == {None}
    assert day.spend(1) == [None, None]
