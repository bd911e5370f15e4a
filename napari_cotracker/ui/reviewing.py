"""The review queue in the window: ranks while nothing else is to be done, and goes to the next doubtful moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from ..core.errors import CotrackerError, EditError
from ..core.ranking import Moment
from ..core.tracks import Floats
from ..editing.patch import Patch
from ..editing.review import Review
from .closeup import show_close
from .desk import Desk, Tool
from .ghosts import Ghosts

if TYPE_CHECKING:
    from .project import Project

SLICE_SECONDS = 0.012  # of ranking at once, between two drawings
PAUSE_MS = 15
SETTLE_MS = 400  # after the last change, while a run streams


class Reviewing(QObject):
    """What is asked, and what is left, for the current project of a desk.

    Parameters
    ----------
    desk : Desk

    Signals
    -------
    changed : another moment, or another number is left
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._project: Project | None = None
        self.review: Review | None = None
        self.ghosts: Ghosts | None = None
        self._steps: Iterator[float] | None = None
        self._is_awaited = False
        self._said = ""
        self._busy: set[int] = set()
        self._clock = QTimer(self, singleShot=True)
        self._clock.timeout.connect(self._rank)
        desk.current_changed.connect(self.follow)
        desk.tool_changed.connect(self._show_ghosts)
        self.follow()

    @property
    def moment(self) -> Moment | None:
        """What is being asked."""
        return None if self.review is None else self.review.current

    @property
    def is_ready(self) -> bool:
        """Whether everything is ranked, so that what is left can be told."""
        return self.review is not None and not self.review.is_stale

    @property
    def left(self) -> int:
        """How many moments remain to be looked at; only to be asked when it `is_ready`."""
        return 0 if self.review is None else self.review.left()

    def follow(self) -> None:
        """Look through the current project's tracks from now on."""
        project = self._desk.current
        if project is self._project and (project is None or self.review is not None):
            return
        self.close()
        self._project = project
        if project is not None:
            session = project.session
            doubt_of = _doubts(project, self._desk.say)
            self.review = Review(session, doubt_of=doubt_of, start_of=_starts(project), group_of=_groups(project))
            self.ghosts = Ghosts(project, self._desk.look)
            session.changed.connect(self._on_patch)
            project.corrections.changed.connect(self._hold)
            self._show_ghosts()
            self._hold()
        self.changed.emit()

    def close(self) -> None:
        """Listen no more."""
        self._clock.stop()
        project, self._project = self._project, None
        if project is not None:
            project.session.changed.disconnect(self._on_patch)
            project.corrections.changed.disconnect(self._hold)
        if self.ghosts is not None:
            self.ghosts.close()
        self.review = self.ghosts = self._steps = None
        self._is_awaited, self._busy = False, set()

    # the queue

    def next(self, said: str = "") -> None:
        """Go to the next moment, with the tool in hand that puts it right; what was `said` before stays readable."""
        self._said = said
        if self.review is None or self._project is None or not self._project.session.is_followed:
            self._say("nothing is tracked yet")
            return
        if self.review.is_stale and not self._catch_up():
            self._is_awaited = True
            self._say("looking through the tracks …")
            return
        self._ask(self.review.next(), "all that remains is as sure as you ask for; nothing more to look at")

    def back(self) -> None:
        """Go back to the moment before."""
        self._said = ""
        if self.review is not None:
            self._ask(self.review.back(), "this is the first moment you looked at")

    def set_quality(self, quality: float) -> None:
        """What all that remains shall reach."""
        if self.review is not None:
            self.review.quality = quality
            self.changed.emit()

    def set_by_time(self, on: bool) -> None:
        """Whether moments come in the order of time, not the worst first."""
        if self.review is not None:
            self.review.is_by_time = on
            self.changed.emit()

    def limit_to(self, ids: NDArray[np.int64] | None) -> None:
        """Ask only for some tracks, None for all."""
        if self.review is not None:
            self.review.limit(ids)
            self.changed.emit()

    def show_again(self) -> None:
        """Show the moment that is asked, if there is one, after the user looked elsewhere."""
        self._is_awaited = False
        if self.moment is not None:
            self._show(self.moment)
        self.changed.emit()

    # inside

    def _ask(self, moment: Moment | None, otherwise: str) -> None:
        """Show a moment and say what is doubtful; without one, say something else."""
        project, self._is_awaited = self._project, False
        if moment is None or project is None:
            self._say(otherwise)
        else:
            self._show(moment)
            name = project.session.rows[int(project.session.columns([moment.id])[0])].name
            self._say(f"{name} on frame {moment.frame}: {moment.reason}")
        self.changed.emit()

    def _say(self, text: str) -> None:
        self._desk.say(f"{self._said} · {text}" if self._said else text)

    def _show(self, moment: Moment) -> None:
        """Show a moment, with the tool in hand that puts it right."""
        project = self._project
        if project is not None:
            project.selection.set([moment.id])
            project.go_to(moment.frame)
            self._desk.pick(Tool.CORRECT)
            column = int(project.session.columns([moment.id])[0])
            show_close(project, project.session.cells.xy[moment.frame, column])

    def _show_ghosts(self) -> None:
        if self.ghosts is not None:
            self.ghosts.show_other(self._desk.tool is Tool.CORRECT)

    def _hold(self) -> None:
        """What is being solved is not asked about before it has landed."""
        if self.review is not None and self._project is not None:
            busy, landed = set(self._project.corrections.ids.tolist()), self._busy
            self._busy = busy
            self.review.release(landed - busy)
            self.review.hold(busy)
            self.review.reconsider(landed - busy)  # both directions' answers come last, without a change of cells
            self._clock.start(PAUSE_MS)

    def _on_patch(self, patch: Patch) -> None:
        if self.review is None:
            return
        for block in patch.blocks:
            self.review.update(block.ids, block.frames)
        self._steps = None
        streams = self._project is not None and self._project.tracking.is_busy
        self._clock.start(SETTLE_MS if streams else PAUSE_MS)

    def _rank(self) -> None:
        """A slice of the ranking; then draw, and go on."""
        if self.review is None:
            return
        if not self._catch_up(SLICE_SECONDS):
            self._clock.start(PAUSE_MS)
            return
        if self._is_awaited:
            self.next(self._said)
        self.changed.emit()

    def _catch_up(self, seconds: float = 0.1) -> bool:
        """Rank for some time; says whether all is done."""
        if self.review is None or not self.review.is_stale:
            return True
        self._steps = self._steps or self.review.steps()
        until = monotonic() + seconds
        for _ in self._steps:
            if monotonic() > until:
                return False
        self._steps = None
        return not self.review.is_stale


def _doubts(project: Project, say: Callable[[str], object]) -> Callable[[int], Floats | None]:
    """What both sides say of a track; a file that cannot be read is told once, and says nothing."""
    told: set[str] = set()

    def doubt_of(id: int) -> Floats | None:
        try:
            return project.session.doubt(id)
        except EditError as error:
            if str(error) not in told:
                told.add(str(error))
                say(str(error))
            return None

    return doubt_of


def _starts(project: Project) -> Callable[[int], int | None]:
    def start_of(id: int) -> int | None:
        try:
            return int(project.session.rows[int(project.session.columns([id])[0])].t)
        except CotrackerError:
            return None

    return start_of


def _groups(project: Project) -> Callable[[int], str]:
    def group_of(id: int) -> str:
        return str(project.session.rows[int(project.session.columns([id])[0])].group)

    return group_of
