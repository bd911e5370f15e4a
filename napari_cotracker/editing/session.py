"""A session: the tracks of one video while they are worked on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from psygnal import Signal

from ..core.errors import EditError
from ..core.queries import Queries
from ..core.tracks import ANCHOR_SOURCES, Anchors, Source, State, Tracks
from .cells import Cells, CellTable
from .journal import Journal
from .patch import Block, Patch, Row
from .run import Run

Ids = NDArray[np.int64]
NOBODY = np.iinfo(np.int64).min  # no track's id


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

    Attributes
    ----------
    changed : psygnal.Signal
        Emits a `Patch`.
    """

    changed = Signal(Patch)

    def __init__(self, n_frames: int, size: tuple[int, int], meta: Mapping[str, Any] | None = None) -> None:
        self.size = (int(size[0]), int(size[1]))
        self._meta = {"created": datetime.now(UTC).isoformat(timespec="seconds"), **(meta or {})}
        self._table = CellTable(n_frames)
        self._rows: list[Row] = []
        self._ids: Ids = np.zeros(0, np.int64)
        self._next_id = 0
        self._journal = Journal()
        self._runs: list[Run] = []

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
            If there are tracks already, or these have another number of frames.
        """
        if self._rows or tracks.n_frames != self.n_frames:
            raise EditError(f"expected tracks of {self.n_frames} frames for an empty session, got {tracks.n_frames} "
                            f"frames for one of {len(self._rows)} tracks")
        self._meta.update(tracks.meta)
        frames, columns = np.arange(tracks.n_frames), np.argsort(tracks.ids)
        cells = Cells(tracks.xy, tracks.visibility, tracks.confidence, tracks.state, tracks.source)[:, columns]
        block = Block(frames, tracks.ids[columns], Cells.empty(*cells.shape), cells)
        patch = Patch("open", (block,), after=_rows_of(tracks))
        self._put(patch)
        self.changed.emit(patch)

    @property
    def n_frames(self) -> int:
        """T, the number of frames."""
        return self._table.n_frames

    @property
    def ids(self) -> Ids:
        """(N,) track ids, ascending."""
        return self._ids

    @property
    def rows(self) -> Sequence[Row]:
        """The entries of the table of tracks, in the order of `ids`."""
        return self._rows

    @property
    def cells(self) -> Cells:
        """All cells (T, N), columns in the order of `ids`; views, not to be written to."""
        return self._table.cells

    @property
    def queries(self) -> Queries:
        """Where each track starts."""
        rows = self._rows
        return Queries(np.array([row.t for row in rows], np.int64), np.array([row.xy for row in rows], np.float32),
                       self._ids, tuple(row.name for row in rows))

    @property
    def anchors(self) -> Anchors:
        """Cells that a person placed or approved."""
        cells = self.cells
        t, n = np.nonzero(np.isin(cells.source, ANCHOR_SOURCES))
        return Anchors(self._ids[n], t.astype(np.int64), cells.xy[t, n], cells.state[t, n])

    @property
    def tracks(self) -> Tracks:
        """A copy of everything as it is now."""
        cells = self.cells.copy()
        return Tracks(
            ids=self._ids.copy(), xy=cells.xy, visibility=cells.visibility, confidence=cells.confidence,
            state=cells.state, source=cells.source, names=tuple(row.name for row in self._rows),
            groups=tuple(row.group for row in self._rows), queries=self.queries if self._rows else None,
            meta={**self._meta, "size": self.size, "runs": self.runs},
        )

    @property
    def runs(self) -> list[Any]:
        """What is known of the runs behind these tracks: models, licences, settings."""
        made = [entry.patch.run for entry in self._journal if entry.patch.run is not None]
        return [*self._meta.get("runs", ()), *made]

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
        wanted = np.asarray(ids, np.int64).reshape(-1)
        known = self.has(wanted)
        if not known.all():
            raise EditError(f"expected tracks of this session, got {int(wanted[~known][0])}, which is not there")
        return np.searchsorted(self._ids, wanted)

    def has(self, ids: ArrayLike) -> NDArray[np.bool_]:
        """Which of some ids are tracks of this session."""
        wanted = np.asarray(ids, np.int64).reshape(-1)
        places = np.searchsorted(self._ids, wanted)
        return np.asarray(np.append(self._ids, NOBODY)[places] == wanted)

    def new_ids(self, count: int) -> Ids:
        """Ids that no track has or had."""
        first = self._next_id
        self._next_id += count
        return np.arange(first, first + count)

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
        (n,) int64
            Their ids.

        Raises
        ------
        EditError
            If there is no point, or one is not finite or on no frame of the video.
        """
        places = np.asarray(xy, np.float32).reshape(-1, 2)
        frames = np.broadcast_to(np.asarray(t, np.int64), len(places)) if np.ndim(t) == 0 else np.asarray(t, np.int64)
        self._check_points(frames, places)
        ids = self.new_ids(len(places))
        rows = tuple(
            Row(int(i), name or f"point {i + 1}", group, int(frame), (float(x), float(y)))
            for i, name, group, frame, (x, y) in zip(
                ids, names or [""] * len(ids), groups or [""] * len(ids), frames, places, strict=True)
        )
        label = f"place {rows[0].name}" if len(rows) == 1 else f"place {len(rows)} points"
        source, state = (Source.HUMAN, State.VISIBLE) if placed else (Source.PREDICTED, State.FROM_SCORES)
        blocks = []
        for frame in np.unique(frames):
            of_frame = frames == frame
            after = Cells.empty(1, int(of_frame.sum()))
            after.xy[0] = places[of_frame]
            after.visibility[:], after.confidence[:], after.state[:], after.source[:] = 1, 1, state, source
            blocks.append(Block(np.array([frame]), ids[of_frame], Cells.empty(*after.shape), after))
        self.apply(Patch(label, tuple(blocks), after=rows))
        return ids

    def delete(self, ids: ArrayLike) -> None:
        """Remove tracks with all their cells."""
        columns = self.columns(ids)
        if not len(columns):
            return
        frames = np.arange(self.n_frames)
        before = self._table.read(frames, columns)
        rows = tuple(self._rows[column] for column in columns)
        label = f"delete {rows[0].name}" if len(rows) == 1 else f"delete {len(rows)} tracks"
        block = Block(frames, self._ids[columns], before, Cells.empty(*before.shape))
        self.apply(Patch(label, (block,), before=rows))

    def rename(self, id: int, name: str) -> None:
        """Give a track another name; nothing happens if it is its own, or empty."""
        row, name = self._rows[int(self.columns(id)[0])], name.strip()
        if name and name != row.name:
            self._edit_rows(f"rename {row.name} to {name}", [row], [Row(row.id, name, row.group, row.t, row.xy)])

    def regroup(self, ids: ArrayLike, group: str) -> None:
        """Put tracks into a group, "" for none."""
        rows = [self._rows[column] for column in self.columns(ids)]
        rows = [row for row in rows if row.group != group]
        if rows:
            count = rows[0].name if len(rows) == 1 else f"{len(rows)} tracks"
            label = f"put {count} into group {group}" if group else f"take {count} out of the group"
            self._edit_rows(label, rows, [Row(row.id, row.name, group, row.t, row.xy) for row in rows])

    def apply(self, patch: Patch) -> None:
        """Do a patch and note it in the journal."""
        self._put(patch)
        self._journal.push(patch)
        self.changed.emit(patch)

    def incomplete(self, direction: str = "both") -> Ids:
        """Tracks with untracked cells that a run would fill: from the query on, before it, or either.

        Parameters
        ----------
        direction : {"both", "forward", "backward"}
        """
        empty = ~np.isfinite(self.cells.xy).all(-1)
        before = np.arange(self.n_frames)[:, None] < np.array([row.t for row in self._rows], np.int64)
        wanted = {"both": empty, "forward": empty & ~before, "backward": empty & before}[direction]
        return self._ids[wanted.any(0)]

    def begin_run(self, label: str, ids: ArrayLike) -> Run:
        """Open a run over some tracks: its updates become one patch when it is closed."""
        run = Run(self, label, np.unique(np.asarray(ids, np.int64)), self._journal.count)
        self._runs.append(run)
        return run

    def is_running(self) -> bool:
        """Whether a run is open."""
        return bool(self._runs)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, "" for nothing."""
        return self._journal.last.patch.label if self._journal.last else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again, "" for nothing."""
        return self._journal.next.patch.label if self._journal.next else ""

    def undo(self) -> str:
        """Take back the last patch; gives its label, "" if there is none.

        Raises
        ------
        EditError
            If a run is open that began after that patch: cancel it or let it finish first.
        """
        last = self._journal.last
        if last is not None and any(last.number < run.began for run in self._runs):
            raise EditError(f"cannot undo {last.patch.label!r} while points are tracked; cancel the run or let it end")
        patch = self._journal.step_back()
        return self._show_again(patch.reversed() if patch else None)

    def redo(self) -> str:
        """Do the last undone patch again; gives its label, "" if there is none."""
        return self._show_again(self._journal.step_on())

    def set_length(self, n_frames: int) -> None:
        """Correct the number of frames, once the video's index is complete.

        Raises
        ------
        EditError
            If a run is open: what it knows of the cells before it would not fit.
        """
        if self._runs:
            raise EditError("cannot change the number of frames while points are tracked")
        if n_frames != self.n_frames:
            self._table.resize(n_frames)

    # for runs, which change cells window by window and note the whole when they end

    def put_block(self, label: str, block: Block) -> None:
        """Change cells and show it, without noting it in the journal."""
        patch = Patch(label, (block,))
        self._put(patch)
        self.changed.emit(patch)

    def read(self, frames: NDArray[np.int64], ids: Ids) -> Cells:
        """(t, n) a copy of some cells."""
        return self._table.read(frames, self.columns(ids))

    def end_run(self, run: Run, patch: Patch | None) -> None:
        """Take a run off the list, and note what it did."""
        self._runs.remove(run)
        if patch is not None:
            self._journal.push(patch)

    def _show_again(self, patch: Patch | None) -> str:
        if patch is None:
            return ""
        self._put(patch)
        self.changed.emit(patch)
        return patch.label

    def _edit_rows(self, label: str, before: Iterable[Row], after: Iterable[Row]) -> None:
        self.apply(Patch(label, before=tuple(before), after=tuple(after)))

    def _put(self, patch: Patch) -> None:
        """Change table and cells; tracks that go take their cells along."""
        comes = np.array([row.id for row in patch.comes], np.int64)
        if len(comes):
            ids = np.union1d(self._ids, comes)
            self._table.insert(np.searchsorted(ids, np.sort(comes)))
            self._ids = ids
            self._next_id = max(self._next_id, int(ids[-1]) + 1)
        rows = {row.id: row for row in self._rows} | {row.id: row for row in patch.after}
        gone = np.array([row.id for row in patch.goes], np.int64)
        if len(gone):
            self._table.remove(self.columns(gone))
            self._ids = np.setdiff1d(self._ids, gone)
        self._rows = [rows[int(i)] for i in self._ids] if patch.changes_table else self._rows
        for block in patch.blocks:
            there = self.has(block.ids)
            if there.any():
                frames = block.frames[block.frames < self.n_frames]
                self._table.write(frames, self.columns(block.ids[there]), block.after[: len(frames), there])

    def _check_points(self, frames: NDArray[np.int64], xy: NDArray[np.float32]) -> None:
        if not len(xy):
            raise EditError("expected at least one point to place, got none")
        if not np.isfinite(xy).all():
            raise EditError("expected points at finite pixels, got one that is not")
        outside = (frames < 0) | (frames >= self.n_frames)
        if outside.any():
            got = int(frames[outside][0])
            raise EditError(f"expected points on frames 0 to {self.n_frames - 1}, got frame {got}")


def _rows_of(tracks: Tracks) -> tuple[Row, ...]:
    """The table of tracks; a track without a query starts where it is first tracked."""
    known = {}
    if tracks.queries is not None:
        known = {int(i): (int(t), xy) for i, t, xy in zip(tracks.queries.ids, tracks.queries.t, tracks.queries.xy)}
    first = np.isfinite(tracks.xy).all(2).argmax(0) if tracks.n_frames else np.zeros(len(tracks), int)
    rows = []
    for n, id in enumerate(tracks.ids.tolist()):
        t, xy = known.get(id, (int(first[n]), tracks.xy[first[n], n]))
        rows.append(Row(id, tracks.names[n], tracks.groups[n], t, (float(xy[0]), float(xy[1]))))
    return tuple(rows)
