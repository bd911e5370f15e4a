"""How tracks come to be what they are: edits in a line that can be gone back, and open runs above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from .cells import Cells
from .journal import Journal
from .patch import Block, Patch
from .roster import Ids
from .run import Run
from .table import TrackTable


class History:
    """Changes a table, notes every edit, and keeps open runs apart from the edits beneath them.

    Parameters
    ----------
    table : TrackTable
    show : callable
        Is given every patch that was just done.
    budget : int
        Bytes of patches that are kept.
    """

    def __init__(self, table: TrackTable, show: Callable[[Patch], object], budget: int) -> None:
        self._table, self._show = table, show
        self._journal = Journal(budget)
        self._runs: list[Run] = []
        self._forgotten_facts: list[Any] = []

    @property
    def is_running(self) -> bool:
        """Whether a run is open."""
        return bool(self._runs)

    @property
    def facts(self) -> list[Any]:
        """What is known of the runs that were noted and not undone; forgotten patches count."""
        made = (entry.patch.run for entry in self._journal)
        return [*self._forgotten_facts, *(run for run in made if run is not None)]

    @property
    def labels(self) -> tuple[str, str]:
        """What `undo` and `redo` would do, "" for nothing."""
        last, next = self._journal.last, self._journal.next
        return last.patch.label if last else "", next.patch.label if next else ""

    def apply(self, patch: Patch) -> None:
        """Do a patch and note it.

        Raises
        ------
        EditError
            If it changes or removes a track that is not there, or adds one that is.
        """
        self._table.check(patch)
        patch = patch.within(self._table.n_frames)
        if self._runs:
            patch = patch.onto(self.base)
        self._note(patch)
        self._step(patch)

    def undo(self) -> str:
        """Take back the last patch; gives its label, "" if there is none.

        Raises
        ------
        EditError
            If a run is open that began after that patch.
        """
        last = self._journal.last
        if last and any(last.number < run.began for run in self._runs):
            raise EditError(f"cannot undo {last.patch.label!r} while points are tracked; cancel the run or let it end")
        patch = self._journal.step_back()
        return self._step(patch, back=True) if patch else ""

    def redo(self) -> str:
        """Do the last undone patch again; gives its label, "" if there is none."""
        patch = self._journal.step_on()
        return self._step(patch) if patch else ""

    def begin_run(self, label: str, ids: ArrayLike) -> Run:
        """Open a run over some tracks."""
        run = Run(self, label, np.unique(np.asarray(ids, np.int64)), self._journal.count)
        self._runs.append(run)
        return run

    # for runs, which change cells window by window and note the whole when they end

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
        for run in self._runs:
            cells = run.under.over(frames, ids, cells)
        return cells

    def tell(self, run: Run, where: NDArray[np.bool_], block: Block) -> None:
        """Show cells (t, n) of a run, without noting it; another run that showed them does so no longer."""
        base = self.base(block.frames, block.ids)
        for other in self._runs:
            other.under.drop(block.frames, block.ids, where)
        run.under.keep(block.frames, block.ids, where, base)
        patch = Patch(run.label, (block.trimmed(),))
        self._table.put(patch)
        self._show(patch)

    def end_run(self, run: Run, patch: Patch | None) -> None:
        """Take a run off the list, and note what it did."""
        self._runs.remove(run)
        if patch is not None:
            self._note(patch)

    def _note(self, patch: Patch) -> None:
        forgotten = self._journal.push(patch)
        self._forgotten_facts += [old.run for old in forgotten if old.run is not None]

    def _step(self, noted: Patch, back: bool = False) -> str:
        """Do or undo a noted patch; open runs let go of what it changes, and get it back when it is undone."""
        patch = (noted.reversed() if back else noted).within(self._table.n_frames)
        lifted = [(run, run.lift(patch)) for run in self._runs]
        if self._runs:
            patch = patch.onto(self._table.read)
        self._table.put(patch)
        self._show(patch)
        for run, told in lifted:
            run.cross(noted, told, back)
        return patch.label
