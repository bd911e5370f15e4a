"""Areas to fill with points: drawn for the purpose, or the user's own Labels and Shapes layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Layer, Shapes
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from ..core.coordinates import inside
from ..core.errors import TrackingError
from ..core.regions import Region, grid_on_mask, grid_within
from .axes import obstacle, pixel_at, shape_of
from .desk import Desk
from .placement import over_picture
from .project import layer_tag

if TYPE_CHECKING:
    from napari import Viewer

ROLE = "area"
ALIKE = 1e-3  # px between places that are the same
CLICK_PIXELS = 12  # on the screen: what is smaller was a click, which napari makes a tiny box of
HOW = {
    "rectangle": "Drag a box over the picture; Esc cancels.",
    "polygon": "Click the corners in the picture and double-click the last one; Esc cancels.",
}


def areas_in(viewer: Viewer) -> list[Layer]:
    """The user's layers that can bound a grid."""
    return [layer for layer in viewer.layers if isinstance(layer, Labels | Shapes) and not layer_tag(layer)]


class AreaTool:
    """Lets the user draw one box or polygon with napari's own tools, in a layer that goes when it is done.

    Deleting the layer, another tool or another video, and Esc give the drawing up.

    Parameters
    ----------
    desk : Desk
    done : callable
        Called with the layer once something is drawn.
    """

    def __init__(self, desk: Desk, done: Callable[[Layer], None]) -> None:
        self._desk, self._done = desk, done
        self._layer: Shapes | None = None
        self._active_before: Layer | None = None

    @property
    def is_drawing(self) -> bool:
        """Whether the layer is there."""
        return self._layer is not None

    def begin(self, kind: str) -> None:
        """Add the layer and take napari's drawing tool in hand; `kind` is rectangle or polygon."""
        project, viewer = self._desk.current, self._desk.viewer
        if project is None:
            return
        self.end()
        reason = obstacle(viewer, project.layer, project.held)
        if reason:
            self._desk.say(reason)
            return
        self._active_before = viewer.layers.selection.active
        self._layer = layer = _area_layer(project.layer, project.id)
        viewer.add_layer(layer)
        layer.mode = f"add_{kind}"
        layer.bind_key("Escape", lambda _: self.end(), overwrite=True)
        for signal, hear in self._signals(layer):
            signal.connect(hear)
        self._desk.say(HOW[kind])

    def end(self) -> None:
        """Take the layer away; what was active before is active again."""
        layer, self._layer = self._layer, None
        if layer is None:
            return
        for signal, hear in self._signals(layer):
            signal.disconnect(hear)
        layers, before = self._desk.viewer.layers, self._active_before
        self._active_before = None
        if before in layers and layers.selection.active in (layer, None):
            layers.selection.active = before  # first: napari would choose any layer, of another video too
        if layer in layers:
            layers.remove(layer)

    def points_in(self, layer: Layer, count: tuple[int, int]) -> NDArray[np.float64]:
        """(N, 2) points x, y of the current video, of a grid inside a layer's areas on the current frame.

        Raises
        ------
        TrackingError
            If there is no area on this frame, or no point of the grid lies inside it and the picture.
        """
        project, viewer = self._desk.current, self._desk.viewer
        assert project is not None
        where = index_of(viewer, layer)
        if isinstance(layer, Labels):
            points = grid_on_mask(labels_of(layer, where) != 0, count)
        elif regions := regions_of(layer, where):
            points = grid_within(regions, count)
        else:
            raise TrackingError(f"expected a box, polygon or ellipse in {layer.name!r} on this frame, got none; "
                                "draw one")
        points = carried(viewer, layer, project.layer, points)
        points = points[inside(points, project.session.size)]
        if not len(points):
            raise TrackingError("no point of the grid lies in the picture; move the area over it, or use a finer grid")
        return points

    def _signals(self, layer: Shapes) -> list[tuple[Any, Callable[..., None]]]:
        return [(layer.events.data, self._on_data), (self._desk.viewer.layers.events.removed, self._on_removed),
                (self._desk.tool_changed, self.end), (self._desk.current_changed, self.end)]

    def _on_removed(self, event: Any) -> None:
        if event.value is self._layer:
            self._desk.viewer.layers.selection.active = None  # whatever napari chose instead
            self.end()

    def _on_data(self, event: Any) -> None:
        layer = self._layer
        if layer is not None and getattr(event.action, "value", event.action) == "added":
            QTimer.singleShot(0, lambda: self._finish(layer))  # napari is still in its own drawing here

    def _finish(self, layer: Shapes) -> None:
        is_mine = layer is self._layer
        if not is_mine or not len(layer.data):  # given up, or a polygon of two corners
            return
        if np.ptp(layer.data[0], axis=0).max() * layer.scale[-1] * self._desk.viewer.scene.camera.zoom < CLICK_PIXELS:
            layer.selected_data = {0}
            layer.remove_selected()
            return
        self._done(layer)
        self.end()


