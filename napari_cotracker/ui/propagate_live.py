"""An edit that is kept up to date: solved anew when something changes, drawn for whatever frame is shown."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import QObject, QTimer, Signal

from ..core.errors import CotrackerError
from ..core.tracks import Tracks
from ..tasks.edit_settled import Matte, SettledEdit
from ..tasks.edits import Edit, moves_alike, restyle, settling
from ..tasks.paint_back import Back, PaintBack
from .background import Background
from .project import Project
from .propagate_drawing import Drawn, drawing

SOON_MS, LATER_MS = 150, 700  # after a choice of the user's; after tracks changed


@dataclass(frozen=True)
class Live:
    """An edit that is solved.

    Parameters
    ----------
    project : Project
    edit : Edit or Back
    settled : SettledEdit or PaintBack
    doubts : dict of int to str
        Frames that are to be doubted, with a sentence each.
    version : int
        Of the tracks.
    """

    project: Project
    edit: Edit | Back
    settled: SettledEdit | PaintBack
    doubts: dict[int, str]
    version: int = 0


class LiveEdit(QObject):
    """Solves and draws in the background; while that fails, what was solved last stays.

    Parameters
    ----------
    make : callable
        The project and the edit that the user asks for now; None if there is nothing to solve yet. May raise a
        `CotrackerError`.
    front : callable, optional
        Whatever reads mattes of what is in front, from 0-based frames; None if nothing does. May raise a
        `CotrackerError`.

    Attributes
    ----------
    now : Live or None
        What was solved last.
    drawn : Drawn or None
        What was drawn last of it.

    Signals
    -------
    solved : `now` is another one, or none
    painted : `drawn` is another one
    changed : it works, or does no more
    progressed : (float) of solving
    failed : (str) why it could not be solved or drawn
    """

    solved = Signal()
    painted = Signal()
    changed = Signal()
    progressed = Signal(float)
    failed = Signal(str)

    def __init__(self, make: Callable[[], tuple[Project, Edit | Back] | None], parent: QObject | None = None, *,
                 front: Callable[[], Callable[[int], Matte] | None] = lambda: None) -> None:
        super().__init__(parent)
        self._make, self._front = make, front
        self.now: Live | None = None
        self.drawn: Drawn | None = None
        self._version = 0  # of the tracks
        self._solver, self._painter = Background("edit solver", self), Background("edit painter", self)
        self._solver.progressed.connect(self.progressed)
        self._solver.finished.connect(self._take)
        self._solver.failed.connect(self._fail)
        self._painter.finished.connect(self._take_drawn)
        self._painter.failed.connect(self._fail)
        self._clock = QTimer(self, singleShot=True)
        self._clock.timeout.connect(self.solve)

    @property
    def is_solving(self) -> bool:
        """Whether what is shown is about to be replaced."""
        return self._clock.isActive() or self._solver.is_busy

    def soon(self, pause: int = SOON_MS) -> None:
        """Solve anew after a short pause, in milliseconds, in which nothing else has changed."""
        self._clock.start(pause)
        self.changed.emit()

    def outdate(self) -> None:
        """Tracks changed: when they have rested, it is solved anew."""
        self._version += 1
        self.soon(LATER_MS)

    def solve(self) -> None:
        """Solve what is asked for now; the motion only if it may be another one."""
        self._clock.stop()
        try:
            asked = self._make()
        except CotrackerError as error:
            self._solver.drop()
            self._fail(error)
            return
        if asked is None:
            self.forget()
            return
        project, edit = asked
        if isinstance(edit, Back):
            self._solver.ask(lambda: _opening(project, edit))
            self.changed.emit()
            return
        if project.session.is_running():
            self.soon(LATER_MS)  # tracks are coming in
            return
        version, known = self._version, self._known(project, edit)
        if known is not None:
            self._solver.ask(lambda: _restyling(project, edit, known, version))
        else:
            tracks = project.session.tracks
            self._solver.ask(lambda: _solving(project, edit, tracks, version))
        self.changed.emit()

    def paint(self) -> None:
        """Draw the frame that is shown."""
        live = self.now
        if live is not None:
            try:
                t, front = live.project.frame, self._front()
            except CotrackerError as error:
                self._fail(error)
                return
            self._painter.ask(lambda: drawing(live.settled, live.project.video, t, front))

    def forget(self) -> None:
        """Nothing is to be solved or drawn."""
        self._clock.stop()
        self._solver.drop()
        self._painter.drop()
        self._release()
        self.drawn = None
        self.solved.emit()
        self.painted.emit()
        self.changed.emit()

    def close(self) -> None:
        """For good."""
        self._clock.stop()
        self._solver.close()
        self._painter.close()
        self._release()

    def _known(self, project: Project, edit: Edit) -> SettledEdit | None:
        """What is solved, if it moves as this edit will."""
        live = self.now
        if live is None or isinstance(live.edit, Back) or not isinstance(live.settled, SettledEdit):
            return None
        is_same = live.project is project and live.version == self._version and moves_alike(live.edit, edit)
        return live.settled if is_same else None

    def _release(self) -> None:
        """Let go of paint, which may be a film that is open."""
        live, self.now = self.now, None
        if live is not None and isinstance(live.settled, PaintBack):
            self._painter.drop()  # it would say that the film was closed
            live.settled.close()

    def _take(self, live: Live) -> None:
        self._release()
        self.now = live
        self.solved.emit()
        self.changed.emit()
        self.paint()

    def _take_drawn(self, drawn: Drawn) -> None:
        if self.now is not None:
            self.drawn = drawn
            self.painted.emit()

    def _fail(self, error: CotrackerError) -> None:
        self.changed.emit()
        self.failed.emit(str(error))


def _solving(project: Project, edit: Edit, tracks: Tracks, version: int) -> Generator[float, None, Live]:
    video = project.video
    steps: Generator[float, None, SettledEdit] = settling(
        edit, tracks, project.session.size, read=lambda t: _picture(video, t))
    settled = yield from steps
    doubts = yield from _doubting(settled)
    return Live(project, edit, settled, doubts, version)


def _restyling(project: Project, edit: Edit, known: SettledEdit, version: int) -> Generator[float, None, Live]:
    """What is solved, in another look: at once, where solving may take seconds."""
    video = project.video
    settled = restyle(known, edit, read=lambda t: _picture(video, t))
    doubts = yield from _doubting(settled)
    return Live(project, edit, settled, doubts, version)


def _doubting(settled: SettledEdit) -> Generator[float, None, dict[int, str]]:
    """A sentence for each frame that is to be doubted."""
    doubts = {}
    for t in range(settled.ground.tracks.n_frames):
        if sentence := settled.facts(t).doubt:
            doubts[t] = sentence
        yield 1.0
    return doubts


def _opening(project: Project, back: Back) -> Generator[float, None, Live]:
    """Open paint; it needs no solving. Whoever does not want it any more has it closed."""
    paint = PaintBack(back, project.session.n_frames, project.session.size)
    try:
        yield 1.0
    except GeneratorExit:
        paint.close()
        raise
    return Live(project, back, paint, {})


def _picture(video: Any, t: int) -> Any:
    return video.read([t])[0]
