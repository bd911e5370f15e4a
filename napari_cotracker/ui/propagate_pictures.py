"""A layer of the user's as a picture: an image, or what is painted on a Labels layer, in its colours."""

from __future__ import annotations

from typing import Any

import numpy as np
from napari.layers import Image, Labels, Layer
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from .areas import index_of, labels_of
from .desk import Desk

PAUSE_MS = 250  # after the last stroke, before it is taken over


class PictureLayer(QObject):
    """Follows the layer that was chosen as a picture; strokes on a Labels layer are seen.

    A Labels layer with further axes, such as napari makes over a film, is the picture of the frame that was shown
    when it was chosen, or on which it was painted last.

    Parameters
    ----------
    desk : Desk

    Attributes
    ----------
    frame : int
        Of the film, 0-based, on which the layer was chosen, or painted last.

    Signals
    -------
    painted : it looks different
    """

    painted = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._layer: Layer | None = None
        self._where: tuple[int, ...] = ()
        self._last: NDArray[Any] | None = None  # labels
        self.frame = 0
        self._clock = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._clock.timeout.connect(self._look)

    def follow(self, layer: Layer | None) -> None:
        """Another layer, or none."""
        if layer is not self._layer:
            self._connect(False)
            self._layer = layer
            self._connect(True)
            self._clock.stop()
            self._stand()
            self._last = self._labels()

    def pixels(self) -> NDArray[Any] | None:
        """(H, W, 3 or 4) what the layer shows; None of no layer, or of labels where nothing is painted."""
        if isinstance(self._layer, Labels):
            return colours_of(self._layer, self._where)
        return None if self._layer is None else pixels_of(self._layer)

    def _connect(self, on: bool) -> None:
        if isinstance(self._layer, Labels):
            events = self._layer.events
            for event, hear in ((events.paint, self._on_painted), (events.set_data, self._on_shown),
                                (events.colormap, self._on_colours)):
                (event.connect if on else event.disconnect)(hear)

    def _labels(self) -> NDArray[Any] | None:
        return labels_of(self._layer, self._where).copy() if isinstance(self._layer, Labels) else None

    def _stand(self) -> None:
        """The layer is what it is on the frame that is shown."""
        project = self._desk.current
        self.frame = 0 if project is None else project.frame
        self._where = index_of(self._desk.viewer, self._layer) if isinstance(self._layer, Labels) else ()

    def _on_painted(self, _: object = None) -> None:
        self._stand()
        self._clock.start()

    def _on_shown(self, _: object = None) -> None:
        """Undo changes a layer without a stroke; another frame is told of in the same way."""
        self._clock.start()

    def _on_colours(self, _: object = None) -> None:
        self._last = None
        self._clock.start()

    def _look(self) -> None:
        last, self._last = self._last, self._labels()
        if last is None or self._last is None or not np.array_equal(last, self._last):
            self.painted.emit()


def is_picture(layer: Layer) -> bool:
    """Whether a layer is one picture in colour, or painted labels, each of which has one."""
    return isinstance(layer, Labels) or (isinstance(layer, Image) and layer.rgb and layer.ndim == 2)


def colours_of(layer: Labels, where: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """(H, W, 4) labels at an index in the colours of their layer, transparent where there are none; None if nowhere."""
    labels = labels_of(layer, where)
    painted = labels != layer.colormap.background_value
    if not painted.any():
        return None
    found = np.zeros((*labels.shape, 4), np.uint8)
    found[painted] = np.rint(255 * np.asarray(layer.colormap.map(labels[painted]))).astype(np.uint8)
    return found


def pixels_of(layer: Layer) -> NDArray[Any]:
    """(H, W, 3 or 4) of an image layer; shares 0 … 1, which napari shows as they are, become whole numbers."""
    data = np.asarray(layer.data[0] if layer.multiscale else layer.data)
    if np.issubdtype(data.dtype, np.floating):
        return np.rint(np.clip(np.nan_to_num(data), 0, 1) * 65535).astype(np.uint16)
    return data
