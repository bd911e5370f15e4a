"""A tracking run as one edit: it grows while windows arrive and is undone as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.tracker import TrackUpdate
from ..core.tracks import ANCHOR_SOURCES, Source, State
from .cells import FIELDS, Cells
from .patch import Block, Patch

if TYPE_CHECKING:
    from .session import Session


class Run:
    """Takes in the updates of a run; anchors hold, and only tracks that were asked for are written.

    Made by `Session.begin_run`. Tracks that are deleted meanwhile are left out from then on.

    Parameters
    ----------
    session : Session
    label : str
        For the history.
    ids : (n,) int64
        The tracks that it may change.
    began : int
        The number of the first journal entry that is younger.
    """

    def __init__(self, session: Session, label: str, ids: NDArray[np.int64], began: int) -> None:
        self._session, self.label, self.ids, self.began = session, label, ids, began
        self._before: dict[int, Cells] = {}
        self._is_open = True

    @property
    def is_open(self) -> bool:
        """Whether updates are still taken."""
        return self._is_open

    def add(self, ids: NDArray[np.int64]) -> None:
        """More tracks that it may change."""
        self.ids = np.union1d(self.ids, ids)

    def write(self, update: TrackUpdate) -> None:
        """Take in an update: cells that hold a position, but for anchors and tracks that are not its own."""
        mine = np.isin(update.ids, self.ids) & self._session.has(update.ids)
        frames = np.asarray(update.frames, np.int64)
        kept = (frames >= 0) & (frames < self._session.n_frames)
        if not self._is_open or not mine.any() or not kept.any():
            return
        ids, frames, cells = np.asarray(update.ids, np.int64)[mine], frames[kept], np.ix_(kept, mine)
        self._remember(ids)
        before = self._session.read(frames, ids)
        new = np.isfinite(update.xy[cells]).all(-1) & ~np.isin(before.source, ANCHOR_SOURCES)
        if not new.any():
            return
        shape = new.shape
        told = Cells(
            np.asarray(update.xy[cells], np.float32), np.asarray(update.visibility[cells], np.float32),
            np.asarray(update.confidence[cells], np.float32), np.full(shape, State.FROM_SCORES, np.uint8),
            np.full(shape, Source.PREDICTED, np.uint8),
        )
        self._session.put_block(self.label, Block(frames, ids, before, before.put(new, told)))

    def close(self, run: Mapping[str, Any] | None = None, bad_frames: Iterable[int] = ()) -> Patch | None:
        """End it: what it changed is one patch from now on.

        Parameters
        ----------
        run : mapping, optional
            What `Tracks.meta` is to say of it: model, licence, settings.
        bad_frames : iterable of int
            Frames that could not be decoded; what was predicted there becomes unknown.

        Returns
        -------
        Patch or None
            None if it changed nothing.
        """
        if not self._is_open:
            return None
        self._forget_bad(np.array(sorted(bad_frames), np.int64))
        self._is_open = False
        patch = self._patch(run)
        self._session.end_run(self, patch)
        return patch

    def _remember(self, ids: NDArray[np.int64]) -> None:
        frames = np.arange(self._session.n_frames)
        new = np.array([id for id in ids.tolist() if id not in self._before], np.int64)
        if len(new):
            cells = self._session.read(frames, new)
            self._before.update({id: cells[:, n] for n, id in enumerate(new.tolist())})

    def _forget_bad(self, bad: NDArray[np.int64]) -> None:
        bad = bad[(bad >= 0) & (bad < self._session.n_frames)]
        ids = self._touched()
        if not len(bad) or not len(ids):
            return
        before = self._session.read(bad, ids)
        predicted = before.source == Source.PREDICTED
        unknown = Cells(before.xy, before.visibility, before.confidence,
                        np.full(before.shape, State.UNKNOWN, np.uint8), before.source)
        self._session.put_block(self.label, Block(bad, ids, before, before.put(predicted, unknown)))

    def _patch(self, run: Mapping[str, Any] | None) -> Patch | None:
        ids = self._touched()
        if not len(ids):
            return None
        frames = np.arange(self._session.n_frames)
        after = self._session.read(frames, ids)
        columns = [self._before[id] for id in ids.tolist()]
        before = Cells(*(np.stack([getattr(cells, name) for cells in columns], 1) for name in FIELDS))
        changed = before.differs(after)
        rows, tracks = np.flatnonzero(changed.any(1)), changed.any(0)
        if not len(rows):
            return None
        part = np.s_[rows[0] : rows[-1] + 1, tracks]
        block = Block(frames[part[0]], ids[tracks], before[part], after[part])
        return Patch(self.label, (block,), run=run)

    def _touched(self) -> NDArray[np.int64]:
        ids = np.array(sorted(self._before), np.int64)
        return ids[self._session.has(ids)]
