"""What a click on a row, or a step to the next one, selects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Qt

from .selection import Selection

Ids = NDArray[np.int64]


class Picker:
    """Remembers from which row a range begins.

    Parameters
    ----------
    selection : Selection
    """

    def __init__(self, selection: Selection) -> None:
        self._selection, self._pivot = selection, -1

    def press(self, order: Ids, place: int, keys: Qt.KeyboardModifier, keep: bool = False) -> None:
        """Take a click on a row: alone, with Ctrl one more or one less, with Shift all from the last one.

        Parameters
        ----------
        order : (n,) int64
            Ids from top to bottom.
        place : int
            Which row.
        keys : Qt.KeyboardModifier
        keep : bool
            Whether a plain click selects nothing.
        """
        pivot = np.flatnonzero(order == self._pivot)
        if keys & Qt.KeyboardModifier.ShiftModifier and len(pivot):
            low, high = sorted((int(pivot[0]), place))
            self._selection.set(order[low : high + 1])
            return
        self._pivot = int(order[place])
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._selection.toggle(self._pivot)
        elif not keep:
            self._selection.set([self._pivot])

    def step(self, order: Ids, by: int) -> None:
        """Select the row above or below what is selected, from one end to the other; the first one if nothing is."""
        if not len(order):
            return
        chosen = np.flatnonzero(np.isin(order, self._selection.ids))
        place = int(chosen[0 if by < 0 else -1]) + by if len(chosen) else 0
        self._pivot = int(order[place % len(order)])
        self._selection.set([self._pivot])
