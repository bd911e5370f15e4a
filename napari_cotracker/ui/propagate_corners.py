"""Four corners in the picture, which the mouse drags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from napari.layers import Layer
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from .axes import obstacle, pixel_at
from .desk import Desk

Points = NDArray[np.float64]

REACH = 14  # pixels of the screen around a corner in which the mouse takes hold of it
SHARE = 0.4  # of the picture that corners enclose before anybody has dragged them


class Corners(QObject):
    """Lets the user drag corners while the layer that shows them is active; elsewhere a drag moves the view.

    Parameters
    ----------
    desk : Desk
    layer : callable
        The layer that shows them, or None.
    shown : callable
        (4, 2) where they are on the frame that is shown, or None.

    Signals
    -------
    moved : ((4, 2)) while they are dragged
    dropped : ((4, 2)) where they were let go of
    """

    moved = Signal(object)
    dropped = Signal(object)

    def __init__(self, desk: Desk, layer: Callable[[], Layer | None], shown: Callable[[], Points | None],
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._layer, self._shown = desk, layer, shown
        desk.viewer.mouse_drag_callbacks.append(self._on_press)

    def close(self) -> None:
        """Take no hold of anything any more."""
        callbacks = self._desk.viewer.mouse_drag_callbacks
        if self._on_press in callbacks:
            callbacks.remove(self._on_press)

    def _on_press(self, viewer: Any, event: Any) -> Iterator[None]:
        layer, project = self._layer(), self._desk.current
        if project is None or layer is None or viewer.layers.selection.active is not layer or event.button != 1:
            return
        corners, held = self._shown(), None
        if corners is not None and not obstacle(self._desk.viewer, project.layer, project.held):
            held = self._held(corners, pixel_at(project.layer, event.position))
        if corners is None or held is None:
            return
        pans, layer.mouse_pan = layer.mouse_pan, False
        moved = corners.copy()
        yield
        while event.type == "mouse_move":
            moved = moved.copy()
            moved[held] = pixel_at(project.layer, event.position)
            self.moved.emit(moved)
            yield
        layer.mouse_pan = pans
        if (moved != corners).any():
            self.dropped.emit(moved)

    def _held(self, corners: Points, xy: tuple[float, float]) -> int | None:
        """The corner that the mouse is near."""
        project = self._desk.current
        assert project is not None
        away = np.hypot(*(corners - xy).T) * abs(project.layer.scale[-1]) * self._desk.viewer.scene.camera.zoom
        return int(away.argmin()) if np.nanmin(away) <= REACH else None


def corners_amid(size: tuple[int, int], aspect: float | None = None) -> Points:
    """(4, 2) corners of a box in the middle of a picture: top left, top right, bottom right, bottom left.

    Parameters
    ----------
    size : (width, height)
        Of the film.
    aspect : float, optional
        Width of the box by its height; by default as the film.
    """
    aspect = aspect or size[0] / size[1]
    height = SHARE * min(size[1], size[0] / aspect)
    half = np.array([height * aspect, height]) / 2
    return np.asarray(np.array(size) / 2 + half * [(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64)
