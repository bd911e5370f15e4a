"""Areas to fill with points: drawn for the purpose, or the user's own Labels and Shapes layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Layer, Shapes
from numpy.typing import NDArray

from ..core.errors import TrackingError
from ..core.regions import Region, grid_on_mask, grid_within
from .axes import pixel_at, step_of
from .desk import Desk
from .project import layer_tag

if TYPE_CHECKING:
    from napari import Viewer

ROLE = "area"


def areas_in(viewer: Viewer) -> list[Layer]:
    """The user's layers that can bound a grid."""
    return [layer for layer in viewer.layers if isinstance(layer, Labels | Shapes) and not layer_tag(layer)]


class AreaTool:
    """Lets the user draw one box or polygon with napari's own tools, in a layer that goes when it is done.

    Parameters
    ----------
    desk : Desk
    done : callable
        Called with the layer once something is drawn.
    """

    def __init__(self, desk: Desk, done: Callable[[Layer], None]) -> None:
        self._desk, self._done = desk, done
        self._layer: Shapes | None = None

    def begin(self, kind: str) -> None:
        """Add the layer and take napari's drawing tool in hand; `kind` is rectangle or polygon."""
        project = self._desk.current
        if project is None:
            return
        self.end()
        picture = project.layer
        layer = Shapes(
            ndim=2, name="area for a grid", face_color="#ffffff22", edge_color="#ffffff", edge_width=2,
            affine=picture.affine.set_slice([picture.ndim - 2, picture.ndim - 1]),
            scale=picture.scale[-2:], translate=picture.translate[-2:], units=picture.units[-2:],
            metadata={"napari_cotracker": {"role": ROLE, "project": project.id}},
        )
        self._desk.viewer.add_layer(layer)
        self._layer = layer
        layer.mode = f"add_{kind}"
        layer.events.data.connect(self._on_data)
        self._desk.say("Draw a box in the picture." if kind == "rectangle" else
                       "Click the corners of the area in the picture, and end with a double click.")

    def end(self) -> None:
        """Take the layer away."""
        layer, self._layer = self._layer, None
        if layer is not None:
            layer.events.data.disconnect(self._on_data)
            if layer in self._desk.viewer.layers:
                self._desk.viewer.layers.remove(layer)

    def points_in(self, layer: Layer, count: tuple[int, int]) -> NDArray[np.float64]:
        """(N, 2) points x, y of the current video, of a grid inside a layer's areas on the current frame.

        Raises
        ------
        TrackingError
            If there is no area on this frame, or no point of the grid lies inside.
        """
        project = self._desk.current
        assert project is not None
        viewer = self._desk.viewer
        if isinstance(layer, Labels):
            step = step_of(viewer, layer)
            data = layer.data[0] if layer.multiscale else layer.data
            points = grid_on_mask(np.asarray(data[step[:-2]]) > 0, count)
        else:
            points = grid_within(_regions_of(layer, step_of(viewer, layer)), count)
        return _carry(viewer, layer, project.layer, points)

    def _on_data(self, event: Any) -> None:
        if getattr(event.action, "value", event.action) != "added" or self._layer is None:
            return
        from qtpy.QtCore import QTimer

        layer = self._layer
        QTimer.singleShot(0, lambda: self._finish(layer))  # napari is still in its own drawing here

    def _finish(self, layer: Shapes) -> None:
        if layer is self._layer:
            self._done(layer)
            self.end()


def _regions_of(layer: Shapes, step: tuple[int, ...]) -> list[Region]:
    """The shapes of the shown frame that enclose something, as (x, y)."""
    found = []
    for kind, vertices in zip(layer.shape_type, layer.data):
        corners = np.asarray(vertices, float)
        others = np.rint(corners[:, :-2])
        if kind in ("line", "path") or (others != step[:-2]).any():
            continue
        found.append(Region(corners[:, :-3:-1], is_ellipse=kind == "ellipse"))
    if not found:
        raise TrackingError(f"expected a box, polygon or ellipse in {layer.name!r} on this frame, got none; draw one")
    return found


def _carry(viewer: Viewer, source: Layer, target: Layer, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points x, y of one layer in pixels of another; the way between them is affine, so three points tell it all."""

    def at(x: float, y: float) -> NDArray[np.float64]:
        world = np.array(viewer.dims.point, float)
        own = np.asarray(source.data_to_world((*step_of(viewer, source)[:-2], y, x)))
        world[len(world) - len(own) :] = own
        return np.array(pixel_at(target, world))

    origin = at(0, 0)
    across, down = at(1, 0) - origin, at(0, 1) - origin
    return origin + points[:, :1] * across + points[:, 1:] * down
