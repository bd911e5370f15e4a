"""Corrections on their way: what a fix starts, many at once, while the user goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Signal

from ..core.errors import CotrackerError, EditError
from ..core.gaps import Gap
from ..editing.run import Run
from ..tasks.fixes import facts_of_fix, gaps_around, gaps_within, label_of, others_of
from ..tasks.plan import TrackOptions
from ..tasks.remote import Worker
from .fix import Fix
from .unfinished import Owed, Unfinished, owed_by

if TYPE_CHECKING:
    from .project import Project


class Corrections(QObject):
    """Solves tracks again around what a person says of them, without keeping anybody waiting.

    Parameters
    ----------
    project : Project
    worker : Worker

    Attributes
    ----------
    options : callable
        Gives the `TrackOptions` to solve with.

    Signals
    -------
    changed : corrections came or landed
    failed : (CotrackerError)
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, project: Project, worker: Worker) -> None:
        super().__init__(project)
        self._project, self._worker = project, worker
        self._fixes: list[Fix] = []
        self._stuck: list[Run] = []  # that the session's file did not let end
        self._broken: list[Owed] = []  # what failed, for `again`
        self._unfinished, self._step = Unfinished(project.session), project.session.last_step
        self.options: Callable[[], TrackOptions] = TrackOptions
        project.session.changed.connect(self.check)

    def __len__(self) -> int:
        return len(self._fixes)

    @property
    def problem(self) -> str:
        """What of a session's notes on unfinished corrections was lost; "" if nothing was."""
        return self._unfinished.problem

    @property
    def ids(self) -> NDArray[np.int64]:
        """Tracks that are being solved again."""
        return np.unique(np.array([gap.id for gap in self.gaps], np.int64))

    @property
    def gaps(self) -> list[Gap]:
        """Stretches that are being solved again, with where the tracks were before."""
        return [gap for fix in self._fixes for gap in fix.gaps]

    def follow_up(self, ids: ArrayLike, t: int, *, joins: bool = True) -> None:
        """Solve what lies around a fix that has just been made, as a part of its step if it `joins` the last one.

        A correction on its way that it cuts through gives way: it does not know of this one. What it was to
        solve beside is taken over. A run over these tracks leaves them, and they are solved to the ends of the clip.

        Raises
        ------
        CotrackerError
            If the options make no sense.
        """
        session, wanted = self._project.session, np.unique(np.asarray(ids, np.int64))
        ahead = self._leave_to_us(wanted)
        step = session.last_step if joins else 0
        taken = self._make_way(wanted, t)
        gaps = {_place(gap): gap for gap in [*self._again(taken), *gaps_around(session, wanted, t, ahead)]}
        fix = self._start(list(gaps.values()), step)
        self._unfinished.note(fix.owed if fix else (), step, taken)
        if fix is not None and not step:
            fix.owed += taken

    def solve(self, ids: ArrayLike, frames: ArrayLike | None = None) -> None:
        """Solve the stretches between the anchors of tracks again that reach into some frames, None for all.

        Raises
        ------
        CotrackerError
            If the options make no sense, or there is nothing to solve, or it is being solved.
        """
        gaps = gaps_within(self._project.session, ids, frames)
        if not gaps:
            raise EditError("expected tracks with a point that you set to track again from; set one first")
        if np.isin([gap.id for gap in gaps], self._project.tracking.ids).any():
            raise EditError("these points are being tracked; stop the run or let it end, then track again")
        gaps = self._free(gaps)
        if not gaps:
            raise EditError("these stretches are already being tracked again; wait until they are done")
        self._start(gaps)

    def again(self) -> None:
        """Solve what failed once more, as a part of the step that it belonged to; what was undone since is left.

        Raises
        ------
        CotrackerError
            If nothing of it is left, or the options make no sense, or the session's file refuses.
        """
        done = {step.number for step in self._project.session.steps if step.is_done}
        broken = [one for one in self._broken if not one.step or one.step in done]
        self._broken = []
        for step in {one.step for one in broken}:
            self._unfinished.note([one for one in broken if one.step == step], step)
        if not self._go_on(broken):
            raise EditError("expected a correction to track around again, got none: it was undone, or made anew")

    def close(self) -> None:
        """End all of them at once; what came is kept, and they can be taken up when the session is opened again."""
        self._project.session.changed.disconnect(self.check)
        for fix in list(self._fixes):
            fix.end()
        self._end_stuck()

    def check(self) -> None:
        """After an undo or a redo, corrections of what is undone end, and those of what is done again go on."""
        for fix in [one for one in self._fixes if one.is_undone]:
            fix.end()
        if self._step == self._project.session.last_step:
            return
        self._step = self._project.session.last_step
        due = set(self._unfinished.due())
        try:
            for fix in list(self._fixes):
                if passed := {one.id for one in fix.owed if one.step and one not in due}:
                    fix.give_way(passed)
            self.take_up()
        except CotrackerError as error:
            self.failed.emit(error)

    def take_up(self) -> None:
        """Go on with what is owed and is not on its way, of a session that was opened, say.

        Raises
        ------
        CotrackerError
            If the options make no sense, or the session's file refuses.
        """
        if self._project.session.is_read_only or not self._project.is_indexed:
            return
        on_their_way = {one for fix in self._fixes for one in fix.owed}
        waiting = [one for one in self._unfinished.due() if one not in on_their_way]
        ahead = self._leave_to_us([one.id for one in waiting])
        self._go_on(waiting, ahead)

    def _go_on(self, waiting: Sequence[Owed], ahead: ArrayLike = ()) -> bool:
        """Solve what steps owe, as a part of each; says whether there was anything to solve."""
        begun = False
        for step in dict.fromkeys(one.step for one in waiting):
            owed = [one for one in waiting if one.step == step]
            gaps = self._free(self._again(owed, ahead))
            if (fix := self._start(gaps, step)) is not None:
                fix.owed, begun = owed, True
        return begun

    def _leave_to_us(self, ids: ArrayLike) -> NDArray[np.int64]:
        """Have a run leave some tracks; gives those that it was following."""
        tracking = self._project.tracking
        ahead = np.intersect1d(tracking.ids, np.asarray(ids, np.int64))
        tracking.leave(ahead)
        return ahead

    def _free(self, gaps: Sequence[Gap]) -> list[Gap]:
        """Those of which nothing is being solved."""
        return [gap for gap in gaps if not any(_overlap(gap, other) for other in self.gaps)]

    def _make_way(self, ids: NDArray[np.int64], t: int) -> list[Owed]:
        """Corrections on their way that are cut through at a frame give way; gives what they still had to solve."""
        owed = list[Owed]()
        for fix in list(self._fixes):
            cut = {gap.id for gap in fix.gaps if gap.id in ids and gap.first <= t <= gap.last}
            if cut:
                owed += fix.give_way(cut)
        return owed

    def _again(self, owed: Sequence[Owed], ahead: ArrayLike = ()) -> list[Gap]:
        """What lies between anchors now where something is owed; tracks `ahead` are solved to the ends of the clip."""
        session, far = self._project.session, np.asarray(ahead, np.int64)
        there = [one for one in owed if session.has([one.id]).all()]
        found = (gaps_within(session, [one.id], range(one.first, one.last + 1), before=one.step,
                             is_ahead=one.is_ahead or one.id in far) for one in there)
        return list({_place(gap): gap for some in found for gap in some}.values())

    def _start(self, gaps: Sequence[Gap], step: int = 0) -> Fix | None:
        """Solve gaps as a part of a step, 0 for none."""
        self._end_stuck()
        self._broken = [one for one in self._broken if not any(_reaches(gap, one) for gap in gaps)]
        if not gaps:
            return None
        project, options = self._project, self.options()
        session = project.session
        facts = facts_of_fix(project.video, options)
        others = others_of(session, gaps)
        ids = np.unique([gap.id for gap in gaps])
        run = session.begin_run(label_of(session, gaps), ids, joins=step, facts=facts)
        fix = Fix(gaps, run, [owed_by(step, gap) for gap in gaps], self)
        fix.landed.connect(self._forget)
        fix.failed.connect(self.failed)
        arguments = {"gaps": list(gaps), "options": options, "others": others}
        self._fixes.append(fix)
        fix.job = self._worker.start("retrack", project.video, arguments, fix.mailbox.listener, urgent=True)
        self.changed.emit()
        return fix

    def _forget(self, fix: Fix) -> None:
        if fix in self._fixes:
            self._fixes.remove(fix)
            if fix.is_settled:
                self._unfinished.settle(fix.owed)
            self._broken += fix.owed if fix.has_failed else []
            self._stuck += [fix.run] if fix.run.is_open else []
            fix.deleteLater()
            self.changed.emit()

    def _end_stuck(self) -> None:
        """Once more, for the disk may have got room."""
        with suppress(CotrackerError):
            while self._stuck:
                self._stuck[0].close()
                del self._stuck[0]


def _place(gap: Gap) -> tuple[int, int, int]:
    return gap.id, gap.first, gap.last


def _reaches(gap: Gap, owed: Owed) -> bool:
    return gap.id == owed.id and gap.first <= owed.last and owed.first <= gap.last


def _overlap(gap: Gap, other: Gap) -> bool:
    return gap.id == other.id and gap.first < other.last and other.first < gap.last
