"""Both one-sided answers for spans that were tracked anew, as far as they still speak of what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Side, Sides
from . import records
from .store import Store


class SidesIndex:
    """Finds the answers for a track without walking the history.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, list[tuple[int, Sides]]] = {}

    def add(self, step: int, sides: Iterable[Sides]) -> None:
        """A step brought some."""
        for each in sides:
            if each.id in self._known:
                self._known[each.id].append((step, each))

    def clear(self) -> None:
        """All are gone."""
        self._known.clear()

    def of(self, track: int, done: Mapping[int, int]) -> list[Sides]:
        """Those of a track whose steps are done, the newest first; `done` says when each was.

        Raises
        ------
        EditError
            If they cannot be read.
        """
        if track not in self._known:
            self._known[track] = self._store.read(records.read_sides(track))
        found = [(done[step], n, sides) for n, (step, sides) in enumerate(self._known[track]) if step in done]
        return [sides for _, _, sides in sorted(found, key=lambda each: each[:2], reverse=True)]


def over_all(track: int, answers: Sequence[Sides], xy: NDArray[np.float32]) -> Sides | None:
    """One `Sides` over all frames of a track; None if there is nothing to say.

    Parameters
    ----------
    track : int
    answers : sequence of Sides
        The newest first.
    xy : (T, 2) float32
        Where the track is now. Of a frame an answer counts if this is what was made of it, to the bit.
    """
    told = np.zeros(len(xy), np.bool_)
    forward, backward = Side.nothing(len(xy)), Side.nothing(len(xy))
    for sides, rows in _valid(answers, xy):
        for whole, part in ((forward, sides.forward), (backward, sides.backward)):
            for field, given in zip(whole, part):
                field[sides.frames[rows]] = given[rows]
        told[sides.frames[rows]] = True
    if not told.any():
        return None
    return Sides(track, np.arange(len(xy)), forward, backward, np.where(told[:, None], xy, np.float32(np.nan)))


def doubt_over_all(answers: Sequence[Sides], xy: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """(T,) how far both answers are apart, in pixels, as `Sides.doubt` has it for each span; None without any."""
    doubt = np.full(len(xy), np.nan, np.float32)
    for sides, rows in _valid(answers, xy):
        doubt[sides.frames[rows]] = sides.doubt[rows]
    return doubt if np.isfinite(doubt).any() else None


def _valid(answers: Sequence[Sides], xy: NDArray[np.float32]) -> Iterator[tuple[Sides, NDArray[np.intp]]]:
    """Every answer with those of its rows that still hold, and that no newer one has told of."""
    told = np.zeros(len(xy), np.bool_)
    for sides in answers:
        rows = np.flatnonzero((sides.frames >= 0) & (sides.frames < len(xy)))
        frames = sides.frames[rows]
        valid = ~told[frames] & np.isfinite(xy[frames]).all(1)
        valid &= (_bits(xy[frames]) == _bits(sides.xy[rows])).all(1)
        told[frames[valid]] = True
        yield sides, rows[valid]


def _bits(xy: NDArray[np.float32]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(xy, np.float32).view(np.uint32)
