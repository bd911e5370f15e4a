"""A session: the tracks of one video while they are worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from psygnal import Signal

from ..core.errors import EditError
from ..core.queries import Queries
from ..core.tracks import Anchors, Tracks
from . import edits
from .cells import Cells
from .history import History
from .journal import BUDGET
from .patch import Patch, Row
from .roster import Ids
from .run import Run
from .table import TrackTable, opening


class Session:
    """Tracks of one video, changed only by patches.

    Tracks are kept in the order of their ids. Whoever shows them listens to `changed`, which carries
    the patch that was just applied (of a run: the part that just came).

    Parameters
    ----------
    n_frames : int
    size : (width, height)
    meta : mapping, optional
        More facts for `Tracks.meta`.
    budget : int
        Bytes of history that are kept.

    Attributes
    ----------
    changed : psygnal.Signal
        Emits a `Patch`.
    """

    changed = Signal(Patch)

    def __init__(self, n_frames: int, size: tuple[int, int], meta: Mapping[str, Any] | None = None, *,
                 budget: int = BUDGET) -> None:
        self.size = (int(size[0]), int(size[1]))
        self._meta = {"created": datetime.now(UTC).isoformat(timespec="seconds"), **(meta or {})}
        self._table = TrackTable(n_frames)
        self._budget = budget
        self._history = self._new_history()

    @classmethod
    def from_tracks(cls, tracks: Tracks, size: tuple[int, int] | None = None) -> Session:
        """A session that begins with some tracks; its history begins empty.

        Raises
        ------
        EditError
            If the size of the picture is not known.
        """
        size = size or tracks.size
        if size is None:
            raise EditError("expected tracks that know the size of their picture; open their video first")
        session = cls(tracks.n_frames, size)
        session.load(tracks)
        return session

    def load(self, tracks: Tracks) -> None:
        """Take over tracks from a file; this is not an edit, and history begins after it.

        Raises
        ------
        EditError
            If there are tracks already, or these have another number of frames; or while a run is open.
        """
        if len(self.ids) or self.is_running() or tracks.n_frames != self.n_frames:
            raise EditError(f"expected tracks of {self.n_frames} frames for an empty session without a run, "
                            f"got {tracks.n_frames} frames for one of {len(self.ids)} tracks")
        self._history = self._new_history()
        self._meta.update(tracks.meta)
        patch = opening(tracks)
        self._table.put(patch)
        self.changed.emit(patch)

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

    @property
    def tracks(self) -> Tracks:
        """A copy of everything as it is now."""
        return self._table.tracks({**self._meta, "size": self.size, "runs": self.runs})

    @property
    def runs(self) -> list[Any]:
        """What is known of the runs behind these tracks: models, licences, settings."""
        return [*self._meta.get("runs", ()), *self._history.facts]

    def describe(self, **facts: Any) -> None:
        """Note facts about the video in `Tracks.meta`."""
        self._meta.update(facts)

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

    def new_ids(self, count: int) -> Ids:
        """Ids that no track has or had."""
        return self._table.roster.new_ids(count)

    def add_points(self, t: int | ArrayLike, xy: ArrayLike, *, names: Sequence[str] = (), groups: Sequence[str] = (),
                   placed: bool = True) -> Ids:
        """New tracks that start at given points.

        Parameters
        ----------
        t : int or (n,) array
            0-based frames.
        xy : (n, 2)
            Pixels.
        names, groups : sequence of str, optional
        placed : bool
            Whether a person vouches for every point, which makes it an anchor.

        Returns
        -------
        (n,) int64 ids

        Raises
        ------
        EditError
            If there is no point, or one is not finite or on no frame of the video.
        """
        frames, places = edits.checked_points(t, xy, self.n_frames)
        ids = self.new_ids(len(places))
        rows = edits.new_rows(ids, (frames, places), names, groups)
        self.apply(edits.place(rows, placed))
        return ids

    def correct(self, id: int, t: int, xy: ArrayLike) -> None:
        """Say where a track is on one frame; the cell becomes an anchor, which no run moves.

        Parameters
        ----------
        id, t : int
            Track, and 0-based frame.
        xy : (2,)
            Pixels.

        Raises
        ------
        EditError
            If there is no such track, or the point is not finite or on no frame of the video.
        """
        frames, places = edits.checked_points(t, np.reshape(xy, (1, 2)), self.n_frames)
        row = self.rows[int(self.columns(id)[0])]
        self.apply(edits.correct(row, int(frames[0]), places[0], self.read(frames, [id])))

    def delete(self, ids: ArrayLike) -> None:
        """Remove tracks with all their cells."""
        columns = np.unique(self.columns(ids))
        if len(columns):
            cells = self.read(np.arange(self.n_frames), self.ids[columns])
            self.apply(edits.delete([self.rows[column] for column in columns], cells))

    def rename(self, id: int, name: str) -> None:
        """Give a track another name; nothing happens if it is its own, or empty."""
        row, name = self.rows[int(self.columns(id)[0])], name.strip()
        if name and name != row.name:
            self.apply(edits.rename(row, name))

    def regroup(self, ids: ArrayLike, group: str) -> None:
        """Put tracks into a group, "" for none."""
        rows = [self.rows[column] for column in np.unique(self.columns(ids))]
        rows = [row for row in rows if row.group != group]
        if rows:
            self.apply(edits.regroup(rows, group))

    def incomplete(self, direction: str = "both") -> Ids:
        """Tracks with untracked cells that a run would fill: from the query on, before it, or either.

        Parameters
        ----------
        direction : {"both", "forward", "backward"}
        """
        return self._table.incomplete(direction)

    def apply(self, patch: Patch) -> None:
        """Do a patch and note it in the journal.

        Raises
        ------
        EditError
            If it changes or removes a track that is not there, or adds one that is.
        """
        self._history.apply(patch)

    def begin_run(self, label: str, ids: ArrayLike) -> Run:
        """Open a run over some tracks: its updates become one patch when it is closed."""
        return self._history.begin_run(label, ids)

    def is_running(self) -> bool:
        """Whether a run is open."""
        return self._history.is_running

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, "" for nothing."""
        return self._history.labels[0]

    @property
    def redo_label(self) -> str:
        """What `redo` would do again, "" for nothing."""
        return self._history.labels[1]

    def undo(self) -> str:
        """Take back the last patch; gives its label, "" if there is none.

        Raises
        ------
        EditError
            If a run is open that began after that patch: cancel it or let it finish first.
        """
        return self._history.undo()

    def redo(self) -> str:
        """Do the last undone patch again; gives its label, "" if there is none."""
        return self._history.redo()

    def set_length(self, n_frames: int) -> None:
        """Correct the number of frames, once the video's index is complete.

        Raises
        ------
        EditError
            If a run is open: what it knows of the cells beneath it would not fit.
        """
        if self.is_running():
            raise EditError("cannot change the number of frames while points are tracked")
        if n_frames != self.n_frames:
            self._table.resize(n_frames)

    def read(self, frames: ArrayLike, ids: ArrayLike) -> Cells:
        """(t, n) a copy of some cells.

        Raises
        ------
        EditError
            If one of the tracks is not in the session.
        """
        return self._table.read(np.asarray(frames, np.int64), self.ids[self.columns(ids)])

    def _new_history(self) -> History:
        return History(self._table, self.changed.emit, self._budget)
