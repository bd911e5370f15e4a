"""Where layers of tracks lie over their video: (x, y) pixels become (t, …, y, x) rows here, and only here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from napari.layers import Layer
from numpy.typing import NDArray

from .axes import shape_of
from .sources import time_axis

FOLLOWED = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")


class Placement:
    """Turns pixels of a video layer into rows of layers that lie over it.

    These have the video layer's axes from time on; axes between time and picture are held.

    Parameters
    ----------
    layer : Image
        The video.
    held : mapping of int to int
        The index of each axis that is neither time nor picture; the project's own, which may yet change.
    """

    def __init__(self, layer: Layer, held: Mapping[int, int]) -> None:
        self._layer, self._time, self._held = layer, time_axis(layer), held

    @property
    def ndim(self) -> int:
        """Axes of the layers."""
        return int(self._layer.ndim - self._time)

    def limits(self, n_frames: int) -> NDArray[np.float64]:
        """(2, ndim) first and last index along each axis."""
        last = np.array([n_frames, *shape_of(self._layer)[self._time + 1 :]]) - 1
        return np.stack([np.zeros(self.ndim), np.maximum(last, 0)]).astype(float)

    def transform(self) -> dict[str, Any]:
        """What the layers take over from the video layer, now."""
        return _transform(self._layer, self._time)

    def rows(self, t: NDArray[np.float32] | float, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """(..., ndim) rows of places (..., 2) at times (...)."""
        rows = np.empty((*xy.shape[:-1], self.ndim), np.float32)
        between = [self._held[axis] for axis in range(self._time + 1, self._layer.ndim - 2)]
        rows[..., 0], rows[..., 1:-2], rows[..., -2], rows[..., -1] = t, between, xy[..., 1], xy[..., 0]
        return rows

    def xy(self, rows: NDArray[np.floating]) -> NDArray[np.float32]:
        """(..., 2) pixels of rows."""
        return np.asarray(rows)[..., [-1, -2]].astype(np.float32)


def over_picture(layer: Layer) -> dict[str, Any]:
    """What a layer without time takes over from a video layer, now, to lie over each of its pictures."""
    return _transform(layer, layer.ndim - 2)


def _transform(layer: Layer, first: int) -> dict[str, Any]:
    """Where a layer's axes from one of them on lie."""
    axes = slice(first, None)
    return {
        "scale": layer.scale[axes], "translate": layer.translate[axes],
        "rotate": layer.rotate[axes, axes], "shear": _shear_matrix(layer)[axes, axes],
        "affine": layer.affine.set_slice(range(first, layer.ndim)),
        "units": layer.units[axes], "axis_labels": layer.axis_labels[axes],
    }


def _shear_matrix(layer: Layer) -> NDArray[np.float64]:
    """(D, D) the shear of a layer, which napari keeps as the numbers above the diagonal."""
    if np.ndim(layer.shear) == 2:
        return np.asarray(layer.shear)
    matrix = np.eye(layer.ndim)
    matrix[np.triu_indices(layer.ndim, 1)] = layer.shear
    return matrix
