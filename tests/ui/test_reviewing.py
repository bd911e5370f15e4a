"""The review queue in the window: what is asked, when, and what the view does."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.desk import Tool

from .bare_desk import BareWindow
from .doubts import FIRST, SECOND, at, doubtful, land, looked_through, path_of, retracks, track
from .mouse import settle, wait_until
from .windows import Window


def test_it_goes_from_the_worst_moment_to_the_last_and_back(bare: BareWindow) -> None:
    bare.doubtful()
    looked_through(bare)
    reviewing = bare.reviewing
    assert (reviewing.left, reviewing.moment) == (2, None)
    reviewing.next()
    assert at(bare) == FIRST
    assert bare.desk.tool is Tool.CORRECT
    assert bare.desk.said == "point 0 on frame 16: confidence 0.02"
    reviewing.next()
    assert at(bare) == SECOND
    reviewing.next()
    assert at(bare) == SECOND, "nothing more: the view stays"
    assert "nothing more to look at" in bare.desk.said
    assert reviewing.left == 0
    reviewing.back()
    assert at(bare) == SECOND, "what was passed over last"
    reviewing.back()
    assert (at(bare), reviewing.left) == (FIRST, 2)
    reviewing.back()
    assert "first moment" in bare.desk.said


def test_the_view_comes_near_and_stays_where_the_user_looks(shown: Window) -> None:
    doubtful(shown)
    camera, reviewing = shown.viewer.scene.camera, shown.panel.correct.reviewing
    whole = camera.zoom
    reviewing.next()
    assert camera.zoom > 1.5 * whole, "near enough to judge"
    np.testing.assert_allclose(np.array(camera.center)[-2:], path_of(0)[16][::-1], atol=3)
    camera.zoom *= 3
    shown.project.go_to(3)
    near, centre = camera.zoom, camera.center
    shown.session.correct(0, 3, (13, 13))
    shown.session.undo()
    assert (camera.zoom, camera.center) == (near, centre), "an edit does not move the view"
    reviewing.next()
    assert at(shown) == SECOND
    assert camera.zoom == near, "it never goes farther away"
    np.testing.assert_allclose(np.array(camera.center)[-2:], path_of(1)[30][::-1], atol=1)


def test_what_there_is_nothing_to_ask_about_is_said(bare: BareWindow) -> None:
    reviewing = bare.reviewing
    reviewing.next()
    assert bare.desk.said == "nothing is tracked yet"
    reviewing.back()
    bare.add(2)
    reviewing.next()
    assert bare.desk.said == "nothing is tracked yet"
    bare.project.place(0, [[20, 20]])
    looked_through(bare)
    reviewing.next()
    assert bare.desk.said == "nothing is tracked yet", "a point that was placed is not all right for that"
    run = bare.project.session.begin_run("track", [0])
    run.write(TrackUpdate(frames=np.array([1]), ids=np.array([0]), xy=np.full((1, 1, 2), 20, np.float32),
                          visibility=np.ones((1, 1), np.float32), confidence=np.ones((1, 1), np.float32), done=1.0))
    run.close()
    looked_through(bare)
    reviewing.next()
    assert "nothing more to look at" in bare.desk.said
    assert bare.project.frame == 0


def test_order_bound_and_tracks_can_be_chosen(bare: BareWindow) -> None:
    bare.doubtful()
    looked_through(bare)
    reviewing = bare.reviewing
    reviewing.limit_to(np.array([1, 2]))
    assert reviewing.left == 1
    reviewing.next()
    assert at(bare) == SECOND
    reviewing.limit_to(None)
    reviewing.set_quality(0.0)
    assert reviewing.left == 0
    reviewing.set_quality(0.5)
    reviewing.set_by_time(True)
    bare.session.apply(low_confidence(bare, 2, 5))
    looked_through(bare)
    reviewing.next()
    assert at(bare) == (2, 5)


def low_confidence(bare: BareWindow, id: int, t: int) -> Any:
    """A patch that makes a cell doubtful."""
    from napari_cotracker.editing.patch import Block, Patch

    before = bare.session.read([t], [id])
    after = before.copy()
    after.confidence[:] = 0.1
    return Patch("doubt", (Block(np.array([t]), np.array([id]), before, after),))


class SlowClock:
    """Every look at it takes a second, so that every slice of work is as short as can be."""

    def __init__(self) -> None:
        self._seconds = count()

    def __call__(self) -> float:
        return float(next(self._seconds))


def test_what_is_asked_for_too_early_comes_as_soon_as_it_is_known(bare: BareWindow, monkeypatch: pytest.MonkeyPatch
                                                                  ) -> None:
    looked_through(bare)
    monkeypatch.setattr("napari_cotracker.ui.reviewing.monotonic", SlowClock())
    track(bare)
    bare.reviewing.next()
    assert "looking through" in bare.desk.said
    assert not bare.reviewing.is_ready
    wait_until(lambda: at(bare) == FIRST)
    bare.session.correct(2, 20, (30, 30))
    bare.reviewing.next()
    bare.reviewing.show_again()
    looked_through(bare)
    settle(0.1)
    assert at(bare) == FIRST, "who looks back does not want to go on any more"


def test_tracks_that_are_solved_again_are_asked_about_when_they_have_landed(bare: BareWindow) -> None:
    bare.doubtful()
    looked_through(bare)
    reviewing = bare.reviewing
    reviewing.next()
    bare.answers.place(16, [[15, 12]])
    assert at(bare) == SECOND
    looked_through(bare)
    assert reviewing.left == 1, "only the one that is asked"
    land(retracks(bare)[0], (15, 12))
    looked_through(bare)
    reviewing.next()
    moment = reviewing.moment
    assert moment is not None and moment.id == 0
    assert "forward and backward are" in moment.reason, "what both directions say is known when all has landed"


def test_it_follows_the_current_video(bare: BareWindow) -> None:
    film, reviewing = bare.doubtful().project, bare.reviewing
    bare.add(10)
    reviewing.next()
    assert bare.desk.said == "nothing is tracked yet"
    bare.desk.choose(film)
    looked_through(bare)
    reviewing.next()
    assert at(bare) == FIRST
    bare.desk.choose(None)
    assert reviewing.moment is None
    reviewing.next()
    assert bare.desk.said == "nothing is tracked yet"
    film.session.correct(0, 20, (3, 3))
    settle(0.1)
    reviewing.close()


def test_a_file_that_cannot_be_read_any_more_is_told_once_and_the_queue_goes_on(
    bare: BareWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken away while it was open: the tracks themselves are in memory."""
    def gone(session: Any, id: int) -> None:
        raise EditError("cannot use the session: disk I/O error")

    monkeypatch.setattr(Session, "doubt", gone)
    bare.doubtful()
    looked_through(bare)
    assert bare.desk.said == "cannot use the session: disk I/O error"
    bare.reviewing.next()
    assert at(bare) == FIRST
    bare.desk.said = ""
    bare.session.correct(1, 3, (13, 13))
    looked_through(bare)
    assert bare.desk.said == "", "once is enough"
