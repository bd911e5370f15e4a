"""What a session shows of its tracks as they are now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.queries import Queries
from ..core.tracks import Anchors, Source, is_anchor
from .cells import Cells
from .patch import Row
from .roster import Ids
from .table import TrackTable

TOGETHER = 64  # frames that are looked through at once


class View:
    """Tracks to look at.

    Parameters
    ----------
    table : TrackTable
    """

    def __init__(self, table: TrackTable) -> None:
        self._table = table

    @property
    def n_frames(self) -> int:
        """T, the number of frames."""
        return self._table.n_frames

    @property
    def ids(self) -> Ids:
        """(N,) track ids, ascending; not to be written to."""
        return self._table.roster.ids

    @property
    def rows(self) -> Sequence[Row]:
        """The entries of the table of tracks, in the order of `ids`."""
        return self._table.roster.rows

    @property
    def cells(self) -> Cells:
        """All cells (T, N), columns in the order of `ids`; views, not to be written to."""
        return self._table.cells

    @property
    def queries(self) -> Queries:
        """Where each track starts; those of which that is not known are left out."""
        return self._table.queries

    def queries_of(self, ids: ArrayLike) -> Queries:
        """Where some tracks start, in the order of all; those of which that is not known are left out."""
        queries = self.queries
        return queries.select(np.isin(queries.ids, self.ids[self.columns(ids)]))

    @property
    def anchors(self) -> Anchors:
        """Cells that a person placed or approved."""
        return self._table.anchors

    def columns(self, ids: ArrayLike) -> NDArray[np.intp]:
        """Places of some tracks in `ids`.

        Raises
        ------
        EditError
            If one of them is not in the session.
        """
        return self._table.roster.columns(ids)

    def has(self, ids: ArrayLike) -> NDArray[np.bool_]:
        """Which of some ids are tracks of this session."""
        return self._table.roster.has(ids)

    @property
    def is_followed(self) -> bool:
        """Whether any cell is known that no person placed or approved, beside those on which tracks start."""
        source, starts = self.cells.source, np.array([row.t for row in self.rows], np.int64)
        starts = np.clip(starts, 0, self.n_frames - 1)
        for first in range(0, self.n_frames, TOGETHER):  # as a rule the first frames tell
            part = source[first : first + TOGETHER]
            known = (part != Source.NONE) & ~is_anchor(part)
            here = np.flatnonzero((starts >= first) & (starts < first + TOGETHER))
            known[starts[here] - first, here] = False
            if known.any():
                return True
        return False

    def incomplete(self, direction: str = "both") -> Ids:
        """Tracks with untracked cells that a run would fill: from the query on, before it, or either.

        Parameters
        ----------
        direction : {"both", "forward", "backward"}
        """
        return self._table.incomplete(direction)

    def read(self, frames: ArrayLike, ids: ArrayLike) -> Cells:
        """(t, n) a copy of some cells.

        Raises
        ------
        EditError
            If one of the tracks is not in the session.
        """
        return self._table.read(np.asarray(frames, np.int64), self.ids[self.columns(ids)])
