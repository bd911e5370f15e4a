"""One correction on its way: what it solves, what it writes into, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from qtpy.QtCore import QObject, Signal

from ..core.blending import Sides
from ..core.errors import CotrackerError
from ..core.gaps import Gap
from ..core.tracker import TrackUpdate
from ..editing.run import Run
from ..tasks.remote import Job
from .unfinished import Owed
from .worker import Mailbox


class Fix(QObject):
    """One correction that is being worked on.

    Parameters
    ----------
    gaps : sequence of Gap
        What is solved again.
    run : Run
        What it writes into.
    owed : sequence of Owed
        What is owed no more once it has come to its end.

    Attributes
    ----------
    is_settled : bool
        Whether it came to an end of its own, good or bad.
    has_failed : bool
        Whether that was a bad one.

    Signals
    -------
    landed : (Fix) the answer is there, as far as there is one
    failed : (CotrackerError)
    """

    landed = Signal(object)
    failed = Signal(object)

    def __init__(self, gaps: Sequence[Gap], run: Run, owed: Sequence[Owed], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.gaps, self.run, self.owed = tuple(gaps), run, list(owed)
        self.is_settled = self.has_failed = self._is_over = False
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

    def give_way(self, ids: Collection[int]) -> list[Owed]:
        """Take back what came for some tracks, and solve them no more; gives what stays owed.

        Raises
        ------
        EditError
            If the session's file refuses.
        """
        self.run.give_up(sorted(ids))
        left = [one for one in self.owed if one.id in ids]
        self.gaps = tuple(gap for gap in self.gaps if gap.id not in ids)
        self.owed = [one for one in self.owed if one.id not in ids]
        if not self.gaps:
            self.end()
        return left

    def _take(self, update: TrackUpdate) -> None:
        if len(update.frames):
            try:
                self.run.write(update)
            except CotrackerError as error:
                self._fail(error)

    def _finish(self, result: Mapping[str, Any] | None, cancelled: bool) -> None:
        facts = result or {}
        self.is_settled = not cancelled
        self._over(facts.get("bad_frames", ()), facts.get("sides", ()))

    def _fail(self, error: CotrackerError) -> None:
        if self.job is not None:
            self.job.cancel()
        self.is_settled = self.has_failed = True
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
