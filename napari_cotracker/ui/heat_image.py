"""The pixels of a heat map, kept so that a few new frames cost a few columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qtpy.QtGui import QImage

from ..core.heat import pixel_edges, worst
from .axis import Axis


class HeatImage:
    """A picture of codes.

    Attributes
    ----------
    image : QImage
        Of the size that was asked for; it looks at memory of this object.
    """

    def __init__(self) -> None:
        self.image = QImage()

    def render(self, codes: NDArray[np.uint8], order: NDArray[np.int64], *, rows: Axis, time: Axis,
               size: tuple[int, int], table: NDArray[np.uint32]) -> None:
        """Paint all of it.

        Parameters
        ----------
        codes : (N, T) uint8
        order : (n,) int64
            Rows of `codes` in the order in which they are shown.
        rows, time : Axis
            Which of them are shown, and which frames.
        size : (width, height)
            In pixels of the screen.
        table : (256,) uint32
            The colour of each code.
        """
        width, height = size
        self._codes, self._order, self._table = codes, order, table
        self._row_edges = pixel_edges(rows.start, rows.length, height, rows.total)
        self._frame_edges = pixel_edges(time.start, time.length, width, time.total)
        self._pixels = np.empty((height, width), np.uint32)
        self._fill(0, width)
        self.image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)

    def patch(self, frames: NDArray[np.int64]) -> tuple[int, int] | None:
        """Paint some frames again; gives the first and the last pixel column, None if none is in sight."""
        if not hasattr(self, "_pixels") or not len(frames):
            return None
        edges, width = self._frame_edges, self._pixels.shape[1]
        if frames[-1] < edges[0] or frames[0] >= edges[-1]:
            return None
        first = max(int(np.searchsorted(edges[:-1], frames[0], "right")) - 1, 0)
        # where a frame is wider than a pixel, all pixels that begin with it
        first = int(np.searchsorted(edges[:-1], edges[first], "left"))
        last = min(max(int(np.searchsorted(edges[:-1], frames[-1], "right")), first + 1), width)
        self._fill(first, last)
        return first, last - 1

    def _fill(self, first: int, last: int) -> None:
        codes = worst(self._codes, self._order, self._row_edges, self._frame_edges[first : last + 1])
        np.take(self._table, codes, out=self._pixels[:, first:last], mode="clip")
