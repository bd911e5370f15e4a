"""A table of tracks and its history, kept in step with a file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Sides
from ..core.errors import EditError
from . import records
from .cells import Cells
from .change import Change
from .journal import BUDGET, Journal
from .layer import Told
from .patch import Patch, Row
from .roster import Ids
from .run import Run
from .runlog import RunLog, begin_run, whole
from .sides import SidesIndex
from .snapshots import Snapshots
from .staging import Staged, stage
from .store import Store
from .table import TrackTable

FORGOTTEN = "forgotten runs"


class Ledger:
    """Whatever is done to a table is written before it is shown, or it is not done.

    Parameters
    ----------
    table : TrackTable
    show : callable
        Is given every patch that was just done.
    store : Store
        Where it is written.
    budget : int
        Bytes of steps that are kept.
    """

    def __init__(self, table: TrackTable, show: Callable[[Patch], object], store: Store, budget: int = BUDGET) -> None:
        self._table, self._show, self._store = table, show, store
        self.journal, self.sides = Journal(store, budget), SidesIndex(store)
        self.snapshots, self.log = Snapshots(store, self.capture), RunLog(store)
        self.runs: list[Run] = []
        self.forgotten: list[Any] = []
        self._change: Change | None = None

    @property
    def facts(self) -> list[Any]:
        """What is known of the runs that were noted and not undone; forgotten steps count."""
        return [*self.forgotten, *(run for number in self.journal.done for run in self.journal.nodes[number].runs)]

    @property
    def n_frames(self) -> int:
        """T, which stays while runs are open."""
        return self._table.n_frames

    def has(self, ids: Ids) -> NDArray[np.bool_]:
        """Which of some ids are there."""
        return self._table.roster.has(ids)

    def read(self, frames: NDArray[np.int64], ids: Ids) -> Cells:
        """(t, n) a copy of some cells as they are."""
        return self._table.read(frames, ids)

    def base(self, frames: NDArray[np.int64], ids: Ids) -> Cells:
        """(t, n) some cells as they would be without the runs that are open."""
        cells = self._table.read(frames, ids)
        for run in self.runs:
            cells = run.under.over(frames, ids, cells)
        return cells

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """What is done within is written at its end, then shown; if it cannot be written, it is taken back.

        Raises
        ------
        EditError
            If it cannot be written.
        """
        if self._change is not None:
            yield self._change
            return
        self._store.require_writable()
        change = self._change = Change()
        try:
            yield change
            self._store.write(*change.writes)
        except BaseException:
            change.take_back()
            raise
        finally:
            self._change = None
        change.finish()
        if change.shown is not None:
            self._show(change.shown)
        self._tidy()

    def cut(self, n_frames: int) -> None:
        """Another number of frames, while no run is open; cells of frames that go are lost to the history, too."""
        with self.changing() as change:
            change.did(self._table.resize(n_frames))
            self.journal.cut(n_frames, change)
            change.write(records.set_state(n_frames=n_frames))
            self._snapshot(change)

    def begin_with(self, patch: Patch) -> None:
        """Do a patch and have the history begin after it; what was done before is forgotten."""
        with self.changing() as change:
            root = self.journal.clear(change)
            change.then(self.sides.clear)
            self._put(patch, change)
            change.show(patch)
            change.write(records.set_state(next_id=self._table.roster.next_id))
            self._snapshot(change, root)

    def forget(self) -> None:
        """Have the history begin now; facts of runs are kept."""
        facts = self.facts
        with self.changing() as change:
            root = self.journal.clear(change)
            change.then(self.sides.clear)
            self._remember(facts, change)
            self._snapshot(change, root)

    def complete(self) -> None:
        """Write what only a file needs: a snapshot, and what open runs show."""
        with self.changing() as change:
            self.snapshots.write(change)
            for run in self.runs:
                self._log_whole(run, change)

    def finish(self) -> None:
        """Have the file open fast; if it refuses, no harm is done."""
        if self._store.is_file and not self.runs and self.snapshots.is_behind(self._table.cells.nbytes):
            with suppress(EditError), self.changing() as change:
                self.snapshots.write(change)

    def sides_of(self, track: int) -> list[Sides]:
        """Both one-sided answers of steps that are done, the newest first."""
        return self.sides.of(track, self.journal.done)

    def stage(self, patch: Patch) -> Generator[float, None, Staged]:
        """Write a patch that is about to be done; see `staging.stage`."""
        return stage(self._store, patch)

    def capture(self) -> tuple[int, Sequence[Row], Cells]:
        """The last step that is done, entries, and cells (T, N) as they would be without the runs that are open."""
        everything = np.arange(self.n_frames), self._table.roster.ids
        return self.journal.head, self._table.roster.rows, self.base(*everything)

    def _log_whole(self, run: Run, change: Change) -> None:
        frames, ids = np.arange(self.n_frames), run.under.ids
        told = Told(frames, ids, run.under.kept(frames, ids), self.read(frames, ids))
        change.write(begin_run(run.number, run.label, run.joins, run.facts))
        change.write(*whole(run.number, told, run.sides))

    def _note(self, patch: Patch, change: Change, staged: Staged | None = None) -> int:
        number = self.journal.note(patch, change, staged)
        if patch.comes:
            change.write(records.set_state(next_id=self._table.roster.next_id))
        change.then(lambda: self.sides.add(number, patch.sides))
        return number

    def _put(self, patch: Patch, change: Change) -> None:
        inverse = self._table.inverse(patch)
        self._table.put(patch)
        change.did(lambda: self._table.put(inverse))

    def _tidy(self) -> None:
        """Keep to the budget, and keep opening fast; both can wait until the disk is better."""
        if self.runs or self._change is not None:
            return
        with suppress(EditError):
            gone, root, facts = self.journal.forgettable()
            if gone:
                self._forget(gone, root, [*self.forgotten, *facts])
            elif self.snapshots.is_due:
                self.snapshots.post()

    def _forget(self, gone: Sequence[int], root: int, facts: list[Any]) -> None:
        with self.changing() as change:
            self.journal.forget(gone, root, change)
            self._remember(facts, change)
            self._snapshot(change)

    def _remember(self, facts: list[Any], change: Change) -> None:
        change.write(records.put_value("facts", FORGOTTEN, facts))
        change.then(lambda: setattr(self, "forgotten", facts))

    def _snapshot(self, change: Change, step: int | None = None) -> None:
        if self._store.is_file:
            self.snapshots.write(change, step)
