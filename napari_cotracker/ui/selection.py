"""Which tracks are selected: one answer for picture, timeline and table."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from psygnal import Signal


class Selection:
    """A set of track ids; whoever shows it listens to `changed`.

    Attributes
    ----------
    changed : psygnal.Signal
        Emitted without arguments when another set is selected, never when it stays the same.
    """

    changed = Signal()

    def __init__(self) -> None:
        self._ids = np.zeros(0, np.int64)

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) the selected ids, ascending."""
        return self._ids

    @property
    def one(self) -> int | None:
        """The id, if exactly one track is selected."""
        return int(self._ids[0]) if len(self._ids) == 1 else None

    def __contains__(self, id: object) -> bool:
        return bool(np.any(self._ids == id))

    def __len__(self) -> int:
        return len(self._ids)

    def set(self, ids: ArrayLike) -> None:
        """Select exactly these."""
        wanted = np.unique(np.asarray(ids, np.int64).reshape(-1))
        if not np.array_equal(wanted, self._ids):
            self._ids = wanted
            self.changed.emit()

    def toggle(self, id: int) -> None:
        """Select one more, or one less."""
        self.set(np.setxor1d(self._ids, [id]))

    def add(self, ids: ArrayLike) -> None:
        """Select these, too."""
        self.set(np.union1d(self._ids, np.asarray(ids, np.int64)))

    def keep(self, ids: ArrayLike) -> None:
        """Forget those that are not among these: tracks that are gone."""
        self.set(np.intersect1d(self._ids, np.asarray(ids, np.int64)))
