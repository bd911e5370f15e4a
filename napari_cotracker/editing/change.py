"""All that one step does: in memory, in the file, and to those who look on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .database import Write
from .patch import Patch

Act = Callable[[], object]


class Change:
    """Gathers what a step writes and shows, and how to take back what it did in memory.

    Memory comes first, for what a step does to open runs depends on what it did to the cells; then the
    file, in one transaction; then those who look on. If the file refuses, memory is as it was before.
    """

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self._shown: list[Patch] = []
        self._backs: list[Act] = []
        self._afterwards: list[Act] = []

    def write(self, *writes: Write) -> None:
        """Have the file changed."""
        self.writes += writes

    def did(self, back: Act) -> None:
        """Something was done in memory; `back` takes it back."""
        self._backs.append(back)

    def then(self, act: Act) -> None:
        """Do something in memory once the file is written."""
        self._afterwards.append(act)

    def show(self, patch: Patch) -> None:
        """Have a patch shown that was done."""
        self._shown.append(patch)

    @property
    def shown(self) -> Patch | None:
        """One patch that says all; blocks follow each other in time."""
        if len(self._shown) < 2:
            return self._shown[0] if self._shown else None
        return replace(self._shown[0], blocks=tuple(block for patch in self._shown for block in patch.blocks))

    def finish(self) -> None:
        """Do what waits for the file."""
        for act in self._afterwards:
            act()

    def take_back(self) -> None:
        """Make memory what it was."""
        for back in reversed(self._backs):
            back()
