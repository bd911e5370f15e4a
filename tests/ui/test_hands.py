"""Clicks in the real picture."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_cotracker.core.tracks import Source
from napari_cotracker.ui.desk import Tool

from .doubts import FIRST, SECOND, at, doubtful, looked_through, path_of, retracks
from .mouse import SHIFT, click, drag, settle
from .windows import Window, drawn


def ready(shown: Window, **arguments: object) -> object:
    layer = shown.add(**arguments)
    shown.viewer.dims.set_current_step(0, 0)
    shown.viewer.reset_view()
    settle(0.1)
    return layer


@pytest.mark.parametrize("arguments", [{}, {"scale": (1, 2, 2), "translate": (0, 10, 20)},
                                       {"affine": [[1, 0, 0, 0], [0, 0.8, -0.6, 0], [0, 0.6, 0.8, 0], [0, 0, 0, 1]]}])
def test_a_click_begins_a_track_where_it_is(shown: Window, arguments: dict[str, object]) -> None:
    layer = ready(shown, **arguments)
    shown.project.go_to(4)
    click(shown.viewer, layer, (30.0, 20.0))
    click(shown.viewer, layer, (12.0, 40.0))
    np.testing.assert_allclose(shown.session.queries.xy, [[30, 20], [12, 40]], atol=0.3)
    assert shown.session.queries.t.tolist() == [4, 4]
    assert (shown.session.cells.source[4] == Source.HUMAN).all()
    assert shown.project.selection.one == 1, "what was placed last is selected"


def test_points_of_a_stack_are_set_on_their_plane_only(shown: Window) -> None:
    stack = np.zeros((2, 12, 3, 48, 64), np.uint8)
    stack[0, :, 2] = 255
    layer = shown.add(stack, axis_labels=("p", "time", "z", "y", "x"))
    shown.viewer.dims.set_current_step((0, 1, 2), (0, 0, 1))
    shown.viewer.reset_view()
    settle(0.1)
    facts = shown.panel.video.facts.text
    assert facts().endswith("p = 0, z = 1")
    shown.panel.place.tool_buttons[Tool.CORRECT].click()
    shown.panel.place.tool_buttons[Tool.PLACE].click()  # our layers are there, but nothing is done
    shown.viewer.dims.set_current_step(2, 2)
    assert facts().endswith("p = 0, z = 2"), "it follows the sliders until something is done"
    click(shown.viewer, layer, (20, 20))
    shown.viewer.dims.set_current_step(2, 0)
    assert facts().endswith("p = 0, z = 2")
    click(shown.viewer, layer, (30, 20))
    assert shown.panel.told.text() == "the points lie on p = 0, z = 2; move the slider back"
    shown.press(shown.panel.place.grid_button)
    shown.project.view.points.mode = "add"
    click(shown.viewer, layer, (30, 20))
    assert len(shown.session.ids) == 1
    assert shown.project.view.points.data[:, 1].tolist() == [2], "it lies on the plane that is tracked"
    assert shown.project.video.read([0]).min() == 255
    shown.viewer.dims.set_current_step(2, 2)
    shown.project.view.points.mode = "pan_zoom"
    click(shown.viewer, layer, (30, 20))
    assert len(shown.session.ids) == 2


def test_names_are_given_in_the_order_of_clicks(shown: Window) -> None:
    layer = ready(shown)
    shown.panel.naming.read("nose, tail")
    shown.panel.naming.group = "mouse"
    for x in (10, 30, 50):
        click(shown.viewer, layer, (x, 20))
    assert [(row.name, row.group) for row in shown.session.rows] == [
        ("nose", "mouse"), ("tail", "mouse"), ("point 2", "mouse")]


def test_a_drag_moves_the_view_and_places_nothing(shown: Window) -> None:
    layer = ready(shown)
    drag(shown.viewer, layer, [(30, 20), (40, 30)])
    assert len(shown.session.ids) == 0


def test_outside_of_the_picture_in_3d_and_with_a_modifier_nothing_is_placed(shown: Window) -> None:
    said: list[str] = []
    shown.desk.told.connect(said.append)
    layer = ready(shown)
    click(shown.viewer, layer, (-3, 20))
    assert "inside the picture" in said[-1]
    click(shown.viewer, layer, (20, 20), modifiers=SHIFT)
    click(shown.viewer, layer, (20, 20), button=Qt.MouseButton.RightButton)
    shown.viewer.dims.ndisplay = 3
    settle(0.1)
    middle = shown.viewer.scene.camera.center
    click(shown.viewer, layer, (middle[-1], middle[-2]))
    assert "3-D" in said[-1]
    assert len(shown.session.ids) == 0


def test_other_layers_keep_their_own_tools(shown: Window) -> None:
    layer = ready(shown)
    labels = shown.viewer.add_labels(np.zeros((48, 64), int))
    labels.mode = "paint"
    click(shown.viewer, layer, (30, 20))
    assert len(shown.session.ids) == 0
    assert labels.data.any()


def test_a_click_in_a_film_that_came_later_places_a_point_there(shown: Window) -> None:
    first = ready(shown)
    click(shown.viewer, first, (30, 20))
    shown.desk.pick(Tool.CORRECT)
    second = shown.add(drawn(7), rgb=True, name="other")
    click(shown.viewer, second, (12, 20))
    assert shown.project.layer is second
    assert len(shown.session.ids) == len(shown.desk.project_of(first).session.ids) == 1


def test_a_click_that_goes_nowhere_says_why(shown: Window) -> None:
    layer = ready(shown)
    shown.viewer.add_labels(np.zeros((48, 64), int), name="mask")
    drag(shown.viewer, layer, [(30, 20), (40, 30)])
    assert not shown.panel.told.text(), "the view may be moved"
    click(shown.viewer, layer, (30, 20))
    assert shown.panel.told.text() == "mask is selected; to click points, select film in the list of layers"
    shown.viewer.layers.selection.active = None
    click(shown.viewer, layer, (30, 20))
    assert shown.panel.told.text().startswith("no layer is selected")
    assert len(shown.session.ids) == 0


def test_correct_puts_the_selected_track_where_one_clicks(shown: Window) -> None:
    said: list[str] = []
    layer = ready(shown)
    shown.desk.told.connect(said.append)
    click(shown.viewer, layer, (30, 20))
    shown.desk.pick(Tool.CORRECT)
    shown.project.go_to(7)
    click(shown.viewer, layer, (33, 22))
    np.testing.assert_allclose(shown.session.cells.xy[7, 0], [33, 22], atol=0.3)
    assert shown.session.anchors.t.tolist() == [0, 7]
    assert shown.session.undo_label == "correct point 0"
    shown.project.selection.set([])
    click(shown.viewer, layer, (40, 22))
    assert "select the track" in said[-1]
    assert len(shown.session.anchors) == 2


def test_select_takes_points_by_a_click(shown: Window) -> None:
    layer = ready(shown)
    click(shown.viewer, layer, (20, 20))
    click(shown.viewer, layer, (45, 30))
    shown.desk.pick(Tool.SELECT)
    click(shown.viewer, layer, (20, 20))
    assert shown.project.selection.ids.tolist() == [0]
    assert len(shown.session.ids) == 2


def test_a_closed_panel_hears_no_click(shown: Window) -> None:
    layer = ready(shown)
    session = shown.session
    shown.close()
    click(shown.viewer, layer, (20, 20))
    assert len(session.ids) == 0


def place_of(shown: Window, row: int) -> list[float]:
    """(x, y) at which a point is drawn."""
    return shown.project.view.points.data[row, [-1, -2]].tolist()


def correcting(shown: Window, **arguments: object) -> object:
    """Doubtful tracks, frame 8, and the tool that corrects."""
    layer = doubtful(shown, **arguments)
    shown.project.go_to(8)
    shown.desk.pick(Tool.CORRECT)
    settle(0.1)
    return layer


@pytest.mark.parametrize("arguments", [{}, {"scale": (1, 2, 2), "translate": (0, 10, 20)}])
def test_a_drag_corrects_the_point_that_it_takes_hold_of(shown: Window, arguments: dict[str, object]) -> None:
    layer = correcting(shown, **arguments)
    before, camera = shown.session.cells.copy(), shown.viewer.scene.camera
    view, steps, held = (camera.center, camera.zoom), len(shown.session.steps), []
    drag(shown.viewer, layer, [path_of(1)[8], (40, 40)], before_release=lambda: held.append(
        (place_of(shown, 1), len(shown.session.steps))))
    np.testing.assert_allclose(held[0][0], (40, 40), atol=0.3, err_msg="it follows the mouse")
    assert held[0][1] == steps, "and is where it was until it is let go"
    assert (camera.center, camera.zoom) == view
    assert np.argwhere((shown.session.cells.xy != before.xy).any(2)).tolist() == [[8, 1]]
    np.testing.assert_allclose(shown.session.cells.xy[8, 1], (40, 40), atol=0.3)
    assert shown.session.undo_label == "correct point 1"
    assert shown.project.selection.one == 1
    assert len(retracks(shown)) == 1
    shown.viewer.layers.selection.active = shown.project.view.points
    drag(shown.viewer, layer, [(50, 10), (45, 12)])
    assert (camera.center, camera.zoom) != view, "beside all points, a drag moves the view"
    assert len(shown.session.steps) == steps + 1


def test_a_drag_out_of_the_picture_is_none(shown: Window) -> None:
    layer = correcting(shown)
    steps = len(shown.session.steps)
    drag(shown.viewer, layer, [path_of(1)[8], (30, 40), (-4, 40)])
    assert "inside the picture" in shown.panel.told.text()
    np.testing.assert_allclose(place_of(shown, 1), path_of(1)[8], atol=1e-4)
    assert len(shown.session.steps) == steps
    assert shown.project.view.points.mouse_pan, "and the view can be moved again"


def test_a_track_may_go_while_its_point_is_dragged(shown: Window) -> None:
    layer = correcting(shown)
    drag(shown.viewer, layer, [path_of(1)[8], (40, 40), (41, 41)], steps=3,
         before_release=lambda: shown.session.delete([1]))
    assert "track" in shown.panel.told.text()
    assert shown.session.ids.tolist() == [0, 2]
    assert retracks(shown) == []


def test_a_click_on_a_point_selects_it_unless_something_is_asked(shown: Window) -> None:
    layer = correcting(shown)
    camera, steps = shown.viewer.scene.camera, len(shown.session.steps)
    view = (camera.center, camera.zoom)
    shown.project.selection.set([2])
    click(shown.viewer, layer, path_of(1)[8])
    assert shown.project.selection.one == 1
    assert "point 1" in shown.panel.told.text()
    assert len(shown.session.steps) == steps
    click(shown.viewer, layer, path_of(1)[8] + 4)
    assert shown.session.undo_label == "correct point 1"
    assert (camera.center, camera.zoom) == view, "an edit does not move the view"
    shown.panel.undo()
    looked_through(shown)
    shown.panel.correct.reviewing.next()
    settle(0.1)
    assert at(shown) == FIRST
    click(shown.viewer, layer, path_of(2)[16])
    np.testing.assert_allclose(shown.session.cells.xy[16, 0], path_of(2)[16], atol=0.3)
    assert at(shown) == SECOND, "it was the answer"


def test_anchors_are_diamonds(shown: Window) -> None:
    layer = correcting(shown)
    shown.project.selection.set([1])
    click(shown.viewer, layer, (40, 40))
    symbols = [str(symbol) for symbol in shown.project.view.points.symbol]
    assert symbols == ["disc", "diamond", "disc"]
    assert shown.session.anchors.t[shown.session.anchors.ids == 1].tolist() == [0, 8]
