"""A tracking run as one edit: it grows while windows arrive and is undone as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.blending import Sides
from ..core.coordinates import has_place
from ..core.tracker import TrackUpdate
from ..core.tracks import Source, State, is_anchor
from .cells import Cells
from .change import Change
from .layer import Layer, Told
from .patch import Block, Patch

if TYPE_CHECKING:
    from .history import History


class Run:
    """Takes in the updates of a run; anchors hold, and only tracks that were asked for are written.

    Made by `Session.begin_run`. Tracks that are deleted meanwhile are left out from then on.

    A run lies above the history until it ends: of every cell that it shows, `under` keeps what would
    be there without it. An edit that changes such a cell takes it from the run, and its undoing gives it
    back.

    Parameters
    ----------
    history : History
    number : int
        Among the runs of the session.
    label : str
        For the history.
    ids : (n,) int64
        The tracks that it may change.
    joins : int, optional
        The step that it belongs to.
    facts : mapping, optional
        What `Tracks.meta` is to say of it, unless `close` is given better ones.
    """

    def __init__(self, history: History, number: int, label: str, ids: NDArray[np.int64], *,
                 joins: int | None = None, facts: Mapping[str, Any] | None = None) -> None:
        self._history, self.number, self.label, self.ids = history, number, label, ids
        self.joins, self.facts = joins, facts
        self.began = history.journal.stamp
        self.under = Layer(history.n_frames)
        self.sides: tuple[Sides, ...] = ()
        self._lifted: dict[int, list[Told]] = {}
        self._is_open = True

    @property
    def is_open(self) -> bool:
        """Whether updates are still taken."""
        return self._is_open

    def add(self, ids: ArrayLike) -> None:
        """More tracks that it may change."""
        self.ids = np.union1d(self.ids, np.asarray(ids, np.int64))

    def leave(self, ids: ArrayLike) -> None:
        """Tracks that it changes no more; what it did to them stays its own."""
        self.ids = np.setdiff1d(self.ids, np.asarray(ids, np.int64))

    def give_up(self, ids: ArrayLike) -> None:
        """Take back what it did to some tracks, and change them no more: another run is to do better.

        Raises
        ------
        EditError
            If the session's file refuses.
        """
        if self._is_open:
            with self._history.changing():
                for id in np.intersect1d(np.asarray(ids, np.int64), self.under.ids).tolist():
                    self._retreat(id, np.zeros(0, np.int64))
        self.leave(ids)

    def write(self, update: TrackUpdate) -> None:
        """Take in an update: cells that hold a position, but for anchors and tracks that are not its own.

        A guess fills empty cells only, so that a run that is cut off leaves no guess in place of an answer.

        Raises
        ------
        EditError
            If the session's file refuses; nothing of the update is shown then.
        """
        mine = np.isin(update.ids, self.ids) & self._history.has(update.ids)
        frames = np.asarray(update.frames, np.int64)
        kept = (frames >= 0) & (frames < self._history.n_frames)
        if not self._is_open or not mine.any() or not kept.any():
            return
        ids, frames, cells = np.asarray(update.ids, np.int64)[mine], frames[kept], np.ix_(kept, mine)
        where = has_place(update.xy[cells])
        if update.is_guess:
            where &= np.isnan(self._history.read(frames, ids).xy).any(-1)
        told = Cells(
            np.asarray(update.xy[cells], np.float32), np.asarray(update.visibility[cells], np.float32),
            np.asarray(update.confidence[cells], np.float32), np.full(where.shape, State.FROM_SCORES, np.uint8),
            np.full(where.shape, Source.PREDICTED, np.uint8),
        )
        self._show(Told(frames, ids, where, told))

    def keep(self, sides: Sides | Iterable[Sides]) -> None:
        """Note both one-sided answers for tracks that it may change; `Session.sides` gives them once it is closed.

        Of these tracks, cells of which they say nothing become again what they were: a tracker that thinks better of
        how far a track is to be solved again has gone too far before.
        """
        given = (sides,) if isinstance(sides, Sides) else tuple(sides)
        if self._is_open and given:
            with self._history.changing():
                self._history.keep(self, given)
                for id in {each.id for each in given}:
                    self._retreat(id, np.concatenate([each.frames for each in given if each.id == id]))
            self.sides += given

    def close(self, run: Mapping[str, Any] | None = None, bad_frames: Iterable[int] = ()) -> Patch | None:
        """End it: what it changed is one patch from now on.

        Parameters
        ----------
        run : mapping, optional
            What `Tracks.meta` is to say of it: model, licence, settings. Without, what was given at its beginning.
        bad_frames : iterable of int
            Frames that could not be decoded; what was predicted there becomes unknown.

        Returns
        -------
        Patch or None
            None if it changed nothing.

        Raises
        ------
        EditError
            If the session's file refuses; the run stays open then.
        """
        if not self._is_open:
            return None
        with self._history.changing() as change:
            self._forget_bad(np.array(sorted(bad_frames), np.int64))
            patch = self._patch(self.facts if run is None else run)
            self._is_open = False
            change.did(self._reopen)
            self._history.end_run(self, patch)
        return patch

    # for the history: an edit in mid-run takes cells from the run

    def lift(self, patch: Patch) -> list[Told]:
        """Let go of cells that a patch changes; gives what was shown there."""
        areas = [(block.frames, block.ids, block.changed) for block in patch.blocks]
        gone = np.array([row.id for row in patch.goes], np.int64)
        areas.append((self._frames, gone, np.ones((len(self._frames), len(gone)), np.bool_)))
        lifted = []
        for frames, ids, where in areas:
            held = self.under.kept(frames, ids) & where
            tracks = held.any(0)
            if tracks.any():
                told = Told(frames, ids[tracks], held[:, tracks], self._history.read(frames, ids[tracks]))
                self._history.take_from(self, *told[:3])
                lifted.append(told)
        return lifted

    def cross(self, step: int, lifted: list[Told], back: bool, change: Change) -> None:
        """Give back what doing a step had taken once it is undone; also what undoing it had taken, once it is redone.

        Tracks that are gone now have their cells wait until the step is crossed the other way.
        """
        before = self._lifted.get(step, [])
        again, wait = ([*before, *lifted], list[Told]()) if back else (before, lifted)
        for told in again if self._is_open else []:
            there = self._history.has(told.ids)
            self._show(told.tracks(there))
            if not there.all():
                wait = [*wait, told.tracks(~there)]
        if wait or before:
            self._lifted[step] = wait
            change.did(lambda: self._lifted.update({step: before}))

    @property
    def _frames(self) -> NDArray[np.int64]:
        return np.arange(self._history.n_frames)

    def _reopen(self) -> None:
        self._is_open = True

    def _show(self, told: Told) -> None:
        frames, ids, where, cells = told
        before = self._history.read(frames, ids)
        where = where & ~is_anchor(before.source) & before.differs(cells)
        if where.any():
            self._history.tell(self, where, Block(frames, ids, before, before.put(where, cells)))

    def _retreat(self, id: int, kept: NDArray[np.int64]) -> None:
        ids = np.array([id], np.int64)
        frames = np.setdiff1d(self._frames[self.under.kept(self._frames, ids)[:, 0]], kept)
        if len(frames):
            where = np.ones((len(frames), 1), np.bool_)
            block = Block(frames, ids, self._history.read(frames, ids), self._history.base(frames, ids))
            self._history.tell(self, where, block)
            self._history.take_from(self, frames, ids, where)

    def _forget_bad(self, bad: NDArray[np.int64]) -> None:
        bad = bad[(bad >= 0) & (bad < self._history.n_frames)]
        ids = self.under.ids
        cells = self._history.read(bad, ids)
        unknown = Cells(cells.xy, cells.visibility, cells.confidence,
                        np.full(cells.shape, State.UNKNOWN, np.uint8), cells.source)
        self._show(Told(bad, ids, cells.source == Source.PREDICTED, unknown))

    def _patch(self, run: Mapping[str, Any] | None) -> Patch | None:
        ids = self.under.ids
        held = self.under.kept(self._frames, ids)
        frames = np.flatnonzero(held.any(1))  # of a run that was stopped soon these are few
        before = self._history.base(frames, ids)
        block = Block(frames, ids, before, before.put(held[frames], self._history.read(frames, ids))).trimmed()
        if not len(block.ids):
            return Patch(self.label, run=run, sides=self.sides) if self.sides and self.joins is not None else None
        return Patch(self.label, (block,), run=run, sides=self.sides)
