"""Somebody who corrects tracks in no order at all."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_cotracker.core.errors import TrackingError

from .bare_desk import BareWindow
from .doubts import LENGTH, answer, land, retracks, wait_until_heard
from .mouse import settle


class Walker:
    """Somebody who does anything in any order, while answers come, break off or fail."""

    def __init__(self, bare: BareWindow, seed: int) -> None:
        self.bare, self.rng = bare, np.random.default_rng(seed)
        self.open: list[Any] = []
        answers, keys, reviewing = bare.answers, bare.keys.actions, bare.reviewing
        self.acts = [
            self.select, self.select, self.place, self.place, self.place, answers.accept, answers.hide, answers.gone,
            lambda: answers.hide(to_the_end=True), answers.take_other, lambda: answers.swap(self.any_track()),
            reviewing.next, reviewing.next, reviewing.back, keys["T"], bare.undo, bare.undo, bare.redo,
            lambda: bare.project.corrections.solve(bare.session.ids), self.jump, self.delete, answers.accept_rest,
            self.hear, self.hear, self.land, self.land, self.fail, lambda: settle(0.03),
        ]

    def walk(self, steps: int) -> None:
        for _ in range(steps):
            self.bare.desk.attempt(self.acts[self.rng.integers(len(self.acts))])
            self.open += [job for job in retracks(self.bare) if job not in self.open and not hasattr(job, "is_over")]
        while self.open:
            self.land()

    def any_track(self) -> int:
        return int(self.rng.choice(self.bare.session.ids)) if len(self.bare.session.ids) else 0

    def any_place(self) -> list[float]:
        return [float(value) for value in self.rng.integers(5, 40, 2)]

    def select(self) -> None:
        self.bare.project.selection.set([self.any_track()])
        self.bare.project.go_to(int(self.rng.integers(LENGTH)))

    def place(self) -> None:
        self.bare.answers.place(self.bare.project.frame, [self.any_place()])

    def jump(self) -> None:
        steps = self.bare.session.steps
        self.bare.history.go_to(steps[self.rng.integers(len(steps))].number)

    def delete(self) -> None:
        if len(self.bare.session.ids) > 2:
            self.bare.session.delete([self.any_track()])

    def any_job(self) -> Any:
        return self.open[self.rng.integers(len(self.open))] if self.open else None

    def hear(self) -> None:
        if job := self.any_job():
            answer(job, self.any_place(), range(*np.sort(self.rng.integers(0, LENGTH, 2))))
            settle()

    def land(self) -> None:
        if job := self.any_job():
            self.over(job)
            land(job, self.any_place())

    def fail(self) -> None:
        if job := self.any_job():
            self.over(job)
            job.fail(TrackingError("out of memory"))
            wait_until_heard(job)

    def over(self, job: Any) -> None:
        self.open.remove(job)
        job.is_over = True
