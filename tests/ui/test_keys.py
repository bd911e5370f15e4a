"""Keys of our layers: moments, anchors, loops, tools, undo; none of them napari's."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Points
from napari.utils.shortcuts import default_shortcuts
from qtpy.QtCore import Qt

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.edit_actions import NUDGES
from napari_cotracker.ui.keys import HELP

from .mouse import key, settle, wait_until
from .windows import N_FRAMES, Window


def doubtful(window: Window) -> None:
    """Two tracks: the first is doubtful on frames 6 and 7, the second on frame 12."""
    window.add()
    window.viewer.dims.set_current_step(0, 0)
    ids = window.project.place(0, [[5, 5], [9, 9]])
    cells = (N_FRAMES, 2)
    confidence = np.full(cells, 0.9, np.float32)
    confidence[6:8, 0], confidence[12, 1] = (0.3, 0.2), 0.1
    run = window.session.begin_run("track", ids)
    run.write(TrackUpdate(np.arange(N_FRAMES), ids, np.full((*cells, 2), 7, np.float32),
                          np.full(cells, 0.9, np.float32), confidence, 1.0))
    run.close()


def test_the_next_low_moment_is_shown_and_its_track_selected(window: Window) -> None:
    doubtful(window)
    keys, project = window.panel.keys, window.project
    keys.to_moment(1)
    assert (project.frame, project.selection.one) == (7, 0), "the worst frame of a doubtful span"
    keys.to_moment(1)
    assert (project.frame, project.selection.one) == (12, 1)
    keys.to_moment(1)
    assert project.frame == 12
    assert "no more" in window.panel.told.text()
    keys.to_moment(-1)
    assert (project.frame, project.selection.one) == (7, 0)


def test_of_several_selected_tracks_only_they_are_looked_at(window: Window) -> None:
    doubtful(window)
    window.project.place(0, [[1, 1]])
    window.project.selection.set([1, 2])
    window.panel.keys.to_moment(1)
    assert window.project.frame == 12
    assert window.project.selection.ids.tolist() == [1, 2]


def test_points_set_by_hand_are_stops(window: Window) -> None:
    doubtful(window)
    window.session.correct(0, 9, (5, 6))
    window.session.correct(1, 15, (5, 6))
    window.panel.keys.to_anchor(1)
    assert window.project.frame == 9
    window.panel.keys.to_anchor(1)
    assert window.project.frame == 15
    window.panel.keys.to_anchor(1)
    assert "no more" in window.panel.told.text()
    window.project.selection.set([0])
    window.panel.keys.to_anchor(-1)
    assert window.project.frame == 9


def test_frames_around_are_played_until_the_key_is_pressed_again(window: Window) -> None:
    doubtful(window)
    window.project.go_to(10)
    seen = set()
    window.viewer.dims.events.current_step.connect(lambda: seen.add(window.project.frame))
    window.panel.keys.play_around()
    wait_until(lambda: {0, 19} <= seen, 5)
    window.panel.keys.play_around()
    here = window.project.frame
    settle(0.2)
    assert window.project.frame == here


def test_undo_and_redo_say_what_they_did(window: Window) -> None:
    doubtful(window)
    window.panel.keys.undo()
    assert window.panel.told.text() == "undone: track"
    window.panel.keys.undo(redo=True)
    assert window.panel.told.text() == "again: track"
    window.panel.keys.undo(redo=True)
    assert window.panel.told.text() == "nothing to redo"
    window.session.begin_run("track", [0])
    window.panel.keys.undo()
    assert "cannot undo" in window.panel.told.text()


def test_without_a_video_keys_do_nothing(window: Window) -> None:
    for name in ("to_moment", "to_anchor"):
        getattr(window.panel.keys, name)(1)
    window.panel.keys.undo()
    window.panel.keys.play_around()
    window.panel.keys.select_nothing()


def test_keys_are_heard_in_the_real_window(shown: Window) -> None:
    doubtful(shown)
    shown.viewer.layers.selection.active = shown.project.view.points
    key(shown.viewer, Qt.Key.Key_N)
    assert shown.project.frame == 7
    key(shown.viewer, Qt.Key.Key_H)
    assert shown.desk.tool is Tool.SELECT
    key(shown.viewer, Qt.Key.Key_F)
    assert shown.desk.tool is Tool.PLACE
    key(shown.viewer, Qt.Key.Key_Escape)
    assert len(shown.project.selection) == 0
    key(shown.viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown.panel.told.text() == "undone: track"


def test_other_layers_do_not_hear_them(shown: Window) -> None:
    doubtful(shown)
    shown.viewer.layers.selection.active = shown.project.layer
    key(shown.viewer, Qt.Key.Key_N)
    assert shown.project.frame == 0


def napari_keys() -> set[str]:
    """What napari's defaults bind for a points layer or for the whole viewer."""
    others = ("image", "label", "shape", "surface", "vector", "tracks", "brush", "poly", "vertex", "plane",
              "activate_add_", "direct_mode", "auto_contrast", "activate_select_mode")
    actions = {name: keys for name, keys in default_shortcuts.items() if not any(word in name for word in others)}
    return {str(key) for keys in actions.values() for key in keys} | {str(binding) for binding in Points.class_keymap}


def test_no_key_of_ours_is_naparis() -> None:
    taken = napari_keys()
    assert {"2", "P", "A", "V", "Delete", "Left", "Ctrl+C"} <= taken, "this test sees what napari binds"
    ours = {name.replace("Control", "Ctrl").replace("-", "+") for name in (*HELP, *NUDGES)}
    assert not ours & taken


def test_every_key_is_in_the_help(window: Window) -> None:
    assert set(window.panel.keys.actions) == {*HELP, *NUDGES} - {"Shift-arrow"}, "one line stands for all nudges"


@pytest.mark.parametrize("name", sorted(HELP))
def test_help_says_what_each_key_does(name: str) -> None:
    assert HELP[name]