def _area_layer(picture: Layer, project: str) -> Shapes:
    """An empty layer to draw in, over the picture of a video layer."""
    return Shapes(
        ndim=2, name="area for a grid", face_color="#ffffff22", edge_color="#ffffff",
        edge_width=max(shape_of(picture)[-2:]) / 300, **over_picture(picture),
        metadata={"napari_cotracker": {"role": ROLE, "project": project}},
    )


def index_of(viewer: Viewer, layer: Layer) -> tuple[int, ...]:
    """Where along its own axes before the picture's a layer is shown; beyond its ends, too."""
    return tuple(int(place) for place in np.rint(layer.world_to_data(viewer.dims.point)[:-2]))


def labels_of(layer: Labels, where: tuple[int, ...]) -> NDArray[np.integer]:
    """(H, W) what a Labels layer holds at an index; nothing on frames that it does not have."""
    data = layer.data[0] if layer.multiscale else layer.data
    if any(not 0 <= index < length for index, length in zip(where, data.shape)):
        return np.zeros(data.shape[-2:], data.dtype)
    return np.asarray(data[where])


def labels_over(viewer: Viewer, layer: Labels, picture: Layer, where: tuple[int, ...]) -> NDArray[np.integer]:
    """(H, W) what a Labels layer holds at an index, under each pixel of a video layer's picture; 0 beside it."""
    labels, (height, width) = labels_of(layer, where), shape_of(picture)[-2:]
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1]], float)
    if labels.shape == (height, width) and np.abs(carried(viewer, picture, layer, corners) - corners).max() < ALIKE:
        return labels
    y, x = np.indices((height, width)).reshape(2, -1)
    columns, rows = np.rint(carried(viewer, picture, layer, np.column_stack([x, y]).astype(float))).astype(int).T
    there = (columns >= 0) & (columns < labels.shape[1]) & (rows >= 0) & (rows < labels.shape[0])
    found = np.zeros(height * width, labels.dtype)
    found[there] = labels[rows[there], columns[there]]
    return found.reshape(height, width)


def regions_of(layer: Shapes, where: tuple[int, ...]) -> list[Region]:
    """The shapes at an index that enclose something, as (x, y) of the layer's own."""
    found = []
    for kind, vertices in zip(layer.shape_type, layer.data):
        corners = np.asarray(vertices, float)
        if kind in ("line", "path") or (np.rint(corners[:, :-2]) != where).any():
            continue
        found.append(Region(corners[:, :-3:-1], is_ellipse=kind == "ellipse"))
    return found


def carried(viewer: Viewer, source: Layer, target: Layer, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points x, y of one layer in pixels of another; the way between them is affine, so three points tell it all."""

    def at(x: float, y: float) -> NDArray[np.float64]:
        world = np.array(viewer.dims.point, float)
        own = np.asarray(source.data_to_world((*index_of(viewer, source), y, x)))
        world[len(world) - len(own) :] = own
        return np.array(pixel_at(target, world))

    origin = at(0, 0)
    across, down = at(1, 0) - origin, at(0, 1) - origin
    return origin + points[:, :1] * across + points[:, 1:] * down
