"""Which frames of which tracks a person has looked at as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.moments import spans


class Looked:
    """Frames of tracks, by id; grows with what was looked at, not with the clip."""

    def __init__(self) -> None:
        self._frames: dict[int, set[int]] = {}

    @property
    def ids(self) -> set[int]:
        """Tracks of which anything was looked at."""
        return set(self._frames)

    def add(self, id: int, frames: Iterable[int]) -> None:
        """Some frames of a track were looked at."""
        if frames := set(frames):
            self._frames.setdefault(id, set()).update(frames)

    def drop(self, ids: Collection[int] | None, frames: Collection[int] | None) -> set[int]:
        """Some frames of some tracks were not, None for all; gives the ids for which that is news."""
        known = self.ids if ids is None else self.ids.intersection(ids)
        gone = set(frames) if frames is not None else None
        news = {id for id in known if gone is None or not gone.isdisjoint(self._frames[id])}
        for id in news:
            self._frames[id] = set() if gone is None else self._frames[id] - gone
            if not self._frames[id]:
                del self._frames[id]
        return news

    def mask(self, ids: Iterable[int], n_frames: int) -> NDArray[np.bool_]:
        """(T, n) as an array."""
        ids = list(ids)
        out = np.zeros((n_frames, len(ids)), np.bool_)
        for column, id in enumerate(ids):
            frames = np.array(sorted(self._frames.get(id, ())), np.int64)
            out[frames[(frames >= 0) & (frames < n_frames)], column] = True
        return out

    def spans(self) -> dict[int, list[tuple[int, int]]]:
        """First and last frame of every run, by id."""
        return {id: spans(self.mask([id], max(frames) + 1)[:, 0]) for id, frames in self._frames.items()}

    @classmethod
    def of(cls, spans: Mapping[int, Iterable[tuple[int, int]]]) -> Looked:
        """What `spans` gave."""
        out = cls()
        for id, runs in spans.items():
            for first, last in runs:
                out.add(int(id), range(first, last + 1))
        return out
