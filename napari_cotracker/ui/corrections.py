"""Corrections on their way: what a fix starts, many at once, while the user goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Signal

from ..core.errors import CotrackerError
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
    t : int or None
        The frame on which a person said something.
    run : Run
        What it writes into.

    Signals
    -------
    landed : (Fix) the answer is there, as far as there is one
    failed : (CotrackerError)
    """

    landed = Signal(object)
    failed = Signal(object)

    def __init__(self, gaps: Sequence[Gap], t: int | None, run: Run, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.gaps, self.t, self._run = tuple(gaps), t, run
        self.ids = np.unique([gap.id for gap in gaps])
        self.mailbox = Mailbox(self)
        self.mailbox.updated.connect(self._take)
        self.mailbox.finished.connect(self._finish)
        self.mailbox.failed.connect(self._fail)
        self.job: Job | None = None

    def check(self) -> None:
        """If its step was undone, its run is over, and nothing is to be solved any more."""
        if not self._run.is_open:
            self.end()

    def end(self) -> None:
        """Stop; what came is kept."""
        if self.job is not None:
            self.job.cancel()
        self._over()

    def _take(self, update: TrackUpdate) -> None:
        if len(update.frames):
            try:
                self._run.write(update)
            except CotrackerError as error:
                self._fail(error)

    def _finish(self, result: Mapping[str, Any] | None, cancelled: bool) -> None:
        facts = result or {}
        self._over(facts.get("bad_frames", ()), facts.get("sides", ()))

    def _fail(self, error: CotrackerError) -> None:
        if self.job is not None:
            self.job.cancel()
        self._over()
        self.failed.emit(error)

    def _over(self, bad_frames: Sequence[int] = (), sides: Sequence[Any] = ()) -> None:
        self.job = None
        self.mailbox.close()
        try:
            self._run.keep(sides)
            self._run.close(bad_frames=bad_frames)
        except CotrackerError as error:
            self.failed.emit(error)
        self.landed.emit(self)


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
        self.options: Callable[[], TrackOptions] = TrackOptions

    def __len__(self) -> int:
        return len(self._fixes)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Tracks that are being solved again."""
        return np.unique(np.concatenate([np.zeros(0, np.int64), *(fix.ids for fix in self._fixes)]))

    @property
    def gaps(self) -> list[Gap]:
        """Stretches that are being solved again, with where the tracks were before."""
        return [gap for fix in self._fixes for gap in fix.gaps]

    def follow_up(self, ids: ArrayLike, t: int) -> None:
        """Solve what lies around a fix that has just been made, as a part of the same step of the history.

        A fix of the same tracks on the same frame that is still on its way gives way.

        Raises
        ------
        CotrackerError
            If the options make no sense.
        """
        wanted = np.unique(np.asarray(ids, np.int64))
        for fix in [one for one in self._fixes if one.t == t and np.isin(one.ids, wanted).all()]:
            fix.end()
        self._start(gaps_around(self._project.session, wanted, t), t, joins=True)

    def solve(self, ids: ArrayLike, frames: ArrayLike | None = None) -> None:
        """Solve the stretches between the anchors of tracks again that reach into some frames, None for all.

        Raises
        ------
        CotrackerError
            If the options make no sense, or there is nothing to solve.
        """
        gaps = gaps_within(self._project.session, ids, frames)
        if not gaps:
            raise CotrackerError("expected tracks with a point that you set to track again from; set one first")
        self._start(gaps, None, joins=False)

    def close(self) -> None:
        """End all of them at once; what came is kept."""
        for fix in list(self._fixes):
            fix.end()

    def check(self) -> None:
        """After an undo: corrections that were undone are not worked on any more."""
        for fix in list(self._fixes):
            fix.check()

    def _start(self, gaps: Sequence[Gap], t: int | None, *, joins: bool) -> None:
        if not gaps:
            return
        project, options = self._project, self.options()
        session = project.session
        facts = facts_of_fix(project.video, options)
        others = others_of(session, gaps)
        ids = np.unique([gap.id for gap in gaps])
        fix = Fix(gaps, t, session.begin_run(label_of(session, gaps), ids, joins=joins, facts=facts), self)
        fix.landed.connect(self._forget)
        fix.failed.connect(self.failed)
        arguments = {"gaps": list(gaps), "options": options, "others": others}
        self._fixes.append(fix)
        fix.job = self._worker.start("retrack", project.video, arguments, fix.mailbox.listener, urgent=True)
        self.changed.emit()

    def _forget(self, fix: Fix) -> None:
        if fix in self._fixes:
            self._fixes.remove(fix)
            fix.deleteLater()
            self.changed.emit()
