"""The doubtful moments of all tracks, brought up to date step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.cues import gather
from ..core.neighbours import Neighbours
from ..core.ranking import Moment, rank
from ..core.tracks import CellArrays, Floats
from .looked import Looked

Ids = NDArray[np.int64]

READ, COMPARED, RANKED = 64, 16, 4  # tracks at once: some ten milliseconds with 1,000 tracks of 1,000 frames
USUAL = 1000  # tracks, and frames; with more, fewer at once
FEW = 64  # changes of more tracks begin anew


class Reviewed(Protocol):
    """What is looked through; a `Session` is such."""

    @property
    def cells(self) -> CellArrays: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def n_frames(self) -> int: ...


class Standings:
    """Which moments every track has, apart from what was looked at.

    Parameters
    ----------
    session : Reviewed
    doubt_of : callable, optional
        From a track's id to (T,) pixels between its forward and backward answer, NaN where there are not
        both; or None.
    start_of : callable, optional
        From a track's id to the frame of its query, or None.

    Attributes
    ----------
    looked : Looked
        What is not to be proposed again. Whoever changes it says so by `forget`.
    """

    def __init__(self, session: Reviewed, *, doubt_of: Callable[[int], Floats | None] | None = None,
                 start_of: Callable[[int], int | None] | None = None) -> None:
        self._session, self._doubt_of, self._start_of = session, doubt_of, start_of
        self.looked = Looked()
        self._moments: dict[int, list[Moment]] = {}
        self._begin()

    @property
    def is_stale(self) -> bool:
        """Whether there is something to bring up to date."""
        return bool(self._changed or self._new or self._stale) or self._is_other()

    @property
    def by_track(self) -> Mapping[int, Sequence[Moment]]:
        """The moments of every track, the worst first, as far as they are known."""
        return self._moments

    def mark(self, ids: Iterable[int] | None = None) -> None:
        """Say which tracks' cells changed; None for all."""
        known = set(self._ids.tolist())
        self._changed |= known if ids is None else known.intersection(map(int, ids))

    def forget(self, ids: Iterable[int]) -> None:
        """Rank some tracks anew though no cell of them changed."""
        self._stale |= set(self._ids.tolist()).intersection(map(int, ids))

    def steps(self) -> Iterator[float]:
        """Bring everything up to date; yields the share that is done, after some ten milliseconds each."""
        work = 0
        while self.is_stale:
            left = self._step()
            work = max(work, left)
            yield 1 - left / max(work, 1)

    def refresh(self) -> None:
        """Bring everything up to date at once."""
        for _ in self.steps():
            pass

    def _begin(self) -> None:
        """Everything is to be done."""
        self._shape = (self._session.n_frames, self._session.size)
        self._ids = np.array(self._session.ids, np.int64)
        self._neighbours = Neighbours(self._session.cells, self._session.size, np.zeros(0, np.int64))
        self._unread = np.arange(len(self._ids))
        self._changed: set[int] = set()
        self._new, self._stale = set(range(len(self._ids))), set(self._ids.tolist())
        self._moments = {id: moments for id, moments in self._moments.items() if id in self._stale}

    def _is_other(self) -> bool:
        same = self._shape == (self._session.n_frames, self._session.size)
        return not same or not np.array_equal(self._ids, self._session.ids)

    def _step(self) -> int:
        """Do a little; gives how many tracks are left to do."""
        if self._is_other():
            self._come_and_go()
        elif self._changed:
            self._take_over()
        elif len(self._unread):
            few = self._fewer(READ)
            self._neighbours.read(self._session.cells, self._unread[:few])
            self._unread = self._unread[few:]
        elif self._new:
            some = sorted(self._new)[: self._fewer(COMPARED, len(self._ids))]
            self._neighbours.compare(np.array(some, np.int64))
            self._new.difference_update(some)
        else:
            self._rank(np.array(sorted(self._stale)[: self._fewer(RANKED)], np.int64))
        return len(self._new) + len(self._stale)

    def _fewer(self, count: int, n_tracks: int = 0) -> int:
        """How many tracks are done at once, so that a step of a large session takes no longer than that of others."""
        work = max(self._session.n_frames / USUAL, 1) * max(n_tracks / USUAL, 1)
        return max(int(count / work), 1)

    def _come_and_go(self) -> None:
        """Other tracks than before."""
        ids = np.array(self._session.ids, np.int64)
        coming, going = np.setdiff1d(ids, self._ids), np.setdiff1d(self._ids, ids)
        shape = (self._session.n_frames, self._session.size)
        if self._new or self._changed or len(coming) + len(going) > FEW or shape != self._shape:
            self._begin()
            return
        places = {id: place for place, id in enumerate(self._ids.tolist())}
        old = np.array([places.get(id, -1) for id in ids.tolist()], np.int64)
        affected = self._neighbours.adapt(self._session.cells, old)
        self._ids = ids
        self._stale = (self._stale | set(ids[affected].tolist())) - set(going.tolist())
        for id in going.tolist():
            self._moments.pop(id, None)

    def _take_over(self) -> None:
        """Other cells than before."""
        if self._new or len(self._changed) > FEW:
            self._begin()
            return
        columns = np.flatnonzero(np.isin(self._ids, sorted(self._changed)))
        affected = self._neighbours.update(self._session.cells, columns)
        self._stale |= set(self._ids[affected].tolist())
        self._changed.clear()

    def _rank(self, ids: Ids) -> None:
        columns = np.flatnonzero(np.isin(self._ids, ids))
        ids = self._ids[columns]
        starts = [self._start_of(id) if self._start_of else None for id in ids.tolist()]
        evidence = gather(
            self._session.cells, self._session.size, columns,
            np.array([-1 if start is None else start for start in starts], np.int64), self._neighbours,
            doubt=self._doubts(ids))
        hidden = self.looked.mask(ids.tolist(), self._session.n_frames)
        found = rank(ids, evidence, hidden)
        self._moments.update(zip(ids.tolist(), found, strict=True))
        self._stale.difference_update(ids.tolist())

    def _doubts(self, ids: Ids) -> Floats | None:
        found = [self._doubt_of(id) if self._doubt_of else None for id in ids.tolist()]
        nothing = np.full(self._session.n_frames, np.nan, np.float32)
        if all(doubt is None for doubt in found):
            return None
        return np.stack([nothing if doubt is None else doubt for doubt in found], 1)
