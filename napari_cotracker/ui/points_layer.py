"""The points of one frame as a napari layer: row n is track n, whatever the user does to the layer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from weakref import ref

import numpy as np
from napari.layers import Points
from napari.layers.points._points_constants import Symbol
from napari.utils.events import Selection as Rows
from numpy.typing import NDArray

from .appearance import PointStyle


class Keeper(Protocol):
    """Who answers for the tracks behind a layer's rows."""

    @property
    def may_move(self) -> bool:
        """Whether rows may be dragged."""

    def before_slicing(self) -> None:
        """The viewer shows another frame."""

    def add_at(self, place: NDArray[np.float64]) -> None:
        """The user clicks with the tool that adds points; data coordinates."""

    def remove_rows(self, rows: list[int]) -> None:
        """The user deletes rows."""

    def describe(self, row: int) -> str:
        """What the user is told of a row under the mouse."""


class FramePoints(Points):
    """A points layer that shows one frame of all tracks.

    It behaves like any points layer, but for what would set rows and tracks apart: adding and deleting
    goes to the keeper of the tracks, rows cannot be dragged unless the keeper says so, pasting does
    nothing, and the style of points does not follow what is selected in the layer's controls.

    Parameters
    ----------
    limits : (2, D)
        First and last index along each axis of the video, which is the extent of the layer.
    **kwargs
        As of `napari.layers.Points`.
    """

    def __init__(self, limits: NDArray[np.float64], **kwargs: Any) -> None:
        self._limits = np.asarray(limits, float)
        self._keeper: Any = lambda: None
        self._pixels = np.zeros(0, np.float32)
        super().__init__(np.zeros((0, self._limits.shape[1]), np.float32), ndim=self._limits.shape[1], **kwargs)
        self.events.scale_factor.connect(self._fit_to_zoom)

    def keep(self, keeper: Keeper | None) -> None:
        """Who is asked from now on; only a weak reference is held."""
        self._keeper = ref(keeper) if keeper is not None else lambda: None

    def set_limits(self, limits: NDArray[np.float64]) -> None:
        """Another extent, when the length of the video changed."""
        self._limits = np.asarray(limits, float)
        self._clear_extent()

    def fill(self, rows: NDArray[np.float32], style: PointStyle) -> None:
        """Show other points, in place and without events; whoever calls sees to the refresh.

        Parameters
        ----------
        rows : (N, D) float32
            Data coordinates.
        style : PointStyle
        """
        if len(rows) != len(self._data):
            self._resize(rows)
        self._data[:] = rows
        self._face.colors[:], self._border.colors[:] = style.face, style.rim
        self._border_width[:] = style.rim_width
        self._symbol[:] = np.where(style.is_anchor, Symbol.DIAMOND, Symbol.DISC)
        self._shown, self._pixels = style.shown, style.size
        self._size[:] = self._pixels * self._pixel

    def update_view(self) -> None:
        """Draw what was filled in, in the list of layers, too."""
        self.refresh(extent=False, thumbnail=False)
        super()._update_thumbnail()

    def rows_at(self, position: Any) -> NDArray[np.intp]:
        """Rows whose points cover a place in world coordinates, the nearest first."""
        place = np.asarray(self.world_to_data(position))[-2:]
        away = np.linalg.norm(self._data[:, -2:] - place, axis=1)
        rows = np.flatnonzero(self._shown & (away <= self._size / 2))
        return np.asarray(rows[np.argsort(away[rows], kind="stable")])

    def hold_row(self, row: int, position: Any) -> None:
        """Draw a point at a place in world coordinates, until it is filled in again."""
        self._data[row, -2:] = np.asarray(self.world_to_data(position))[-2:]
        self._shown[row] = True
        self.update_view()

    def shift_rows(self, rows: NDArray[np.intp], right: float, down: float) -> None:
        """Draw points that many pixels further, until they are filled in again."""
        self._data[rows, -2:] += (down, right)
        self.update_view()

    @property
    def _pixel(self) -> float:
        """Data pixels in one pixel of the screen."""
        return self.scale_factor / abs(self.scale[-1])

    def _resize(self, rows: NDArray[np.float32]) -> None:
        with self._block_refresh():
            self.selected_data.clear()
            self._set_data(rows.copy())

    def _fit_to_zoom(self) -> None:
        if len(self._pixels) == len(self._size):
            self._size[:] = self._pixels * self._pixel
            self.refresh(extent=False, thumbnail=False)

    # what a subclass needs so that the window treats it as a points layer

    @property
    def _type_string(self) -> str:
        return "points"

    @property
    def _view_indices(self) -> NDArray[np.intp]:
        # while a layer is hidden, napari does not look which rows are in view: some may be gone since it last did
        seen = super()._view_indices
        return np.asarray(seen[seen < len(self._data)])

    # the extent is that of the video: scrubbing does not search all rows for it

    @property
    def _extent_data(self) -> NDArray[np.float64]:
        return self._limits.copy()

    @property
    def _extent_data_augmented(self) -> NDArray[np.float64]:
        return self._limits + np.array([[-0.5], [0.5]])

    def _slice_dims(self, dims: Any, force: bool = False) -> None:
        # saves napari from drawing the rows of the last frame; without this call they come a moment later
        if keeper := self._keeper():
            keeper.before_slicing()
        super()._slice_dims(dims, force)

    def _update_thumbnail(self) -> None:
        """Not for every frame: that paints the list of layers anew."""

    # rows stay tracks

    def add(self, coords: Any) -> None:
        """Ask the keeper for a new track."""
        if keeper := self._keeper():
            for place in np.atleast_2d(coords):
                keeper.add_at(place)

    def remove(self, indices: list[int]) -> None:
        """Ask the keeper to delete tracks."""
        if (keeper := self._keeper()) and len(indices):
            keeper.remove_rows(sorted(int(index) for index in indices))

    def _move(self, selection_indices: Any, position: Any) -> None:
        if (keeper := self._keeper()) and keeper.may_move:
            super()._move(selection_indices, position)

    def _paste_data(self) -> None:
        """Nothing: a copy of a track is none."""

    # the controls show the style of the selected point, but do not hand it on to others

    @property
    def _update_properties(self) -> bool:
        return False

    @_update_properties.setter
    def _update_properties(self, value: bool) -> None:
        """It never is."""

    @property
    def selected_data(self) -> Rows[int]:
        """Rows that are selected."""
        return self._selected_data

    @selected_data.setter
    def selected_data(self, rows: Iterable[int]) -> None:
        self._selected_data.replace_selection(rows)
        self._set_highlight()

    # what is under the mouse

    def get_status(self, position: Any = None, **view: Any) -> dict[str, str]:
        """As of any layer, with the track under the mouse in words."""
        status = super().get_status(position, **view)
        if position is not None:
            status["value"] = self._words_at(position, view)
            status["coordinates"] = f"{status['coords']}: {status['value']}"
        return status

    def _get_tooltip_text(self, position: Any, **view: Any) -> str:
        return self._words_at(position, view).replace(" · ", "\n")

    def _words_at(self, position: Any, view: dict[str, Any]) -> str:
        row, keeper = self.get_value(position, **view), self._keeper()
        return keeper.describe(int(row)) if keeper and row is not None else ""
