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


def picture(viewer: Any, name: str) -> None:
    """Keep what the window looks like, where somebody wants to look at it."""
    folder = os.environ.get("NAPARI_COTRACKER_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        settle(0.3)
        viewer.screenshot(str(Path(folder) / f"{name}.png"), canvas_only=False, flash=False)


@pytest.fixture
def window(make_napari_viewer: Any) -> Iterator[tuple[Any, Any]]:
    viewer = make_napari_viewer(show=True)
    viewer.window._qt_window.resize(1280, 800)
    panel = show_panel(viewer)
    settle(0.3)
    yield viewer, panel
    panel.close_all()
    settle()


def press(button: Any) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()


def tracked(session: Any) -> int:
    return int(np.isfinite(session.cells.xy).all(-1).sum())


def test_from_the_first_click_to_the_saved_file(window: tuple[Any, Any], tmp_path: Path) -> None:
    viewer, panel = window
    picture(viewer, "1-empty")
    layer = add_video(viewer, sample_clip("insects"))
    settle(0.3)
    project = panel.desk.current
    session = project.session
    assert project.layer is layer
    viewer.layers.selection.active = layer

    for xy in CLICKS:
        click(viewer, layer, xy)
    np.testing.assert_allclose(session.queries.xy, CLICKS, atol=0.5)
    assert [one.name for one in viewer.layers] == ["insects.mp4", "insects.mp4 tails", "insects.mp4 points"]
    assert len(session.anchors) == 3, "a click is a person's word"
    picture(viewer, "2-clicked")

    form = panel.track.form.fields
    form["mode"].setCurrentIndex(form["mode"].findData("online"))
    form["model"].setCurrentIndex(form["model"].findData("lucas-kanade"))
    press(panel.track.track_button)
    wait_until(lambda: tracked(session) > 3, 60)
    press(panel.track.pause_button)
    wait_until(lambda: project.tracking.phase is Phase.PAUSED or not project.tracking.is_busy)
    picture(viewer, "3-tracking")
    press(panel.track.stop_button)
    wait_until(lambda: not project.tracking.is_busy, 5)
    kept = tracked(session)
    assert kept > 3, "what was tracked before is kept"
    label = session.undo_label
    assert label.startswith("track 3 points")

    press(panel.track.track_button)
    wait_until(lambda: not project.tracking.is_busy and tracked(session) == 3 * 80, 60)
    form["model"].setCurrentIndex(form["model"].findData("auto"))
    form["mode"].setCurrentIndex(form["mode"].findData("offline"))
    panel.track.which.setCurrentIndex(panel.track.which.findData("all"))
    press(panel.track.track_button)
    wait_until(lambda: project.tracking.is_busy, 5)
    wait_until(lambda: not project.tracking.is_busy, 120)
    assert session.runs[-1]["model"] == "hybrid"
    np.testing.assert_allclose(session.queries.xy, CLICKS, atol=0.5)

    project.go_to(40)
    project.selection.set([session.ids[1]])
    settle(0.3)
    assert panel.inspect.selected.text().startswith("point 2")
    picture(viewer, "4-inspected")

    viewer.layers.selection.active = project.view.points
    key(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.runs[-1]["model"] == "lucas-kanade", "one run, one undo"
    press(panel.redo_button)
    before = session.tracks
    (saved,) = viewer.layers.save(str(tmp_path / "tracks.npz"), selected=True, plugin="napari-cotracker")
    assert read_tracks(saved).meta["runs"][-1]["licence"] == "BSD-3-Clause"

    viewer.layers.clear()
    settle(0.2)
    assert panel.desk.current is None
    viewer.open(saved, plugin="napari-cotracker")
    settle(0.3)
    again = panel.desk.current
    np.testing.assert_array_equal(again.session.tracks.xy, before.xy)
    np.testing.assert_array_equal(again.session.tracks.source, before.source)
    assert again.layer.name == "insects.mp4"
    picture(viewer, "5-reopened")
