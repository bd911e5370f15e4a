"""What a person said of cells, drawn over the rows of a heat map; and where tracks start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QRectF
from qtpy.QtGui import QPainter

from ..core.heat import Heat
from .axis import Axis
from .marks import draw_diamonds, draw_lines, places_of_marks
from .shades import Shades

Places = NDArray[np.int64]
CROWD = 5  # pixels of a row below which marks that tell little are left out
LEAST_LINE = 3  # pixels of a row from which stretches are joined by a line


@dataclass(frozen=True)
class Grid:
    """Where cells are.

    Parameters
    ----------
    plot : QRectF
    time, rows : Axis
        The frames, and the places of the order, that are shown.
    """

    plot: QRectF
    time: Axis
    rows: Axis

    @property
    def height(self) -> float:
        """Of a row, in pixels."""
        return self.plot.height() / self.rows.length if self.rows.length else 0.0

    def x(self, frames: NDArray[np.floating[Any]] | Places) -> NDArray[np.float64]:
        """Where frames begin; add a half for their middles."""
        return np.asarray(self.plot.left() + (frames - self.time.start) * self.plot.width() / self.time.length)

    def y(self, places: NDArray[np.floating[Any]] | Places) -> NDArray[np.float64]:
        """Where rows begin."""
        return np.asarray((places - self.rows.start) * self.height)


class Stretches(NamedTuple):
    """Anchors of one kind on consecutive frames of a row, each stretch once.

    Parameters
    ----------
    row, first, last : (k,) int64
        Row of the codes, first and last frame.
    denied : (k,) bool
        Whether they say that the track cannot be seen.
    """

    row: Places
    first: Places
    last: Places
    denied: NDArray[np.bool_]

    @classmethod
    def of(cls, anchors: Places, denied: NDArray[np.bool_]) -> Stretches:
        """All of some anchors (K, 2), row and frame, ascending."""
        row, frame = anchors.T
        begins = np.ones(len(anchors), np.bool_)
        begins[1:] = (np.diff(row) != 0) | (np.diff(frame) != 1) | (denied[1:] != denied[:-1])
        ends = np.roll(begins, -1)
        return cls(row[begins], frame[begins], frame[ends], denied[begins])

    def select(self, kept: NDArray[np.bool_]) -> Stretches:
        """Some of them."""
        return Stretches(self.row[kept], self.first[kept], self.last[kept], self.denied[kept])


class RowMarks:
    """Light diamonds where a person says where a track is, dark ones where that it cannot be seen.

    Of a stretch of frames there is a diamond at either end, and a line between.
    """

    def __init__(self) -> None:
        self._anchors = np.zeros((0, 2), np.int64)
        self._stretches = Stretches.of(self._anchors, np.zeros(0, np.bool_))

    def draw(self, painter: QPainter, grid: Grid, heat: Heat, order: Places, *, queries: Places,
             telling: NDArray[np.bool_]) -> None:
        """Draw those that are in sight.

        Parameters
        ----------
        painter : QPainter
        grid : Grid
        heat : Heat
        order : (n,) int64
            Rows of `heat.codes`, from top to bottom.
        queries : (N,) int64
            The frame of each track's query.
        telling : (N,) bool
            The rows of which a lone anchor on the frame of the query is drawn even in a crowd.
        """
        if self._anchors is not heat.anchors:
            self._anchors, self._stretches = heat.anchors, Stretches.of(heat.anchors, heat.denied)
        some = self._stretches
        if grid.height < CROWD:
            # where every track begins is of no interest in a crowd; what was corrected later is
            some = some.select((some.last > some.first) | (some.first != queries[some.row]) | telling[some.row])
        place = places_of_marks(order, len(heat.ids))[some.row]
        x, right, y = grid.x(some.first + 0.5), grid.x(some.last + 0.5), grid.y(place + 0.5)
        plot = grid.plot
        seen = (place >= 0) & (right >= plot.left()) & (x <= plot.right()) & (y >= 0) & (y <= plot.height())
        x, right, y, denied = x[seen], right[seen], y[seen], some.denied[seen]
        if grid.height >= LEAST_LINE:
            draw_lines(painter, x, right, y)
        for dark in (True, False):
            kind = denied == dark
            ends, heights = np.concatenate([x[kind], right[kind]]), np.concatenate([y[kind], y[kind]])
            draw_diamonds(painter, ends, heights, min(max(grid.height * 0.36, 3.5), 5.0), dark=dark)

    def draw_queries(self, painter: QPainter, grid: Grid, order: Places, queries: Places, shades: Shades) -> None:
        """A short line where a track starts that no anchor marks; in a crowd there are none."""
        if grid.height < CROWD:
            return
        first, last = int(grid.rows.start), int(np.ceil(grid.rows.at(1)))
        rows = order[first:last]
        frames = queries[rows]
        bare = np.isin(rows, self._rows_marked_at(queries), invert=True)
        half, ratio = grid.height * 0.3, painter.device().devicePixelRatioF()
        left = np.round(grid.x(frames[bare] + 0.5) * ratio) / ratio
        for x, y in zip(left.tolist(), grid.y(first + np.flatnonzero(bare) + 0.5).tolist()):
            painter.fillRect(QRectF(x - 2, y - half, 4, 2 * half), shades.window)
            painter.fillRect(QRectF(x - 1, y - half + 1, 2, 2 * half - 2), shades.text)

    def _rows_marked_at(self, frames: Places) -> Places:
        """Rows with an anchor at a frame (N,) of each."""
        some = self._stretches
        wanted = frames[some.row]
        return some.row[(some.first <= wanted) & (wanted <= some.last)]
