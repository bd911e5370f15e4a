"""Stretches of tracks that are to be solved again, between cells that are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import TrackingError
from .queries import Queries
from .tracks import Floats
from .video import Video

LONG = 128
"""Frames beyond which a stretch is solved again in parts: someone waits for the answer."""

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Gap:
    """Consecutive frames of one track, the known cell at either end included.

    Parameters
    ----------
    id : int
        The track.
    first, last : int
        0-based frames, both included.
    start_xy, end_xy : (x, y) or None
        Pixels of the anchor on the first and on the last frame; None at an open end.
    old : (n, 2) float32
        Where the track is said to be until now, NaN where nowhere; an open gap ends where the new answer
        agrees with it.
    is_new : (bool, bool)
        Whether the cell on the first and that on the last frame were set just now, so that what lies between
        goes by the other one. A long closed gap then ends where the answer from there agrees with the old track, too.
    """

    id: int
    first: int
    last: int
    start_xy: Point | None
    end_xy: Point | None
    old: Floats
    is_new: tuple[bool, bool] = (False, False)

    def __post_init__(self) -> None:
        if self.last < self.first or self.first < 0 or len(self.old) != len(self):
            raise TrackingError(
                f"expected a gap of one frame or more with an old place for each, got frames {self.first} to "
                f"{self.last} and {len(self.old)} places")
        if self.start_xy is None and self.end_xy is None:
            raise TrackingError(f"expected a gap with a known cell at one end, got frames {self.first} to {self.last}")

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def is_closed(self) -> bool:
        """Whether both ends are known."""
        return self.start_xy is not None and self.end_xy is not None

    @property
    def is_long(self) -> bool:
        """Whether only those parts of it are solved again that need it."""
        return len(self) > LONG

    @property
    def frames(self) -> NDArray[np.int64]:
        """(n,) all of them, ascending."""
        return np.arange(self.first, self.last + 1)

    @property
    def is_inner(self) -> NDArray[np.bool_]:
        """(n,) which of the frames hold no known cell."""
        inner = np.ones(len(self), np.bool_)
        inner[0] &= self.start_xy is None
        inner[-1] &= self.end_xy is None
        return inner


@dataclass(frozen=True, eq=False)
class Others:
    """Tracks that take part while others are solved, and are not changed.

    Parameters
    ----------
    frames : (t,) int64
        Those of which their places are given: where gaps have known ends.
    xy : (t, K, 2) float32
        Pixels, NaN where a track is not in sight.
    """

    frames: NDArray[np.int64]
    xy: Floats

    @classmethod
    def none(cls) -> Others:
        """Nobody else."""
        return cls(np.zeros(0, np.int64), np.zeros((0, 0, 2), np.float32))

    def near(self, frame: int, xy: Point, count: int) -> Floats:
        """(k, 2) places on a frame of those nearest to a point, `count` at most."""
        places = self.xy[self.frames == frame].reshape(-1, 2)
        places = places[np.isfinite(places).all(1)]
        order = np.argsort(np.linalg.norm(places - np.array(xy, np.float32), axis=1), kind="stable")
        return np.asarray(places[order[:count]], np.float32)


@dataclass(frozen=True)
class GapJob:
    """What is to be solved again; plain values but for the video.

    Parameters
    ----------
    video : Video
    gaps : tuple of Gap
    settings : dataclass
        The tracker's own settings.
    others : Others
    context : int
        How many of the others, at most, take part with each gap.
    """

    video: Video
    gaps: tuple[Gap, ...]
    settings: Any = None
    others: Others = field(default_factory=Others.none)
    context: int = 8

    @property
    def unit(self) -> float:
        """Pixels of 1/256 of the picture's longer side."""
        return max(self.video.width, self.video.height) / 256

    def queries(self, step: int) -> Queries:
        """The known ends that a pass starts from, forward (1) or backward (-1); ids count the gaps.

        Tracks that only take part follow, with negative ids.
        """
        ends = [(number, *_start(gap, step)) for number, gap in enumerate(self.gaps)]
        known = [(number, t, xy) for number, t, xy in ends if xy is not None]
        helpers = {(t, *map(float, place)): None for _, t, xy in known
                   for place in self.others.near(t, xy, self.context)}
        rows = [*known, *((-1 - n, t, (x, y)) for n, (t, x, y) in enumerate(helpers))]
        return Queries(np.array([t for _, t, _ in rows], np.int64),
                       np.array([xy for *_, xy in rows], np.float32).reshape(-1, 2),
                       np.array([number for number, *_ in rows], np.int64))


def _start(gap: Gap, step: int) -> tuple[int, Point | None]:
    return (gap.first, gap.start_xy) if step > 0 else (gap.last, gap.end_xy)
