"""What was done, in order, and how far it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .patch import Patch

BUDGET = 1 << 30  # bytes of patches that are kept; the oldest are forgotten first


class Entry(NamedTuple):
    """A patch in the journal, and the number of patches that were done before it."""

    number: int
    patch: Patch


class Journal:
    """A line of patches with a place in it: those before it are done, those after it undone.

    Parameters
    ----------
    budget : int
        Bytes of patches that are kept.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        self._next = 0
        self._bytes = 0  # of what is done

    def __iter__(self) -> Iterator[Entry]:
        """What is done, the oldest first."""
        return iter(self._done)

    @property
    def last(self) -> Entry | None:
        """What `undo` would take back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Entry | None:
        """What `redo` would do again."""
        return self._undone[-1] if self._undone else None

    @property
    def count(self) -> int:
        """The number that the next patch will get."""
        return self._next

    def push(self, patch: Patch) -> list[Patch]:
        """Note a patch that was done; what was undone before is lost. Gives the patches that are forgotten."""
        self._undone.clear()
        self._do(patch)
        forgotten: list[Patch] = []
        while len(self._done) > 1 and self._bytes > self._budget:
            forgotten.append(self._done.pop(0).patch)
            self._bytes -= forgotten[-1].nbytes
        return forgotten

    def step_back(self) -> Patch | None:
        """Take back the last patch; gives the one that was done, None if there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        self._bytes -= self._undone[-1].patch.nbytes
        return self._undone[-1].patch

    def step_on(self) -> Patch | None:
        """Do the next undone patch again; None if there is none."""
        if not self._undone:
            return None
        self._do(self._undone.pop().patch)
        return self._done[-1].patch

    def _do(self, patch: Patch) -> None:
        self._done.append(Entry(self._next, patch))
        self._next += 1
        self._bytes += patch.nbytes
