"""The layers that show an edit over its video: what it looks like, what carries it, and the corners to drag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from napari.layers import Image, Labels, Layer, Vectors
from numpy.typing import NDArray
from psygnal import Signal
from qtpy.QtCore import QTimer

from .appearance import PointStyle
from .axes import shape_of
from .colours import Scale
from .placement import FOLLOWED, over_picture
from .points_layer import FramePoints
from .propagate_drawing import Drawn
from .removing import remove_layers

if TYPE_CHECKING:
    from .project import Project

Points = NDArray[np.float64]

RESIDUALS = Scale(2, 0, "px")
LEFT_OUT, HANDLE, OUTLINE, SUPPORT = (0.9, 0.3, 0.25, 1.0), (1.0, 0.6, 0.1, 1.0), "#ff9a1a", "#ffffff"
DOT, CORNER = 1.15, 16.0  # share of the size of points; pixels of the screen
THIN = 500  # lines are this part of the picture's longer side
NOTHING = np.zeros((0, 2))


class EditLayers:
    """Up to four layers, which come when there is something for them to show.

    Parameters
    ----------
    project : Project
    size : float
        Of points, on the screen.

    Attributes
    ----------
    removed : psygnal.Signal
        The user took one of them away.
    """

    removed = Signal()

    def __init__(self, project: Project, size: float) -> None:
        self._project, self.size = project, size
        self._viewer = getattr(project.viewer, "__wrapped__", project.viewer)
        self._picture: Image | None = None
        self._labels: Labels | None = None
        self._lines: Vectors | None = None
        self.dots: FramePoints | None = None
        self._hidden: list[Layer] = []  # by us: what the user hides stays hidden
        self._is_on_top = False
        for signal, hear in self._signals():
            signal.connect(hear)

    def close(self) -> None:
        """Take them all away, and listen no more."""
        for signal, hear in self._signals():
            with suppress(ValueError, RuntimeError, TypeError):
                signal.disconnect(hear)
        layers, viewer = self._own(), ref(self._viewer)
        self._picture = self._labels = self._lines = self.dots = None
        QTimer.singleShot(0, lambda: remove_layers(viewer(), layers))  # napari may be about to itself

    def show_content(self, drawn: Drawn | None, *, on_top: bool = False, like: Layer | None = None) -> None:
        """Show what a frame looks like, or the video as it is.

        Parameters
        ----------
        drawn : Drawn, optional
        on_top : bool
            Over the tracks, which lie elsewhere in a picture that was moved.
        like : Layer, optional
            Labels whose colours are taken.
        """
        picture = None if drawn is None else drawn.picture
        labels = None if drawn is None else drawn.labels
        if on_top != self._is_on_top:
            self._take_out([self._picture])
            self._picture, self._is_on_top = None, on_top
        self._picture = self._show(self._picture, picture, self._new_picture)
        self._labels = self._show(self._labels, labels, lambda data: self._new_labels(data, like))

    def show_marks(self, drawn: Drawn | None, corners: Points | None, *, with_tracks: bool) -> None:
        """Show outlines and corners; and if asked, the tracks by how well they agree, with what they support."""
        lines: list[tuple[Points, str]] = []
        dots: list[tuple[Points, Any, Any, Any, Any]] = []
        if drawn is not None:
            lines += [(outline, OUTLINE) for outline in drawn.outlines]
            if with_tracks and drawn.overlay is not None:
                lines.append((drawn.overlay.hull, SUPPORT))
                dots.append(_track_dots(drawn.overlay, self.size))
        if corners is not None and np.isfinite(corners).all():
            lines.append((corners, OUTLINE))
            dots.append(_corner_dots(corners))
        self._draw_lines(lines)
        self._draw_dots(dots)

    # drawing

    def _show(self, layer: Any, data: NDArray[Any] | None, make: Any) -> Any:
        """Pixels in place, which is twice as fast as another array."""
        if data is None:
            if layer is not None and layer.visible:
                layer.visible = False
                self._hidden.append(layer)
            return layer
        if layer is None or layer.data.shape != data.shape or layer.data.dtype != data.dtype:
            self._take_out([layer])
            return make(data)
        np.copyto(layer.data, data)
        layer.refresh(thumbnail=False, extent=False, highlight=False)
        if layer in self._hidden:
            self._hidden.remove(layer)
            layer.visible = True
        return layer

    def _new_picture(self, data: NDArray[np.uint8]) -> Image:
        layer = Image(data.copy(), rgb=True, **self._options("preview"))
        view = self._project.view
        self._put_in(layer, above=view.points if self._is_on_top and view is not None else self._project.layer)
        return layer

    def _new_labels(self, data: NDArray[Any], like: Layer | None) -> Labels:
        layer = Labels(data.copy(), opacity=0.5, **self._options("preview"))
        if isinstance(like, Labels):
            layer.colormap = like.colormap
        layer.editable = False
        self._put_in(layer, above=self._project.layer)
        return layer

    def _draw_lines(self, lines: Sequence[tuple[Points, str]]) -> None:
        known = [(outline, colour) for outline, colour in lines if len(outline) > 1]
        if self._lines is None:
            if not known:
                return
            wide = max(shape_of(self._project.layer)[-2:]) / THIN
            self._lines = Vectors(np.zeros((0, 2, 2)), edge_width=wide, vector_style="line",
                                  **self._options("outlines"))
            self._put_in(self._lines, above=self._highest())
        sides = [_sides(outline) for outline, _ in known]
        self._lines.data = np.concatenate(sides) if sides else np.zeros((0, 2, 2))
        if sides:
            colours = [colour for outline, colour in known for _ in range(len(outline))]
            self._lines.edge_color = colours

    def _draw_dots(self, dots: Sequence[tuple[Points, Any, Any, Any, Any]]) -> None:
        if self.dots is None:
            if not dots:
                return
            last = np.array(shape_of(self._project.layer)[-2:]) - 1
            self.dots = FramePoints(np.stack([last * 0, last]).astype(float), **self._options("marks"))
            self._put_in(self.dots, above=self._highest())
        columns = [np.concatenate(column) for column in zip(*dots)] if dots else [
            NOTHING, np.zeros((0, 4)), np.zeros((0, 4)), np.zeros(0), np.zeros(0)]
        xy, face, rim, rim_width, size = (np.asarray(column, np.float32) for column in columns)
        n = len(xy)
        self.dots.fill(xy[:, ::-1], PointStyle(xy, np.ones(n, bool), np.zeros(n, bool), face, rim, rim_width, size))
        self.dots.update_view()

    # layers

    def _own(self) -> list[Layer]:
        return [layer for layer in (self._picture, self._labels, self._lines, self.dots) if layer is not None]

    def _highest(self) -> Layer:
        """What lies on top of all that belongs to the project."""
        view = self._project.view
        shown = [self._project.layer, *([] if view is None else [view.points]), *self._own()]
        return max((layer for layer in shown if layer in self._viewer.layers), key=self._viewer.layers.index)

    def _options(self, role: str) -> dict[str, Any]:
        return {"name": f"{self._project.layer.name} edit {role}", "metadata": _tag(role),
                **over_picture(self._project.layer)}

    def _put_in(self, layer: Layer, above: Layer) -> None:
        with self._selection_kept():
            self._viewer.layers.insert(self._viewer.layers.index(above) + 1, layer)

    def _take_out(self, layers: Sequence[Layer | None]) -> None:
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        with self._selection_kept():
            remove_layers(self._viewer, layers)
        self._viewer.layers.events.removed.connect(self._on_removed)

    @contextmanager
    def _selection_kept(self) -> Iterator[None]:
        """The user goes on with the layer that was active."""
        layers = self._viewer.layers
        with layers.selection.events.blocker_all():
            active = layers.selection.active
            yield
            layers.selection.active = active if active in layers else None

    def _signals(self) -> Iterator[tuple[Any, Any]]:
        yield self._viewer.layers.events.removed, self._on_removed
        for name in FOLLOWED:
            yield getattr(self._project.layer.events, name), self._on_transform

    def _on_removed(self, event: Any) -> None:
        for name in ("_picture", "_labels", "_lines", "dots"):
            if event.value is getattr(self, name):
                setattr(self, name, None)
                self.removed.emit()

    def _on_transform(self) -> None:
        for layer in self._own():
            for name, value in over_picture(self._project.layer).items():
                setattr(layer, name, value)


def _tag(role: str) -> dict[str, Any]:
    """Without the project: clicks while one of these layers is active set no points."""
    return {"napari_cotracker": {"role": f"edit {role}"}}


def _sides(outline: Points) -> Points:
    """(K, 2, 2) the sides of a closed outline as vectors: y and x of where they begin, and how they go on."""
    corners = np.asarray(outline, np.float64)[:, ::-1]
    return np.stack([corners, np.roll(corners, -1, 0) - corners], 1)


def _track_dots(overlay: Any, size: float) -> tuple[Points, Any, Any, Any, Any]:
    """Places, faces, rims, their width, and sizes: full and bright where a track agrees, a ring if it is left out."""
    n, counted = len(overlay.xy), overlay.counted
    colours = RESIDUALS.colours(overlay.residuals)
    face = np.where(counted[:, None], colours, 0)
    rim = np.where(counted[:, None], (0.04, 0.04, 0.06, 0.9), LEFT_OUT)
    return overlay.xy, face, rim, np.where(counted, 0.12, 0.24), np.full(n, size * DOT)


def _corner_dots(corners: Points) -> tuple[Points, Any, Any, Any, Any]:
    face, rim = np.tile((0.0, 0.0, 0.0, 0.35), (4, 1)), np.tile(HANDLE, (4, 1))
    return corners, face, rim, np.full(4, 0.2), np.full(4, CORNER)
