"""A desk and what lies on it without napari: queue, answers, corrections and keys are the real ones."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from qtpy.QtCore import QObject, Signal

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.answers import Answers
from napari_cotracker.ui.corrections import Corrections
from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.edit_actions import EditActions
from napari_cotracker.ui.history_list import HistoryList
from napari_cotracker.ui.keys import Keys
from napari_cotracker.ui.look import Look
from napari_cotracker.ui.reviewing import Reviewing
from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.span_choice import SpanChoice
from napari_cotracker.ui.tracking import Tracking

from .conftest import CountingVideo
from .doubts import LENGTH, track
from .workers import StubWorker


class BareProject(QObject):
    """A video with its tracks, shown nowhere."""

    is_indexed = True
    view = None

    def __init__(self, worker: StubWorker, n_frames: int, session: Session | None = None) -> None:
        super().__init__()
        self.id = f"project {id(self)}"
        self.session, self.video = session or Session(n_frames, (64, 48)), CountingVideo(n_frames)
        self.selection, self.frame = Selection(), 0
        self.tracking = Tracking(self.session, cast(Any, worker), self)
        self.corrections = Corrections(cast(Any, self), cast(Any, worker))
        self.session.changed.connect(self._on_changed)

    def go_to(self, frame: int) -> None:
        self.frame = int(np.clip(frame, 0, self.session.n_frames - 1))

    def place(self, t: int, xy: Any) -> Any:
        return self.session.add_points(t, xy)

    def close(self) -> None:
        self.tracking.close()
        self.corrections.close()

    def _on_changed(self, patch: Any) -> None:
        self.selection.keep(self.session.ids)


class BareDesk(QObject):
    """What queue, answers and keys need of a desk."""

    current_changed = Signal()
    tool_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.look, self.tool, self.said = Look(), Tool.PLACE, ""
        self.current: BareProject | None = None

    def choose(self, project: BareProject | None) -> None:
        self.current = project
        self.current_changed.emit()

    def pick(self, tool: Tool) -> None:
        if tool is not self.tool:
            self.tool = tool
            self.tool_changed.emit()

    def say_while(self, text: str, is_true: Callable[[], bool]) -> None:
        self.say(text)

    def say(self, text: str) -> None:
        self.said = text

    def attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
        except CotrackerError as error:
            self.say(str(error))

    def under_mouse(self) -> None:
        """No mouse."""


class BareWindow:
    """Stands for a window and its panel; what is shown is noted.

    Parameters
    ----------
    monkeypatch : pytest.MonkeyPatch
    n_frames : int
    """

    def __init__(self, monkeypatch: Any, n_frames: int = LENGTH) -> None:
        self.shown: list[list[float]] = []
        self._projects: list[BareProject] = []
        monkeypatch.setattr("napari_cotracker.ui.reviewing.Ghosts", NoGhosts)
        monkeypatch.setattr("napari_cotracker.ui.reviewing.show_close", lambda _, xy: self.shown.append(xy.tolist()))
        self.worker, self.desk = StubWorker(), BareDesk()
        desk = cast(Any, self.desk)
        self.reviewing = Reviewing(desk)
        self.answers = Answers(desk, self.reviewing)
        self.add(n_frames)
        correct = SimpleNamespace(answers=self.answers, reviewing=self.reviewing,
                                  swap=lambda: self.answers.swap(self.desk.under_mouse()))
        self.keys = Keys(desk, cast(Any, correct), EditActions(desk, SpanChoice()), {})
        self.history = HistoryList()
        self.history.show_session(self.session)
        self.history.jumped.connect(self._go_along)

    def add(self, n_frames: int, session: Session | None = None) -> BareProject:
        """One more video, with a session of before perhaps; it is current then."""
        project = BareProject(self.worker, n_frames, session)
        self._projects.append(project)
        self.desk.choose(project)
        return project

    @property
    def project(self) -> BareProject:
        assert self.desk.current is not None
        return self.desk.current

    @property
    def session(self) -> Session:
        return self.project.session

    @property
    def panel(self) -> BareWindow:
        """What is found in a panel is found here."""
        return self

    @property
    def correct(self) -> BareWindow:
        """And what is found in its section that corrects."""
        return self

    def doubtful(self) -> BareWindow:
        """With the tracks of `doubts`."""
        track(cast(Any, self))
        return self

    def run(self) -> None:
        """Track all points."""
        session = self.session
        self.project.tracking.start(self.project.video, session.queries_of(session.ids), TrackOptions(), "track")

    def close(self) -> None:
        """As a window that closes."""
        self.reviewing.close()
        for project in self._projects:
            project.close()

    def undo(self) -> None:
        self.desk.attempt(self.keys.undo)

    def redo(self) -> None:
        self.desk.attempt(lambda: self.keys.undo(redo=True))

    def _go_along(self, undone: list[int], redone: list[int]) -> None:
        for number in undone:
            self.answers.after_undo(number)
        for number in redone:
            self.answers.after_redo(number)


class NoGhosts:
    """Nothing to be seen."""

    def __init__(self, project: Any, look: Any) -> None:
        self.shows_other = False

    def show_other(self, on: bool) -> None:
        self.shows_other = on

    def close(self) -> None:
        """There is nothing to close."""


