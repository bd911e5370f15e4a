"""The way of a new user through the real window: open, click, track, cancel, go on, inspect, save, reopen.

With NAPARI_COTRACKER_PICTURES=FOLDER every step leaves a screenshot there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_cotracker.core.samples import sample_clip
from napari_cotracker.tasks.export import read_tracks
from napari_cotracker.ui.tracking import Phase
from napari_cotracker.ui.window import add_video, show_panel

from .mouse import click, key, settle, wait_until

CLICKS = [(150.0, 128.0), (302.0, 216.0), (60.0, 300.0)]


class Tour:
    """A new user with a real window and the real child process."""

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        viewer.window._qt_window.resize(1280, 800)
        self.panel = show_panel(viewer)
        settle(0.3)

    @property
    def project(self) -> Any:
        return self.panel.desk.current

    @property
    def session(self) -> Any:
        return self.panel.desk.current.session

    def tracked(self) -> int:
        return int(np.isfinite(self.session.cells.xy).all(-1).sum())

    def choose(self, **choices: str) -> None:
        for name, value in choices.items():
            field = self.panel.track.which if name == "which" else self.panel.track.form.fields[name]
            field.setCurrentIndex(field.findData(value))

    def press(self, button: Any) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle()

    def track(self, seconds: float) -> None:
        """Press Track and wait for the end."""
        self.press(self.panel.track.track_button)
        wait_until(lambda: self.project.tracking.is_busy, 5)
        wait_until(lambda: not self.project.tracking.is_busy, seconds)

    def picture(self, name: str) -> None:
        """Keep what the window looks like, where somebody wants to look at it."""
        folder = os.environ.get("NAPARI_COTRACKER_PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            settle(0.3)
            self.viewer.screenshot(str(Path(folder) / f"{name}.png"), canvas_only=False, flash=False)


@pytest.fixture
def tour(make_napari_viewer: Any) -> Iterator[Tour]:
    made = Tour(make_napari_viewer(show=True))
    yield made
    made.panel.close_all()
    settle()


def test_from_the_first_click_to_the_saved_file(tour: Tour, tmp_path: Path) -> None:
    open_and_click(tour)
    track_and_cancel(tour)
    go_on_and_track_anew(tour)
    inspect(tour)
    undo_and_redo(tour)
    save_and_reopen(tour, tmp_path / "session.cotracker")
    assert tour.session.undo_label.startswith("track"), "a session knows its past"
    save_and_reopen(tour, tmp_path / "tracks.npz")


def open_and_click(tour: Tour) -> None:
    tour.picture("1-empty")
    layer = add_video(tour.viewer, sample_clip("insects"))
    settle(0.3)
    assert tour.project.layer is layer
    for xy in CLICKS:
        click(tour.viewer, layer, xy)
    np.testing.assert_allclose(tour.session.queries.xy, CLICKS, atol=0.5)
    assert [one.name for one in tour.viewer.layers] == ["insects.mp4", "insects.mp4 tails", "insects.mp4 points"]
    assert len(tour.session.anchors) == 3, "a click is a person's word"
    tour.picture("2-clicked")


def track_and_cancel(tour: Tour) -> None:
    tour.choose(mode="online", model="lucas-kanade")
    tour.press(tour.panel.track.track_button)
    wait_until(lambda: tour.tracked() > 3, 60)
    tour.press(tour.panel.track.pause_button)
    wait_until(lambda: tour.project.tracking.phase is Phase.PAUSED or not tour.project.tracking.is_busy)
    tour.picture("3-tracking")
    tour.press(tour.panel.track.stop_button)
    wait_until(lambda: not tour.project.tracking.is_busy, 5)
    assert tour.tracked() > 3, "what was tracked before is kept"
    assert tour.session.undo_label.startswith("track 3 points")


def go_on_and_track_anew(tour: Tour) -> None:
    tour.track(60)
    assert tour.tracked() == 3 * 80
    tour.choose(model="auto", mode="offline", which="all")
    tour.track(120)
    assert tour.session.runs[-1]["model"] == "hybrid"
    np.testing.assert_allclose(tour.session.queries.xy, CLICKS, atol=0.5)


def inspect(tour: Tour) -> None:
    tour.project.go_to(40)
    tour.project.selection.set([tour.session.ids[1]])
    settle(0.3)
    assert tour.panel.inspect.selected.text().startswith("point 1")
    tour.picture("4-inspected")


def undo_and_redo(tour: Tour) -> None:
    tour.viewer.layers.selection.active = tour.project.view.points
    key(tour.viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tour.session.runs[-1]["model"] == "lucas-kanade", "one run, one undo"
    tour.press(tour.panel.redo_button)
    assert tour.session.runs[-1]["model"] == "hybrid"


def save_and_reopen(tour: Tour, path: Path) -> None:
    before, viewer = tour.session.tracks, tour.viewer
    viewer.layers.selection.active = tour.project.view.points
    (saved,) = viewer.layers.save(str(path), selected=True, plugin="napari-cotracker")
    assert read_tracks(saved).meta["runs"][-1]["licence"] == "BSD-3-Clause"
    viewer.layers.clear()
    settle(0.2)
    assert tour.project is None
    viewer.open(saved, plugin="napari-cotracker")
    settle(0.3)
    np.testing.assert_array_equal(tour.session.tracks.xy, before.xy)
    np.testing.assert_array_equal(tour.session.tracks.source, before.source)
    assert tour.project.layer.name == "insects.mp4"
    tour.picture("5-reopened")
