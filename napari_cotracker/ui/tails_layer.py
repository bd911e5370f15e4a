"""The tails of tracks as a napari layer that holds only what can be seen of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from napari.layers import Tracks
from numpy.typing import NDArray

from .appearance import TailStyle

MOST_AXES = 4  # time and three more: napari's tracks have no other; beyond, there are points only


class TailTracks(Tracks):
    """A tracks layer of the last frames before the one that is shown.

    A layer of whole tracks costs the more for each frame the longer they are; this one holds N · (tail
    length + 1) vertices whatever the length of the video, written anew for each frame.

    Parameters
    ----------
    limits : (2, D)
        First and last index along each axis of the video, which is the extent of the layer.
    **kwargs
        As of `napari.layers.Tracks`.
    """

    data: NDArray[np.float64]

    def __init__(self, limits: NDArray[np.float64], **kwargs: Any) -> None:
        self._limits = np.asarray(limits, float)
        self._linked = np.zeros(1, bool)
        super().__init__(np.zeros((1, 1 + self._limits.shape[1])), **kwargs)

    def set_limits(self, limits: NDArray[np.float64]) -> None:
        """Another extent, when the length of the video changed."""
        self._limits = np.asarray(limits, float)
        self._clear_extent()

    def fill(self, ids: NDArray[np.int64], places: NDArray[np.float32], style: TailStyle) -> None:
        """Show other tails, in place; drawn with the next frame.

        Parameters
        ----------
        ids : (N,) int64
            Tracks, ascending.
        places : (N, L, D)
            Data coordinates, time first.
        style : TailStyle
        """
        count = places.shape[0] * places.shape[1]
        if not count:
            self.clear()
            return
        vertices = np.concatenate([np.broadcast_to(ids[:, None, None], (*places.shape[:2], 1)), places], 2)
        vertices = vertices.reshape(count, -1)
        if count != len(self.data) or (self.data[:, 0] != vertices[:, 0]).any():
            self._linked = np.zeros(count, bool)
            self.data = vertices
        self.data[:] = vertices
        self._linked, self._track_colors = style.linked.reshape(-1), style.colours.reshape(-1, 4)
        self.events.rebuild_tracks()

    def clear(self) -> None:
        """Show nothing."""
        if self._linked.any():
            self._linked = np.zeros(len(self.data), bool)
            self.events.rebuild_tracks()

    @property
    def track_connex(self) -> NDArray[np.bool_]:
        """Which vertices a line leads from to the next."""
        return self._linked

    @property
    def _type_string(self) -> str:
        return "tracks"

    @property
    def _extent_data(self) -> NDArray[np.float64]:
        return self._limits.copy()

    def _update_thumbnail(self) -> None:
        """None: it would be drawn for every frame."""

    def _get_value(self, position: Any) -> None:
        """Nothing: the points say what is under the mouse."""
