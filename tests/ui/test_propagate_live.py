"""An edit is solved in the background, and drawn for the frame that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.tasks.edits import Edit, Painting
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.project import Project
from napari_cotracker.ui.propagate_live import LiveEdit

from .mouse import settle, wait_until
from .moved import square, tracks_on_block
from .windows import Window

MASK = Edit("mask", {0: Painting(labels=square())})


class Asked:
    """What the user asks for."""

    def __init__(self, window: Window) -> None:
        window.add()
        window.project.adopt(tracks_on_block())
        window.project.go_to(0)
        self.edit: Callable[[], Edit | None] = lambda: MASK
        self.live = LiveEdit(lambda: self._pair(window.project), window.panel)
        self.heard: list[str] = []
        self.live.solved.connect(lambda: self.heard.append("solved"))
        self.live.painted.connect(lambda: self.heard.append("painted"))
        self.live.failed.connect(self.heard.append)

    def _pair(self, project: Project) -> tuple[Project, Edit] | None:
        edit = self.edit()
        return None if edit is None else (project, edit)

    def wait(self, what: str) -> None:
        wait_until(lambda: what in self.heard, 20)
        self.heard.clear()


@pytest.fixture
def asked(window: Window) -> Iterator[Asked]:
    made = Asked(window)
    yield made
    made.live.close()


def test_it_is_solved_and_drawn(window: Window, asked: Asked) -> None:
    asked.live.soon()
    asked.live.soon()
    assert asked.live.is_solving
    asked.wait("painted")
    assert not asked.live.is_solving
    assert asked.live.now is not None
    assert asked.live.now.edit is MASK
    window.project.go_to(5)
    asked.live.paint()
    asked.wait("painted")
    assert asked.live.drawn is not None
    assert asked.live.drawn.t == 5
    np.testing.assert_array_equal(asked.live.drawn.labels, square(5))


def test_what_was_solved_last_stays_while_there_is_nothing_better(asked: Asked) -> None:
    asked.live.solve()
    asked.wait("painted")
    before = asked.live.now
    asked.edit = lambda: Edit("mask", {99: Painting(labels=square())})
    asked.live.solve()
    wait_until(lambda: any("got 99" in word for word in asked.heard))
    assert asked.live.now is before

    def refuse() -> Edit:
        raise EditError("no such option")

    asked.edit = refuse
    asked.live.solve()
    assert asked.heard[-1] == "no such option"
    assert asked.live.now is before
    asked.edit = lambda: None
    asked.live.solve()
    assert asked.live.now is None
    assert asked.live.drawn is None


def test_doubtful_frames_are_known_with_their_reasons(window: Window, asked: Asked) -> None:
    window.session.edit.occlude(window.session.ids, np.arange(10, 20))
    asked.live.solve()
    asked.wait("painted")
    assert asked.live.now is not None
    assert list(asked.live.now.doubts) == list(range(10, 20))
    assert "Most of it is left out here" in asked.live.now.doubts[12]


def test_while_tracks_are_coming_in_it_waits(window: Window, asked: Asked) -> None:
    window.project.place(0, [[3, 4]])
    window.project.start(window.session.ids, TrackOptions(), "track")
    asked.live.solve()
    assert asked.live.is_solving
    assert not asked.live._solver.is_busy
    window.worker.jobs[-1].finish()
    settle()
    asked.wait("painted")


def test_what_is_forgotten_is_not_drawn_any_more(asked: Asked) -> None:
    asked.live.solve()
    asked.wait("painted")
    asked.live.paint()
    asked.live.forget()
    settle(0.2)
    assert asked.live.drawn is None
    asked.live.paint()
    assert not asked.live._painter.is_busy
