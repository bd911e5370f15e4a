"""Two answers for the same span, one from each end, and what becomes of them.

Between two cells that a person placed, a track is followed forward from the first and backward from
the second. Each side is right at its own end and drifts towards the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .tracks import DEFAULT_THRESHOLD, Floats

MISS = 4.0  # px of 256 by which a side that misses the other anchor counts a quarter there
ONE = 2.0  # px of 256 within which both sides say the same
SHARPNESS = 4  # power of the confidence
FLOOR = 1e-3  # of the confidence: a side without any still counts where there is no other


class Side(NamedTuple):
    """What one direction says of one track on n frames.

    Parameters
    ----------
    xy : (n, 2) float32
        Pixels, NaN where it says nothing.
    visibility, confidence : (n,) float32
        NaN where it says nothing.
    """

    xy: Floats
    visibility: Floats
    confidence: Floats

    @classmethod
    def nothing(cls, n: int) -> Self:
        """Silence on n frames."""
        return cls(np.full((n, 2), np.nan, np.float32), *np.full((2, n), np.nan, np.float32))

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Side:
        """Only some of the frames, or in another order."""
        return Side(self.xy[rows], self.visibility[rows], self.confidence[rows])

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) where it says something."""
        return np.asarray(np.isfinite(self.xy).all(1))

    @property
    def is_seen(self) -> NDArray[np.bool_]:
        """(n,) where it sees the point."""
        return np.asarray(self.visibility * self.confidence > DEFAULT_THRESHOLD)


@dataclass(frozen=True, eq=False)
class Sides:
    """Both one-sided answers for some frames of a track, and the positions that were made of them.

    Parameters
    ----------
    id : int
        The track.
    frames : (n,) int64
        Ascending.
    forward, backward : Side
        From the anchor before the span and from the one after it; where there is no such anchor, silence.
        Each has its own answer at the other one's anchor, too.
    xy : (n, 2) float32
        What was written. Where a cell is no longer this, these sides have nothing to say of it.
    unit : float
        Pixels of 1/256 of the picture's longer side.
    """

    id: int
    frames: NDArray[np.int64]
    forward: Side
    backward: Side
    xy: Floats
    unit: float = 1.0

    @property
    def doubt(self) -> Floats:
        """(n,) pixels: how far apart both sides are, as far as both of them count; NaN where only one speaks."""
        share = backward_share(self.forward, self.backward, self.unit)
        apart = np.linalg.norm(self.forward.xy - self.backward.xy, axis=1)
        return np.asarray(2 * np.sqrt(share * (1 - share)) * apart, np.float32)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Sides:
        """Only some of the frames."""
        return Sides(self.id, self.frames[rows], self.forward.select(rows), self.backward.select(rows), self.xy[rows],
                     self.unit)

    @property
    def is_one(self) -> NDArray[np.bool_]:
        """(n,) where both sides see the point and say the same of it."""
        apart = np.linalg.norm(self.forward.xy - self.backward.xy, axis=1)
        return np.asarray((apart <= ONE * self.unit) & self.forward.is_seen & self.backward.is_seen)

    @property
    def are_one(self) -> bool:
        """Whether both sides see the point all along and say the same of it.

        Two followers that set out from either end and pass over the same places have not been led astray:
        on spans of the validation clips (`docs/performance.md`) all but one cell in two thousand were right.
        """
        return bool(self.is_one.all())


def blend(forward: Side, backward: Side, unit: float = 1.0) -> Side:
    """One answer of both sides of a span whose ends are known, weighted by confidence, distance and arrival.

    Where only one side speaks, its answer holds.

    Parameters
    ----------
    forward, backward : Side
        On the same frames, in the order of time; the forward side starts from the anchor on the first
        frame, the backward side from the one on the last.
    unit : float
        Pixels of 1/256 of the picture's longer side.
    """
    return mixed(forward, backward, backward_share(forward, backward, unit))


def mixed(forward: Side, backward: Side, share: NDArray[np.floating]) -> Side:
    """One answer of two, of which the second counts as much as (n,) `share` says, 0 … 1."""
    parts = []
    for one, other in zip(forward, backward, strict=True):
        weight = share[:, None] if one.ndim == 2 else share
        # what is not known counts for nothing where its share is 0, but NaN times 0 is NaN
        parts.append(np.where(weight == 0, one, np.where(weight == 1, other, (1 - weight) * one + weight * other)))
    return Side(*(part.astype(np.float32) for part in parts))


def backward_share(forward: Side, backward: Side, unit: float = 1.0) -> Floats:
    """(n,) how much the backward side counts, 0 … 1; NaN where neither says anything.

    A side counts less the farther it is from its anchor, the less sure it is, and the more it misses
    the other anchor once it arrives there: by then it has drifted, or follows something else. On spans
    of the validation clips this brings 3 % more of the cells within 4 px of 256 than weights of
    confidence and distance alone.

    Parameters
    ----------
    forward, backward : Side
        As in `blend`.
    unit : float
    """
    if not len(forward.xy):
        return np.zeros(0, np.float32)
    place = np.linspace(0, 1, len(forward.xy))
    missed = (_apart(forward.xy[side], backward.xy[side]) / (MISS * unit) for side in (-1, 0))
    ahead, behind = (
        np.sqrt(1 - from_anchor) * np.power(np.nan_to_num(side.confidence) + FLOOR, SHARPNESS)
        / np.square(1 + miss * from_anchor)
        for side, from_anchor, miss in zip((forward, backward), (place, 1 - place), missed, strict=True))
    share = behind / np.maximum(ahead + behind, np.finfo(np.float64).tiny)
    share = np.where(forward.known, np.where(backward.known, share, 0), np.where(backward.known, 1, np.nan))
    return np.asarray(share, np.float32)


def _apart(xy: Floats, other: Floats) -> float:
    """Between two places; 0 where one of them is not known."""
    return float(np.nan_to_num(np.hypot(*(xy - other).astype(np.float64))))
