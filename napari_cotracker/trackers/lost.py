"""Where lost points may be: to where they coast, and to where a guide leads them.

Coasting is the better guess at first and gets worse with every step; a guide is no worse after many
steps than after one. So a point is shown where it coasts to, and then more and more where the guide
leads, as far as that is believed. Templates are searched for at both places, and where one is found
tells which of the two was right: a vote on the guide that counts for all lost points of the clip.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .patches import Floats, Rows

PULL = 0.25  # share of the distance to the guide that a led point makes good in one step
COASTS = (2, 8)  # steps after the loss until which a point only coasts, and from which the guide alone may lead
AGREE = 4.0  # px of 256 between both places below which finding a point says nothing about either
DOUBTS = 3.0  # votes of no opinion before the first
LIMITS = (2, 4, 8, 16, 32)  # px of 256 by which a vote tells near from far


class LostPoints:
    """Both places of n points, of which only those of lost ones mean anything.

    Parameters
    ----------
    unit : float
        Pixels of 1/256 of the picture's longer side.

    Attributes
    ----------
    coast, led : (n, 2) float32
    """

    def __init__(self, unit: float) -> None:
        self._unit = unit
        self.coast = np.zeros((0, 2), np.float32)
        self.led = np.zeros((0, 2), np.float32)
        self._votes, self._voters = 0.0, DOUBTS

    def grow(self, n: int) -> None:
        """Room for n more points."""
        more = np.zeros((n, 2), np.float32)
        self.coast, self.led = np.concatenate([self.coast, more]), np.concatenate([self.led, more])

    def start(self, rows: Rows, xy: Floats) -> None:
        """Both places of points that are known to be somewhere."""
        self.coast[rows] = self.led[rows] = xy

    def lead(self, rows: Rows, motion: Floats, guide: Floats) -> None:
        """Move the led places as the guide moved, and towards it; where it is silent they coast along."""
        moved = self.led[rows] + motion
        moved = np.where(np.isfinite(moved), moved + PULL * (guide - moved), guide)
        self.led[rows] = np.where(np.isfinite(moved), moved, self.coast[rows])

    def apart(self, rows: Rows) -> Floats:
        """(n,) px of 256 between both places."""
        return np.asarray(np.linalg.norm(self.led[rows] - self.coast[rows], axis=1) / self._unit, np.float32)

    def share(self, lost_for: NDArray[Any]) -> Floats:
        """(n,) how much of the way from the one place to the other the guide may lead, 0 … 1."""
        first, last = COASTS
        return np.asarray(np.clip((lost_for - first) / (last - first), 0, 1), np.float32)

    def record(self) -> float:
        """How much nearer to the points that were found the guide led than they had coasted, -1 … 1."""
        return self._votes / self._voters

    def vote(self, rows: Rows, xy: Floats) -> None:
        """Hear where lost points have been found."""
        rows, xy = rows[told := self.apart(rows) > AGREE], xy[told]
        coasted, led = (self._worth(place[rows], xy) for place in (self.coast, self.led))
        self._votes += float((led - coasted).sum())
        self._voters += len(rows)

    def _worth(self, place: Floats, xy: Floats) -> Floats:
        off = np.linalg.norm(place - xy, axis=1) / self._unit
        return np.asarray(np.mean([off < limit for limit in LIMITS], 0), np.float32)
