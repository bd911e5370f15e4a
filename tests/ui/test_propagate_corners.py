"""Corners that the mouse drags."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from napari_cotracker.ui.propagate_corners import Corners, corners_amid

from .mouse import drag, settle, world_of
from .windows import Window

BOX = np.array([(20, 10), (40, 10), (40, 30), (20, 30)], float)


def hand(window: Window, corners: Corners, path: list[tuple[float, float]]) -> None:
    """Press, move and release by what napari tells of it: nothing has to be drawn for that."""
    layer, viewer = window.project.layer, window.viewer
    event = SimpleNamespace(type="mouse_press", button=1, position=world_of(layer, 0, path[0]))
    if corners._on_press not in viewer.mouse_drag_callbacks:
        return
    steps = corners._on_press(viewer, event)
    next(steps, None)
    for xy in path[1:]:
        event.type, event.position = "mouse_move", world_of(layer, 0, xy)
        next(steps, None)
    event.type = "mouse_release"
    next(steps, None)


def held(window: Window, handles: Any) -> tuple[Corners, list[Any]]:
    found: list[Any] = []
    corners = Corners(window.desk, lambda: handles, lambda: BOX, window.panel)
    corners.moved.connect(lambda xy: found.append(("moved", xy.tolist())))
    corners.dropped.connect(lambda xy: found.append(("dropped", xy.tolist())))
    return corners, found


def test_a_corner_goes_where_it_is_dragged(window: Window) -> None:
    window.add()
    handles = window.viewer.add_points(np.zeros((0, 2)))
    window.viewer.scene.camera.zoom = 10
    corners, found = held(window, handles)
    hand(window, corners, [(40.4, 10.3), (45, 12), (50, 14)])
    assert found == [("moved", [[20, 10], [45, 12], [40, 30], [20, 30]]),
                     ("moved", [[20, 10], [50, 14], [40, 30], [20, 30]]),
                     ("dropped", [[20, 10], [50, 14], [40, 30], [20, 30]])]
    assert handles.mouse_pan
    assert BOX[1].tolist() == [40, 10]


def test_elsewhere_and_in_other_layers_a_drag_is_not_taken(window: Window) -> None:
    window.add()
    handles = window.viewer.add_points(np.zeros((0, 2)))
    window.viewer.scene.camera.zoom = 10
    corners, found = held(window, handles)
    hand(window, corners, [(30, 20), (35, 20)])
    hand(window, corners, [(40, 10)])  # a click moves nothing
    window.viewer.layers.selection.active = window.project.layer
    hand(window, corners, [(40, 10), (50, 14)])
    window.viewer.layers.selection.active = handles
    corners.close()
    hand(window, corners, [(40, 10), (50, 14)])
    assert found == []


def test_they_begin_in_the_middle_with_the_shape_of_what_is_placed() -> None:
    wide = corners_amid((200, 100), aspect=4.0)
    assert wide[1, 0] - wide[0, 0] == 4 * (wide[3, 1] - wide[0, 1])
    np.testing.assert_allclose(wide.mean(0), (100, 50))
    assert (wide >= 0).all()
    assert (wide <= (200, 100)).all()


def test_the_mouse_drags_them_in_the_picture(shown: Window) -> None:
    layer = shown.add()
    handles = shown.viewer.add_points(np.zeros((0, 2)))
    handles.mode = "pan_zoom"
    settle(0.2)
    _, found = held(shown, handles)
    drag(shown.viewer, layer, [(40, 10), (50, 14)])
    what, corners = found[-1]
    assert what == "dropped"
    np.testing.assert_allclose(corners[1], (50, 14), atol=0.3)
    assert corners[0] == [20, 10]
