"""Corrections on their way: what a fix starts, many at once, while the user goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Signal

from ..core.blending import Sides
from ..core.errors import CotrackerError, EditError
from ..core.gaps import Gap
from ..core.tracker import TrackUpdate
from ..editing.run import Run
from ..tasks.fixes import facts_of_fix, gaps_around, gaps_within, label_of, others_of
from ..tasks.plan import TrackOptions
from ..tasks.remote import Job, Worker
from .worker import Mailbox

if TYPE_CHECKING:
    from .project import Project


class Fix(QObject):
    """One correction that is being worked on.

    Parameters
    ----------
    gaps : sequence of Gap
        What is solved again.
    run : Run
        What it writes into.
    replaced : sequence of Replaced
        What gave way for it.

    Signals
    -------
    landed : (Fix) the answer is there, as far as there is one
    failed : (CotrackerError)
    """

    landed = Signal(object)
    failed = Signal(object)

    def __init__(self, gaps: Sequence[Gap], run: Run, replaced: Sequence[Replaced] = (), parent: QObject | None = None
                 ) -> None:
        super().__init__(parent)
        self.gaps, self.run, self.replaced = tuple(gaps), run, tuple(replaced)
        self._is_over = False
        self.mailbox = Mailbox(self)
        self.mailbox.updated.connect(self._take)
        self.mailbox.finished.connect(self._finish)
        self.mailbox.failed.connect(self._fail)
        self.job: Job | None = None

    @property
    def is_undone(self) -> bool:
        """Whether its step was undone while it was worked on, which ends its run."""
        return not self._is_over and not self.run.is_open

    def end(self) -> None:
        """Stop; what came is kept."""
        if self.job is not None:
            self.job.cancel()
        self._over()

    def give_way(self, ids: Sequence[int]) -> None:
        """Take back what came for some tracks, and solve them no more.

        Raises
        ------
        EditError
            If the session's file refuses.
        """
        self.run.give_up(ids)
        self.gaps = tuple(gap for gap in self.gaps if gap.id not in ids)
        if not self.gaps:
            self.end()

    def _take(self, update: TrackUpdate) -> None:
        if len(update.frames):
            try:
                self.run.write(update)
            except CotrackerError as error:
                self._fail(error)

    def _finish(self, result: Mapping[str, Any] | None, cancelled: bool) -> None:
        facts = result or {}
        self._over(facts.get("bad_frames", ()), facts.get("sides", ()))

    def _fail(self, error: CotrackerError) -> None:
        if self.job is not None:
            self.job.cancel()
        self._over(trouble=error)

    def _over(self, bad_frames: Sequence[int] = (), sides: Sequence[Sides] = (), trouble: CotrackerError | None = None
              ) -> None:
        if self._is_over:
            return
        self._is_over, self.job = True, None
        self.mailbox.close()
        try:
            self.run.keep([each for each in sides if each.id in self.run.ids])
            self.run.close(bad_frames=bad_frames)
        except CotrackerError as error:
            trouble = trouble or error
        if trouble is not None:
            self.failed.emit(trouble)
        self.landed.emit(self)


@dataclass(frozen=True)
class Replaced:
    """A correction on its way that gave way to a later one, to be taken up again if that is undone.

    Parameters
    ----------
    step : int or None
        The step of the history that it belongs to.
    gaps : sequence of Gap
        What it was solving.
    replaced : sequence of Replaced
        What had given way for it.
    """

    step: int | None
    gaps: Sequence[Gap]
    replaced: Sequence[Replaced]


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
        self.options: Callable[[], TrackOptions] = TrackOptions
        project.session.changed.connect(self.check)

    def __len__(self) -> int:
        return len(self._fixes)

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
        session, tracking, wanted = self._project.session, self._project.tracking, np.unique(np.asarray(ids, np.int64))
        ahead = np.intersect1d(tracking.ids, wanted)
        tracking.leave(wanted)
        replaced = self._make_way(wanted, t)
        gaps = {_place(gap): gap for gap in self._again([gap for old in replaced for gap in old.gaps])}
        gaps |= {_place(gap): gap for gap in gaps_around(session, wanted, t, ahead)}
        self._start(list(gaps.values()), joins=joins, replaced=replaced)

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
        gaps = [gap for gap in gaps if not any(_overlap(gap, other) for other in self.gaps)]
        if not gaps:
            raise EditError("these stretches are being tracked again already")
        self._start(gaps, joins=False)

    def close(self) -> None:
        """End all of them at once; what came is kept."""
        self._project.session.changed.disconnect(self.check)
        for fix in list(self._fixes):
            fix.end()
        self._end_stuck()

    def check(self) -> None:
        """After an undo, corrections of what was undone end, and those that had given way to them go on."""
        for fix in [one for one in self._fixes if one.is_undone]:
            fix.end()
            for old in fix.replaced:
                if old.step == self._project.session.last_step:
                    try:
                        self._start(self._again(old.gaps), joins=True, replaced=old.replaced)
                    except CotrackerError as error:
                        self.failed.emit(error)

    def _make_way(self, ids: NDArray[np.int64], t: int) -> list[Replaced]:
        replaced = []
        for fix in list(self._fixes):
            cut = {gap.id for gap in fix.gaps if gap.id in ids and gap.first <= t <= gap.last}
            if cut:
                gaps = [gap for gap in fix.gaps if gap.id in cut]
                fix.give_way(sorted(cut))
                replaced.append(Replaced(fix.run.joins, gaps, fix.replaced))
        return replaced

    def _again(self, gaps: Sequence[Gap]) -> list[Gap]:
        """What lies between anchors now where gaps were."""
        session = self._project.session
        there = [gap for gap in gaps if session.has([gap.id]).all()]
        found = (gaps_within(session, [gap.id], gap.frames[gap.is_inner]) for gap in there)
        return list({_place(gap): gap for some in found for gap in some}.values())

    def _start(self, gaps: Sequence[Gap], *, joins: bool, replaced: Sequence[Replaced] = ()) -> None:
        self._end_stuck()
        if not gaps:
            return
        project, options = self._project, self.options()
        session = project.session
        facts = facts_of_fix(project.video, options)
        others = others_of(session, gaps)
        ids = np.unique([gap.id for gap in gaps])
        run = session.begin_run(label_of(session, gaps), ids, joins=joins, facts=facts)
        fix = Fix(gaps, run, replaced, self)
        fix.landed.connect(self._forget)
        fix.failed.connect(self.failed)
        arguments = {"gaps": list(gaps), "options": options, "others": others}
        self._fixes.append(fix)
        fix.job = self._worker.start("retrack", project.video, arguments, fix.mailbox.listener, urgent=True)
        self.changed.emit()

    def _forget(self, fix: Fix) -> None:
        if fix in self._fixes:
            self._fixes.remove(fix)
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


def _overlap(gap: Gap, other: Gap) -> bool:
    return gap.id == other.id and gap.first < other.last and other.first < gap.last
