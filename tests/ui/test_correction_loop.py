"""The loop with the real child process: track, find by queue, fix by a click, undo, redo, close, reopen, go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_cotracker.core.tracks import Source
from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.session_opening import open_session
from napari_cotracker.ui.window import add_video, show_panel
from tests.moving_films import texture

from .mouse import CONTROL, SHIFT, click, key, settle, wait_until

LENGTH, WIDTH, HEIGHT = 48, 208, 120
JUMP_AT, JUMP = 24, 70  # frame at which the camera is knocked, and by how many pixels: no tracker follows that
POINTS = np.array([(30.0, 40.0), (50.0, 80.0), (70.0, 60.0)])


def truth(id: int, t: int) -> np.ndarray:
    """(2,) where a point is: everything moves to the right."""
    return POINTS[id] + (t + JUMP * (t >= JUMP_AT), 0)


@pytest.fixture
def knocked(tmp_path: Path) -> Path:
    """A film of it."""
    import av

    plane = texture(HEIGHT, WIDTH + 130, seed=3).astype(np.uint8)
    path = tmp_path / "knocked.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"crf": "8"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for t in range(LENGTH):
            left = 120 - t - JUMP * (t >= JUMP_AT)
            picture = np.ascontiguousarray(plane[:, left : left + WIDTH])
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path


class Desktop:
    """A window as a user has it after a start of napari."""

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        viewer.window._qt_window.resize(1280, 800)
        self.panel = show_panel(viewer)
        settle(0.3)
        form = self.panel.track.form.fields["model"]
        form.setCurrentIndex(form.findData("lucas-kanade"))

    @property
    def project(self) -> Any:
        return self.panel.desk.current

    @property
    def session(self) -> Any:
        return self.project.session

    @property
    def asked(self) -> tuple[int, int]:
        moment = self.panel.correct.reviewing.moment
        assert moment is not None
        return moment.id, moment.frame

    def next(self) -> tuple[int, int]:
        """Press N, and wait for what is asked."""
        wait_until(lambda: self.panel.correct.reviewing.is_ready, 30)
        before = self.panel.correct.reviewing.moment
        self.viewer.layers.selection.active = self.project.view.points
        key(self.viewer, Qt.Key.Key_N)
        wait_until(lambda: self.panel.correct.reviewing.moment is not before)
        settle(0.1)
        return self.asked

    def fix(self) -> tuple[int, int]:
        """Click where the point that is asked about really is."""
        id, t = self.asked
        assert self.project.frame == t
        before = self.project.session.last_step
        click(self.viewer, self.project.layer, truth(id, t))  # what it starts may have landed by now
        assert self.project.session.last_step > before
        return id, t

    def land(self) -> None:
        wait_until(lambda: not len(self.project.corrections), 60)
        settle(0.1)

    def close(self) -> None:
        self.panel.close_all()
        settle(0.1)


@pytest.fixture
def start(make_napari_viewer: Any) -> Iterator[Callable[[], Desktop]]:
    made: list[Desktop] = []

    def make() -> Desktop:
        made.append(Desktop(make_napari_viewer(show=True)))
        return made[-1]

    yield make
    for desktop in made:
        desktop.close()


def off(desktop: Desktop, id: int) -> np.ndarray:
    """(T,) pixels from the truth."""
    column = int(desktop.session.columns([id])[0])
    true = np.array([truth(id, t) for t in range(LENGTH)])
    return np.asarray(np.linalg.norm(desktop.session.cells.xy[:, column] - true, axis=1))


def test_found_fixed_undone_redone_closed_reopened_and_gone_on_with(
        start: Callable[[], Desktop], knocked: Path, tmp_path: Path) -> None:
    desktop = start()
    layer = add_video(desktop.viewer, knocked)
    settle(0.3)
    for xy in POINTS:
        click(desktop.viewer, layer, xy)
    QTest.mouseClick(desktop.panel.track.track_button, Qt.MouseButton.LeftButton)
    wait_until(lambda: desktop.project.tracking.is_busy)
    wait_until(lambda: not desktop.project.tracking.is_busy, 90)
    assert off(desktop, 0)[: JUMP_AT - 1].max() < 2
    assert off(desktop, 0)[JUMP_AT + 2 :].min() > 5, "the knock is too much for it"

    asked = desktop.next()
    assert asked[1] >= JUMP_AT - 2, "the queue finds it"
    assert desktop.panel.desk.tool is Tool.CORRECT
    before = desktop.session.cells.copy()
    id, t = desktop.fix()
    wait_until(lambda: desktop.asked != asked, 10)
    desktop.land()
    after = desktop.session.cells.copy()
    assert off(desktop, id)[t:].max() < 2, "one click has mended all that comes after"
    others = np.flatnonzero(desktop.session.ids != id)
    np.testing.assert_array_equal(after.xy[:, others], before.xy[:, others])
    assert after.source[t, int(desktop.session.columns([id])[0])] == Source.HUMAN

    key(desktop.viewer, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(desktop.session.cells.xy, before.xy)
    assert desktop.asked == asked
    key(desktop.viewer, Qt.Key.Key_Z, CONTROL | SHIFT)
    np.testing.assert_array_equal(desktop.session.cells.xy, after.xy)
    assert desktop.asked != asked

    desktop.project.file.save_as(tmp_path / "loop.cotracker")
    second, _ = desktop.fix()
    desktop.close()

    again = start()
    open_session(again.panel.desk, tmp_path / "loop.cotracker")
    wait_until(lambda: again.project is not None and again.project.is_indexed, 10)
    assert again.project.layer.name == "knocked.mp4"
    assert again.session.undo_label == f"correct point {second}"
    again.land()
    assert off(again, id)[t:].max() < 2
    mended = again.session.cells.copy()
    again.panel.undo()
    np.testing.assert_array_equal(again.session.cells.xy, after.xy)
    again.panel.redo()
    np.testing.assert_array_equal(again.session.cells.xy, mended.xy, "the second fix was tracked on to its end")
    id, t = again.next()
    again.fix()
    again.land()
    assert off(again, id)[t] < 0.5, "and so it goes on"
    again.panel.undo()
    again.panel.undo()
    again.panel.undo()
    np.testing.assert_array_equal(again.session.cells.xy, before.xy)


def test_many_fixes_at_once_and_one_undone_on_its_way(start: Callable[[], Desktop], knocked: Path) -> None:
    desktop = start()
    layer = add_video(desktop.viewer, knocked)
    settle(0.3)
    for xy in POINTS:
        click(desktop.viewer, layer, xy)
    wait_until(lambda: desktop.project.is_indexed)
    desktop.panel.desk.pick(Tool.CORRECT)
    desktop.project.go_to(LENGTH - 1)
    for id in range(3):
        desktop.project.selection.set([id])
        click(desktop.viewer, layer, truth(id, LENGTH - 1))
    desktop.panel.undo()
    desktop.land()
    for id in range(2):
        assert np.median(off(desktop, id)) < 1
        assert off(desktop, id).max() < 10, "but at the knock"
    assert np.isnan(off(desktop, 2)[1:]).all(), "nothing of what was undone"
    assert not desktop.session.is_running()
