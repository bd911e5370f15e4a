"""Arrays of more axes than a video has: some of them held at one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError


class Slab:
    """An array of which some axes are held at one index and one axis counts the frames; reads a frame at a time.

    Parameters
    ----------
    array : array-like
        With ``shape``, ``dtype`` and ``[...]``; a lazy one stays lazy.
    time : int
        The axis that counts the frames.
    held : mapping of int to int
        Axis to index.

    Raises
    ------
    VideoError
        If an axis or index is not there.
    """

    def __init__(self, array: Any, time: int, held: Mapping[int, int]) -> None:
        shape = tuple(int(n) for n in array.shape)
        wrong = [(axis, place) for axis, place in held.items()
                 if axis == time or not 0 <= axis < len(shape) or not 0 <= place < shape[axis]]
        if wrong or not 0 <= time < len(shape):
            raise VideoError(f"expected frames along one axis of {shape} and indices inside the others, "
                             f"got axis {time} for the frames and {dict(held)}")
        self._array, self._time, self._held = array, time, dict(held)
        self._rest = [axis for axis in range(len(shape)) if axis != time and axis not in held]
        self.shape = (shape[time], *(shape[axis] for axis in self._rest))
        self.dtype = np.dtype(array.dtype)
        self.ndim = len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, frame: int) -> NDArray[Any]:
        index: list[Any] = [slice(None)] * (len(self._rest) + len(self._held) + 1)
        index[self._time] = frame
        for axis, place in self._held.items():
            index[axis] = place
        return np.asarray(self._array[tuple(index)])
