"""A session: the tracks of one video while they are worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from psygnal import Signal

from ..core.blending import Sides
from ..core.errors import EditError
from ..core.tracks import Tracks
from . import edits
from .editor import Editor
from .kept import Kept
from .patch import Patch
from .roster import Ids
from .run import Run
from .sides import doubt_over_all, over_all
from .steps import Step, branches_of, steps_of
from .table import arriving, opening


class Session(Kept):
    """Tracks of one video, changed only by patches.

    Tracks are kept in the order of their ids. Whoever shows them listens to `changed`, which carries
    the patch that was just applied (of a run: the part that just came). What is shown was written before:
    a session that has a file (`create`, `open`, `save_as`) is as it was after any accident.

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

    @classmethod
    def from_tracks(cls, tracks: Tracks, size: tuple[int, int] | None = None) -> Self:
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
        self.describe(**tracks.meta)
        self._history.begin_with(opening(tracks))

    @property
    def edit(self) -> Editor:
        """All that a person can do to tracks over frames and spans, each one step of the history."""
        return Editor(self)

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

    def bring(self, tracks: Tracks, label: str) -> Ids:
        """Whole tracks join those that are here, as one edit; they get numbers of their own.

        Returns
        -------
        (n,) int64 ids

        Raises
        ------
        EditError
            If there is none, or they are of another number of frames.
        """
        patch = arriving(tracks, self.new_ids(len(tracks)), label, self.n_frames)
        self.apply(patch)
        return patch.ids

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
        self.edit.move(id, t, np.reshape(xy, (1, 2)))

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

    def apply(self, patch: Patch) -> None:
        """Do a patch and note it in the journal.

        Raises
        ------
        EditError
            If it changes or removes a track that is not there, or adds one that is; or the file refuses.
        """
        self._history.apply(patch)

    def begin_run(self, label: str, ids: ArrayLike, *, joins: int = 0, facts: Mapping[str, Any] | None = None
                  ) -> Run:
        """Open a run over some tracks: its updates become one patch when it is closed.

        Parameters
        ----------
        label : str
        ids : (n,)
        joins : int
            The step that it belongs to, such as a correction: both are undone together then. Undoing that step
            ends the run. If a later step touches what the run did, the run is a step of its own. 0 for none.
        facts : mapping, optional
            What `Tracks.meta` is to say of it if it is cut off, and if `Run.close` is given nothing else.
        """
        return self._history.begin_run(label, ids, joins=joins, facts=facts)

    def is_running(self) -> bool:
        """Whether a run is open."""
        return bool(self._history.runs)

    def sides(self, id: int) -> Sides | None:
        """Both one-sided answers for a track over all frames, NaN where there are none; None without any.

        They count on frames where the track still is where they put it.

        Raises
        ------
        EditError
            If there is no such track.
        """
        column = int(self.columns(id)[0])
        return over_all(int(id), self._history.sides_of(int(id)), self.cells.xy[:, column])

    def doubt(self, id: int) -> NDArray[np.float32] | None:
        """(T,) pixels by which both one-sided answers are apart, NaN where there are not two; None without any.

        Raises
        ------
        EditError
            If there is no such track.
        """
        column = int(self.columns(id)[0])
        return doubt_over_all(self._history.sides_of(int(id)), self.cells.xy[:, column])

    @property
    def steps(self) -> tuple[Step, ...]:
        """The history: what is done, the oldest first, then what can be done again."""
        return steps_of(self._history.journal)

    @property
    def last_step(self) -> int:
        """The number of the step that `undo` would take back, 0 for none."""
        last = self._history.journal.last
        return last.number if last else 0

    @property
    def branches(self) -> tuple[tuple[Step, ...], ...]:
        """What was undone and left for something else: lines of steps, the oldest first. `go_to` brings it back."""
        return branches_of(self._history.journal)

    def go_to(self, number: int) -> None:
        """Undo and redo until a step of the history is the last one that is done; 0 is before the first.

        Raises
        ------
        EditError
            If there is no such step, or `undo` would refuse.
        """
        self._history.go_to(number)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, "" for nothing."""
        last = self._history.journal.last
        return last.label if last else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again, "" for nothing."""
        next = self._history.journal.next
        return next.label if next else ""

    def undo(self) -> str:
        """Take back the last patch; gives its label, "" if there is none.

        Raises
        ------
        EditError
            If a run is open that began after that patch and may change its tracks: cancel it or let it finish.
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
            self._history.cut(n_frames)

    def _tell(self, patch: Patch) -> None:
        self.changed.emit(patch)
