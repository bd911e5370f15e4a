"""Keys of our layers: moments, answers, anchors, loops, tools, undo; none of them napari's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Points
from napari.utils.key_bindings import coerce_keybinding
from napari.utils.shortcuts import default_shortcuts
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_cotracker.core.errors import EditError
from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.edit_actions import NUDGES
from napari_cotracker.ui.keys import HELP

from .doubts import FIRST, LENGTH, SECOND, at, doubtful, land, looked_through, path_of, retracks
from .mouse import CONTROL, SHIFT, click, drag, key, move, settle, wait_until
from .windows import Window

DOCS = Path(__file__).parents[2] / "docs"


def test_that_there_is_no_next_point_goes_once_there_is_one(window: Window) -> None:
    doubtful(window)
    keys, told = window.panel.keys, window.panel.told
    keys.to_anchor(1)
    assert "no more" in told.text()
    window.session.correct(1, 15, (5, 6))
    assert told.text() == "", "it was set while the sentence stood there"
    window.project.go_to(15)
    keys.to_anchor(1)
    assert "no more" in told.text()
    window.project.go_to(18)
    settle()
    assert "no more" in told.text(), "there is none after this frame, either"
    window.project.go_to(7)
    settle()
    assert told.text() == ""
    window.project.go_to(15)
    keys.to_anchor(1)
    keys.to_anchor(-1)
    window.desk.say("something else")
    window.project.go_to(7)
    settle()
    assert told.text() == "something else", "what is no such sentence stays its time"


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
    wait_until(lambda: {0, 22} <= seen, 10)
    window.panel.keys.play_around()
    here = window.project.frame
    settle(0.2)
    assert window.project.frame == here


def test_undo_and_redo_say_what_they_did(window: Window) -> None:
    doubtful(window)
    window.panel.undo()
    assert window.panel.told.text() == "undone: track 3 points"
    window.panel.redo()
    assert window.panel.told.text() == "again: track 3 points"
    window.panel.redo()
    assert window.panel.told.text() == "nothing to redo"
    window.session.begin_run("track", [0])
    with pytest.raises(EditError, match="cannot undo"):
        window.panel.keys.undo()
    window.panel.undo()
    assert "cannot undo" in window.panel.told.text()


def test_without_a_video_keys_say_at_most_a_sentence(window: Window) -> None:
    for name, act in window.panel.keys.actions.items():
        act()
        assert "Error" not in window.panel.told.text(), name
        if (menu := QApplication.activePopupWidget()) is not None:
            menu.close()


def pressed(shown: Window, name: Any, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> str:
    """Press a key; what the user is told."""
    key(shown.viewer, name, modifiers)
    settle(0.05)
    return str(shown.panel.told.text())


def test_the_loop_by_mouse_and_keys(shown: Window) -> None:
    layer = doubtful(shown)
    looked_through(shown)
    told = pressed(shown, Qt.Key.Key_N)
    assert (at(shown), shown.desk.tool, told) == (FIRST, Tool.CORRECT, "point 0 on frame 16: confidence 0.02")
    before = shown.session.cells.copy()
    click(shown.viewer, layer, path_of(0)[16] + 3)
    assert shown.session.undo_label == "correct point 0"
    (job,) = retracks(shown)
    assert job.urgent
    assert at(shown) == SECOND
    told = pressed(shown, Qt.Key.Key_Z, CONTROL)
    assert (told, at(shown), job.told) == ("undone: correct point 0", FIRST, ["cancel"])
    land(job, (30, 30))
    np.testing.assert_array_equal(shown.session.cells.xy, before.xy)
    told = pressed(shown, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert (told, at(shown)) == ("again: correct point 0", SECOND)
    pressed(shown, Qt.Key.Key_Z, CONTROL)
    assert at(shown) == FIRST
    click(shown.viewer, layer, path_of(0)[16] + 3)
    land(retracks(shown)[-1], (14, 14))
    looked_through(shown)
    assert at(shown) == SECOND, "what lands does not move the view"
    pressed(shown, Qt.Key.Key_Z, CONTROL)
    assert at(shown) == FIRST
    np.testing.assert_array_equal(shown.session.cells.xy, before.xy, "one step takes both back")
    pressed(shown, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert at(shown) == SECOND
    assert shown.session.cells.xy[20, 0].tolist() == [14, 14]
    pressed(shown, Qt.Key.Key_B)
    assert at(shown) == FIRST


def test_answers_by_key(shown: Window) -> None:
    doubtful(shown)
    looked_through(shown)
    pressed(shown, Qt.Key.Key_N)
    pressed(shown, Qt.Key.Key_Return)
    assert (shown.session.undo_label, at(shown)) == ("approve point 0, frame 16", SECOND)
    pressed(shown, Qt.Key.Key_O)
    assert shown.session.undo_label == "hide point 1, frame 30"
    pressed(shown, Qt.Key.Key_Z, CONTROL)
    pressed(shown, Qt.Key.Key_Z, CONTROL)
    assert at(shown) == FIRST
    pressed(shown, Qt.Key.Key_O, SHIFT)
    assert (shown.session.undo_label, at(shown)) == ("hide point 0, frames 16–17", SECOND)
    pressed(shown, Qt.Key.Key_X)
    assert shown.session.undo_label == "mark point 1 as gone, frames 30–39"
    shown.project.selection.set([1])
    shown.project.go_to(30)
    shown.viewer.reset_view()
    settle(0.1)
    move(shown.viewer, shown.project.layer, path_of(2)[30])
    told = pressed(shown, Qt.Key.Key_W)
    assert (told, shown.session.undo_label[:4]) == ("swapped on frames 1 to 30", "swap")
    assert "only one answer" in pressed(shown, Qt.Key.Key_H)
    shown.panel.told.clear()
    assert pressed(shown, Qt.Key.Key_T).startswith("before: swap")
    assert pressed(shown, Qt.Key.Key_T).startswith("after: swap")
    pressed(shown, Qt.Key.Key_Escape)
    assert len(shown.project.selection) == 0
    for letter in ("Key_Return", "Key_O", "Key_X", "Key_H", "Key_W"):
        assert "select the track to correct first" in pressed(shown, getattr(Qt.Key, letter))


def test_tools_by_key(shown: Window) -> None:
    doubtful(shown)
    for name, tool in (("Key_D", Tool.SELECT), ("Key_G", Tool.CORRECT), ("Key_F", Tool.PLACE)):
        pressed(shown, getattr(Qt.Key, name))
        assert shown.desk.tool is tool


def test_frames_tracks_and_edits_without_the_mouse(shown: Window) -> None:
    """What the timeline hears once it is clicked, the picture hears as well."""
    doubtful(shown)
    for name, frame in (("PageDown", 10), ("End", LENGTH - 1), ("PageUp", LENGTH - 11), ("Home", 0), ("PageUp", 0)):
        pressed(shown, getattr(Qt.Key, f"Key_{name}"))
        assert shown.project.frame == frame, name
    order = shown.panel.timeline.visible_order.tolist()
    shown.project.selection.set(order[:1])
    pressed(shown, Qt.Key.Key_Down)
    assert shown.project.selection.one == order[1]
    pressed(shown, Qt.Key.Key_Up)
    assert shown.project.selection.one == order[0]
    pressed(shown, Qt.Key.Key_E)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    (delete,) = (action for action in menu.actions() if action.text().startswith("Delete"))
    delete.trigger()
    menu.close()
    assert shown.session.undo_label == f"delete point {order[0]}"


def test_the_menu_of_edits_opens_over_the_window_wherever_the_mouse_is(shown: Window, monkeypatch: pytest.MonkeyPatch
                                                                      ) -> None:
    doubtful(shown)
    window = shown.viewer.window._qt_window
    inside, away = window.geometry().center() - QPoint(40, 30), window.geometry().bottomRight() + QPoint(200, 100)
    for mouse, wanted in ((inside, inside), (away, window.geometry().center())):
        monkeypatch.setattr("napari_cotracker.ui.edit_menu.QCursor.pos", lambda mouse=mouse: mouse)
        pressed(shown, Qt.Key.Key_E)
        menu = QApplication.activePopupWidget()
        assert menu is not None
        assert abs(menu.x() - wanted.x()) < 10
        menu.close()


def test_a_run_is_begun_by_a_key(shown: Window) -> None:
    shown.add()
    shown.viewer.dims.set_current_step(0, 0)
    shown.project.place(0, [[12, 12]])
    pressed(shown, Qt.Key.Key_R)
    assert shown.project.tracking.is_busy, shown.panel.told.text()


@pytest.mark.parametrize("colours", ["confidence", "anchor error", "group"])
def test_deleting_by_key_is_told_in_whatever_colours(shown: Window, colours: str) -> None:
    doubtful(shown)
    shown.desk.look.choose(colour_by=colours)
    shown.project.selection.set([0, 2])
    assert pressed(shown, Qt.Key.Key_Delete) == "2 tracks deleted (Ctrl+Z)"


def test_before_and_after_wait_for_what_is_on_its_way(window: Window) -> None:
    doubtful(window)
    window.project.selection.set([0])
    window.panel.correct.answers.place(16, [[15, 15]])
    window.panel.keys.actions["T"]()
    assert "a correction is still being tracked" in window.panel.told.text()
    land(retracks(window)[0], (14, 14))
    window.panel.keys.actions["T"]()
    assert window.session.cells.xy[16, 0].tolist() == path_of(0)[16].tolist()
    window.panel.keys.actions["T"]()
    assert window.session.cells.xy[16, 0].tolist() == [15, 15]
    window.panel.undo()
    window.panel.keys.actions["T"]()
    assert window.session.redo_label == "track 3 points", "after an undo, T looks at the step before"


def test_other_layers_do_not_hear_them(shown: Window) -> None:
    doubtful(shown)
    shown.viewer.add_labels(np.zeros((48, 64), int))
    key(shown.viewer, Qt.Key.Key_N)
    assert shown.project.frame == 0


def test_the_film_hears_them_and_hands_over_to_its_points(shown: Window) -> None:
    film = doubtful(shown)
    looked_through(shown)
    shown.desk.pick(Tool.CORRECT)
    layers, points = shown.viewer.layers, shown.project.view.points
    layers.selection.active = film
    assert pressed(shown, Qt.Key.Key_Z, CONTROL) == "undone: track 3 points"
    assert layers.selection.active is points
    layers.selection.active = film
    assert pressed(shown, Qt.Key.Key_Z, CONTROL | SHIFT) == "again: track 3 points"
    looked_through(shown)
    layers.selection.active = film
    pressed(shown, Qt.Key.Key_N)
    assert at(shown) == FIRST
    pressed(shown, Qt.Key.Key_X)
    assert shown.session.undo_label == "mark point 0 as gone, frames 16–39", "which napari has for an image"


def test_a_click_in_the_film_hands_over_to_its_points(shown: Window) -> None:
    film = doubtful(shown)
    layers, points = shown.viewer.layers, shown.project.view.points
    for tool, count in ((Tool.PLACE, 4), (Tool.SELECT, 4)):
        shown.desk.pick(tool)
        layers.selection.active = film
        click(shown.viewer, film, path_of(1)[0])
        assert layers.selection.active is points
        assert len(shown.session.ids) == count
    assert len(points.selected_data) == 1, "the tool that selects does so at once"
    layers.selection.active = film
    shown.desk.pick(Tool.PLACE)
    layers.selection.active = film
    drag(shown.viewer, film, [(30, 20), (40, 30)])
    assert layers.selection.active is film, "the view may be moved"


def test_a_film_keeps_its_own_keys_and_gives_ours_back(window: Window) -> None:
    first = window.add()
    bound = {str(key) for key in first.keymap}
    assert {"N", "Ctrl+Z", "F"} <= bound
    assert not {"O", "X"} & bound, "napari has these for images"
    second, mine = window.add(name="other"), print
    second.bind_key("N", mine, overwrite=True)
    assert not first.keymap
    window.desk.choose(first)
    assert [str(key) for key in second.keymap] == ["N"]
    window.desk.choose(second)
    assert second.keymap[coerce_keybinding("N")] is mine
    window.close()
    assert [str(key) for key in second.keymap] == ["N"]
    assert not first.keymap


def napari_keys() -> set[str]:
    """What napari's defaults bind for a points or an image layer, or for the whole viewer."""
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
    told = {*HELP, *NUDGES} - {"Shift-arrow"}  # one line stands for all nudges
    assert set(window.panel.keys.actions) == told - {"F6"}, "which the whole window hears, see test_homing"


