"""Where a video layer stands in a viewer: which frame is shown, and what a place in the window is in its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Layer
from numpy.typing import ArrayLike

from ..core.coordinates import inside
from ..core.errors import EditError
from ..core.stacks import axis_name
from .sources import can_be_video, time_axis

if TYPE_CHECKING:
    from napari import Viewer

OPAQUE = {"opaque", "translucent", "translucent_no_depth"}
IN_3D = "points are set in the picture; switch from the 3-D view to the 2-D view first"
ROLLED = "points are set in the picture; roll the axes back until x and y are shown"


def shape_of(layer: Layer) -> tuple[int, ...]:
    """Length of each of the layer's axes, in data pixels; colour is none of them."""
    data = layer.data[0] if getattr(layer, "multiscale", False) else layer.data
    return tuple(int(length) for length in data.shape[: layer.ndim])


def step_of(viewer: Viewer, layer: Layer) -> tuple[int, ...]:
    """The index along each of the layer's own axes at which the viewer stands."""
    place = layer.world_to_data(viewer.dims.point)
    last = np.maximum(shape_of(layer), 1) - 1
    return tuple(int(index) for index in np.clip(np.rint(place), 0, last))


def held_at(viewer: Viewer, layer: Layer) -> dict[int, int]:
    """The index that the viewer shows of each axis of a video layer which is neither time nor picture."""
    step, time = step_of(viewer, layer), time_axis(layer)
    return {axis: step[axis] for axis in range(layer.ndim - 2) if axis != time}


def plane_of(layer: Layer, held: Mapping[int, int]) -> str:
    """These indices in words; empty if a layer has no such axis."""
    return ", ".join(f"{axis_name(layer.axis_labels[axis])} = {index}" for axis, index in held.items())


def has_plane(layer: Layer, held: Mapping[int, int]) -> bool:
    """Whether a video layer has just these axes besides time and picture, long enough for these indices."""
    further, shape = set(range(layer.ndim - 2)) - {time_axis(layer)}, shape_of(layer)
    return further == set(held) and all(0 <= index < shape[axis] for axis, index in held.items())


def to_plane(viewer: Viewer, layer: Layer, held: Mapping[int, int]) -> None:
    """Show the plane of a video layer on which axes that are neither time nor picture have these indices."""
    place = np.array(layer.world_to_data(viewer.dims.point))
    for axis, index in held.items():
        place[axis] = index
    world, first = layer.data_to_world(place), viewer.dims.ndim - layer.ndim
    for axis in held:
        viewer.dims.set_point(first + axis, world[axis])


def frame_of(viewer: Viewer, layer: Layer) -> int:
    """The 0-based frame of a video layer that is shown."""
    return step_of(viewer, layer)[time_axis(layer)]


def to_frame(viewer: Viewer, layer: Layer, t: int) -> None:
    """Show a frame of a video layer."""
    own = time_axis(layer)
    place = np.array(layer.world_to_data(viewer.dims.point))
    place[own] = t
    axis = viewer.dims.ndim - layer.ndim + own
    viewer.dims.set_point(axis, layer.data_to_world(place)[own])


def obstacle(viewer: Viewer, layer: Layer, held: Mapping[int, int]) -> str:
    """Why points, which lie where some axes are held, cannot be set in the view as it is now; empty if they can."""
    if viewer.dims.ndisplay == 3:
        return IN_3D
    picture = {viewer.dims.ndim - 2, viewer.dims.ndim - 1}
    if set(viewer.dims.displayed) != picture:
        return ROLLED
    return "" if held_at(viewer, layer) == held else f"the points lie on {plane_of(layer, held)}; move the slider back"


def hindrance(viewer: Viewer, layer: Layer) -> str:
    """Why the picture does not show a video layer, whose points are clicked in it; empty if it does."""
    if not layer.visible:
        return f"{layer.name} is hidden; show it with its eye in the list of layers"
    beside = viewer.canvas.grid.enabled or layer not in viewer.layers
    above = [] if beside else viewer.layers[viewer.layers.index(layer) + 1 :]
    over = next((one for one in reversed(above) if _covers(one, layer)), None)
    return "" if over is None else f"{over.name} lies over {layer.name}; hide it with its eye in the list of layers"


def position_in_video(viewer: Viewer, layer: Layer, position: ArrayLike, held: Mapping[int, int]
                      ) -> tuple[int, float, float]:
    """The frame that is shown, and a place on it in pixels.

    Parameters
    ----------
    viewer : Viewer
    layer : Image
        The video.
    position : (viewer.dims.ndim,)
        In world coordinates, as mouse events of napari have it.
    held : mapping of int to int
        The index at which each axis is held that is neither time nor picture.

    Returns
    -------
    t, x, y

    Raises
    ------
    EditError
        If the view shows no plain picture or another plane, or the place is outside of it; its text tells the user.
    """
    reason = obstacle(viewer, layer, held)
    if reason:
        raise EditError(reason)
    x, y = pixel_at(layer, position)
    height, width = shape_of(layer)[-2:]
    if not inside((x, y), (width, height)):
        raise EditError(f"expected a place inside the picture of {width} × {height}, got {x:.0f}, {y:.0f}")
    return frame_of(viewer, layer), x, y


def _covers(upper: Layer, lower: Layer) -> bool:
    """Whether a film that cannot be seen through lies over some of another one."""
    if not (can_be_video(upper) and upper.visible and upper.opacity == 1 and upper.blending in OPAQUE):
        return False
    (above_first, above_last), (first, last) = (one.extent.world[:, -2:] for one in (upper, lower))
    return bool((np.minimum(above_last, last) > np.maximum(above_first, first)).all())


def pixel_at(layer: Layer, position: ArrayLike) -> tuple[float, float]:
    """(x, y) in a layer's pixels of a place in world coordinates."""
    y, x = layer.world_to_data(position)[-2:]
    return float(x), float(y)
