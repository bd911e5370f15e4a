"""How tracks come to be what they are: edits in a line that can be gone back, and open runs above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.blending import Sides
from ..core.errors import EditError
from . import folding
from .change import Change
from .layer import Told
from .ledger import Ledger
from .patch import Block, Patch
from .records import Node
from .roster import Ids
from .run import Run
from .staging import OvertakenError, Staged


class History(Ledger):
    """Does, undoes and redoes edits, and keeps open runs apart from the edits beneath them."""

    _run_count = 0

    def apply(self, patch: Patch) -> None:
        """Do a patch and note it.

        Raises
        ------
        EditError
            If it changes or removes a track that is not there, or adds one that is, or the file refuses.
        """
        self._table.check(patch)
        patch = patch.within(self._table.n_frames)
        if self.runs:
            patch = patch.onto(self.base)
        with self.changing() as change:
            self._step(self._note(patch, change), patch, change)

    def apply_staged(self, staged: Staged) -> None:
        """Do and note a patch of new tracks that is written already, which no open run can touch.

        Raises
        ------
        OvertakenError
            If another step was done since, or the session goes on in another file.
        EditError
            As for `apply`; or if the video has another length by now.
        """
        patch = staged.patch
        self._table.check(patch)
        if any(len(block.frames) != self._table.n_frames for block in patch.blocks):
            raise EditError(f"expected tracks of {self._table.n_frames} frames, got others: the film's length is "
                            "known only now; do it again")
        if staged.number != self.journal.next_step:
            raise OvertakenError
        with self.changing() as change:
            self._step(self._note(patch, change, staged), patch, change)

    def undo(self) -> str:
        """Take back the last step; gives its label, "" if there is none.

        Raises
        ------
        EditError
            If a run is open that began after that step and may change its tracks, or the file refuses.
        """
        node = self.journal.last
        if node is None:
            return ""
        self._check_free(node)
        for run in [run for run in self.runs if run.joins == node.number]:
            run.close()
        patch = self.journal.patch(node.number)
        with self.changing() as change:
            self.journal.back(change)
            self._step(node.number, patch, change, back=True)
        return node.label

    def redo(self) -> str:
        """Do the last undone step again; gives its label, "" if there is none."""
        node = self.journal.next
        if node is not None:
            self._do_again(node)
        return node.label if node else ""

    def go_to(self, number: int) -> None:
        """Undo and redo until a step is the last one that is done; 0 is before the first.

        Raises
        ------
        EditError
            If there is no such step, or `undo` would refuse; nothing is undone then.
        """
        line = self.journal.line_to(number or self.journal.root)
        if line is None:
            raise EditError(f"expected a step of this session's history, got {number}, which is not there any more")
        back = [step for step in reversed(self.journal.done) if step not in set(line)]
        for step in back:
            self._check_free(self.journal.nodes[step])
        for _ in back:
            self.undo()
        for step in line[len(self.journal.done):]:
            self._do_again(self.journal.nodes[step])

    def begin_run(self, label: str, ids: ArrayLike, *, joins: int = 0, facts: Mapping[str, Any] | None = None
                  ) -> Run:
        """Open a run over some tracks, which belongs to the step `joins`, 0 for none."""
        self._run_count += 1
        run = Run(self, self._run_count, label, np.unique(np.asarray(ids, np.int64)),
                  joins=joins or None, facts=facts)
        with self.changing() as change:
            self.log.begin(change, run.number, label, run.joins, facts)
        self.runs.append(run)
        return run

    # for runs, which change cells window by window and note the whole when they end

    def tell(self, run: Run, where: NDArray[np.bool_], block: Block) -> None:
        """Show cells (t, n) of a run, without noting it; another run that showed them does so no longer."""
        with self.changing() as change:
            base = self.base(block.frames, block.ids)
            for other in self.runs:
                if other is not run:
                    self.take_from(other, block.frames, block.ids, where)
            change.did(run.under.keep(block.frames, block.ids, where, base))
            patch = Patch(run.label, (block.trimmed(),))
            self._put(patch, change)
            change.show(patch)
            self.log.show(change, run.number, Told(block.frames, block.ids, where, block.after))

    def take_from(self, run: Run, frames: NDArray[np.int64], ids: Ids, where: NDArray[np.bool_]) -> None:
        """A run shows some cells (t, n) no longer."""
        held = run.under.kept(frames, ids) & where
        if held.any():
            with self.changing() as change:
                change.did(run.under.drop(frames, ids, held))
                self.log.drop(change, run.number, (frames, ids, held))

    def keep(self, run: Run, sides: Sequence[Sides]) -> None:
        """A run has one-sided answers."""
        with self.changing() as change:
            self.log.keep(change, run.number, sides)

    def end_run(self, run: Run, patch: Patch | None) -> None:
        """Take a run off the list, and note what it did."""
        with self.changing() as change:
            place = self.runs.index(run)
            self.runs.remove(run)
            change.did(partial(self.runs.insert, place, run))
            self.log.end(change, run.number)
            if patch is not None:
                self.settle(patch, run.joins, change)

    def settle(self, patch: Patch, joins: int | None, change: Change) -> None:
        """Note what a run did that has ended: as part of the step that it belongs to, if it can be, or as a step."""
        if joins in self.journal.done and folding.fold(self.journal, joins, patch, self.base, change):
            self.snapshots.drop([joins, *self.journal.below(joins)], change)
            change.then(lambda: self.sides.add(joins, patch.sides))
        elif patch.blocks:
            self._note(patch, change)

    def _do_again(self, node: Node) -> None:
        patch = self.journal.patch(node.number)
        with self.changing() as change:
            self.journal.on(node, change)
            self._step(node.number, patch, change)

    def _step(self, number: int, noted: Patch, change: Change, back: bool = False) -> None:
        """Do or undo a noted patch; open runs let go of what it changes, and get it back when it is undone."""
        patch = (noted.reversed() if back else noted).within(self._table.n_frames)
        lifted = [(run, run.lift(patch)) for run in self.runs]
        if self.runs:
            patch = patch.onto(self._table.read)
        self._put(patch, change)
        change.show(patch)
        change.then(lambda: self.snapshots.count(patch.nbytes))
        for run, told in lifted:
            run.cross(number, told, back, change)

    def _check_free(self, node: Node) -> None:
        done = self.journal.done[node.number]
        later = [run for run in self.runs if run.joins is None and run.began > done]
        if later and any(np.isin(run.ids, self.journal.patch(node.number).ids).any() for run in later):
            raise EditError(f"cannot undo {node.label!r} while points are tracked; cancel the run or let it end")