def test_tools_have_one_key_in_the_window_its_help_and_the_documentation(window: Window) -> None:
    tour = (DOCS / "tour.md").read_text()
    for tool, made in window.panel.place.tool_buttons.items():
        (letter,) = re.findall(rf"\| \*\*{made.text()}\*\* \| (\w) \|", tour)
        assert made.toolTip().endswith(f"({letter})")
        assert HELP[letter].startswith(f"{made.text().lower()}:")
        window.panel.keys.actions[letter]()
        assert window.desk.tool is tool


def test_documented_answers_are_keys_of_ours() -> None:
    page = (DOCS / "how-to" / "correct.md").read_text()
    named = re.findall(r"\*\*((?:Ctrl\+|Shift\+)*(?:[A-Z]|Enter))\*\*", page)
    assert {"N", "H", "Shift+O", "Ctrl+Z"} <= set(named)
    assert set(named) <= {name.replace("Control", "Ctrl").replace("-", "+") for name in HELP}


@pytest.mark.parametrize("name", sorted(HELP))
def test_help_says_what_each_key_does(name: str) -> None:
    assert HELP[name]


def test_frames_are_labelled_by_a_click_and_a_key_for_each_point(shown: Window) -> None:
    layer = shown.add()
    shown.viewer.reset_view()
    shown.project.go_to(0)
    shown.panel.naming.read("nose, ear, tail")
    for x in (10, 30, 50):
        click(shown.viewer, layer, (x, 20))
    key(shown.viewer, "G")
    for frame in (5, 9):
        shown.project.go_to(frame)
        settle(0.2)
        for x in (10, 30, 50):
            key(shown.viewer, Qt.Key.Key_Down)
            click(shown.viewer, layer, (x + frame / 2, 30))
            settle(0.1)
    anchors = shown.session.anchors
    assert len(anchors) == 9
    for frame in (5, 9):
        assert anchors.ids[anchors.t == frame].tolist() == [0, 1, 2]
        placed = anchors.xy[anchors.t == frame][:, 0] - frame / 2
        assert placed.tolist() == pytest.approx([10, 30, 50], abs=1)
