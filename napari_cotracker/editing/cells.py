"""Blocks of cells, and the table that holds all of a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FIELDS = ("xy", "visibility", "confidence", "state", "source")
EMPTY = {"xy": np.nan, "visibility": np.nan, "confidence": np.nan, "state": 0, "source": 0}


@dataclass(frozen=True, eq=False)
class Cells:
    """What is known of some cells; all fields have the same leading shape.

    Parameters
    ----------
    xy : (..., 2) float32
        Pixels, NaN where not tracked.
    visibility, confidence : (...) float32
        NaN where not tracked.
    state, source : (...) uint8
        A `State` and a `Source`.
    """

    xy: NDArray[np.float32]
    visibility: NDArray[np.float32]
    confidence: NDArray[np.float32]
    state: NDArray[np.uint8]
    source: NDArray[np.uint8]

    @classmethod
    def empty(cls, *shape: int) -> Self:
        """Cells of which nothing is known."""
        xy, scores = np.full((*shape, 2), np.nan, np.float32), np.full(shape, np.nan, np.float32)
        return cls(xy, scores, scores.copy(), np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))

    @classmethod
    def nothing(cls, *shape: int) -> Self:
        """The same, not to be written to and without memory: a film's worth of them takes a second to fill."""
        xy, score = (np.broadcast_to(np.array(np.nan, np.float32), size) for size in ((*shape, 2), shape))
        sign = np.broadcast_to(np.array(0, np.uint8), shape)
        return cls(xy, score, score, sign, sign)

    @property
    def shape(self) -> tuple[int, ...]:
        """The leading shape."""
        return self.state.shape

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return sum(int(getattr(self, name).nbytes) for name in FIELDS)

    def __getitem__(self, index: Any) -> Cells:
        return Cells(*(getattr(self, name)[index] for name in FIELDS))

    def write(self, index: Any, cells: Cells) -> None:
        """Replace some."""
        for name in FIELDS:
            getattr(self, name)[index] = getattr(cells, name)

    def copy(self) -> Cells:
        """The same on memory of its own."""
        return Cells(*(getattr(self, name).copy() for name in FIELDS))

    def differs(self, other: Cells) -> NDArray[np.bool_]:
        """(...) where any field differs; NaN equals NaN."""
        out = (self.state != other.state) | (self.source != other.source)
        for name in ("visibility", "confidence"):
            out = out | _differ(getattr(self, name), getattr(other, name))
        return np.asarray(out | _differ(self.xy, other.xy).any(-1))

    def put(self, where: NDArray[np.bool_], other: Cells) -> Cells:
        """These cells, those of `other` where `where` (...) is true."""
        out = self.copy()
        if where.any():
            for name in FIELDS:  # this is some times as fast as `np.where`, above all where little is true
                mask = where[..., None] if name == "xy" else where
                np.copyto(getattr(out, name), getattr(other, name), where=mask)
        return out


class CellTable:
    """The cells (T, N) of a session, with room to grow: adding a track does not copy the others.

    Parameters
    ----------
    n_frames : int
    """

    def __init__(self, n_frames: int) -> None:
        self._n = 0
        self._store = Cells.empty(n_frames, 0)

    @property
    def n_frames(self) -> int:
        """T."""
        return self._store.shape[0]

    @property
    def cells(self) -> Cells:
        """All of them (T, N), as views that must not be written to."""
        view = self._store[:, : self._n]
        for name in FIELDS:
            getattr(view, name).flags.writeable = False
        return view

    def read(self, frames: NDArray[np.int64], columns: NDArray[np.intp]) -> Cells:
        """(t, n) a copy of some."""
        index = area(frames, columns)
        cells = self._store[index]
        return cells.copy() if all(isinstance(part, slice) for part in index) else cells

    def write(self, frames: NDArray[np.int64], columns: NDArray[np.intp], cells: Cells) -> None:
        """Replace some, (t, n)."""
        self._store.write(area(frames, columns), cells)

    def insert(self, columns: NDArray[np.intp]) -> None:
        """Make room for empty columns, `columns` being their places afterwards, ascending."""
        total = self._n + len(columns)
        old = np.setdiff1d(np.arange(total), columns)
        if total > self._store.shape[1] or (old != np.arange(self._n)).any():
            # room that no track has yet is not written to: it takes no memory before it is needed
            store = _room(self.n_frames, max(total, 2 * self._n, 16))
            store.write(area(np.arange(self.n_frames), old), self._store[:, : self._n])
            self._store = store
        self._n = total
        self._clear(columns)

    def remove(self, columns: NDArray[np.intp]) -> None:
        """Drop columns."""
        kept = np.setdiff1d(np.arange(self._n), columns)
        first = min(int(columns.min()) if len(columns) else self._n, len(kept))  # those before it stay where they are
        self._store.write(np.s_[:, first : len(kept)], self._store[:, kept[first:]])
        self._n = len(kept)

    def resize(self, n_frames: int) -> Callable[[], object]:
        """Another number of frames; cells of frames that go are lost, new ones are empty. Gives what takes it back."""
        old, store = self._store, Cells.empty(n_frames, self._store.shape[1])
        kept = min(n_frames, self.n_frames)
        store.write(np.s_[:kept], old[:kept])
        self._store = store
        return lambda: setattr(self, "_store", old)

    def _clear(self, columns: NDArray[np.intp]) -> None:
        places = _as_slice(columns)
        for name, value in EMPTY.items():
            getattr(self._store, name)[:, places] = value


def _room(n_frames: int, columns: int) -> Cells:
    """Cells that hold anything."""
    like = Cells.nothing(n_frames, columns)
    return Cells(*(np.empty(getattr(like, name).shape, getattr(like, name).dtype) for name in FIELDS))


def area(rows: NDArray[Any], columns: NDArray[Any]) -> tuple[Any, Any]:
    """Index of a rectangle of cells; what is consecutive becomes a slice, which is many times faster."""
    parts = (_as_slice(rows), _as_slice(columns))
    if any(isinstance(part, slice) for part in parts):
        return parts
    return rows[:, None], columns


def _as_slice(places: NDArray[Any]) -> Any:
    if not len(places):
        return slice(0, 0)
    return slice(int(places[0]), int(places[-1]) + 1) if (np.diff(places) == 1).all() else places


def _differ(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray((a != b) & ~(np.isnan(a) & np.isnan(b)))
