"""Which pixels around a point belong with it: weights that fall where something else begins.

A patch around a point at an edge shows two things that may go different ways. A pixel is likely to be part of the
point's own thing if a path leads to it along which colours hardly change (Yoon and Kweon 2006, adaptive support
weights; Hosni et al. 2009, geodesic ones), so the cheapest path's change of colour is what its weight falls with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.tracks import Floats

GIVES = 18.0  # grey levels of change along the path at which a weight has fallen to a third
SHARE = 0.1  # of the pixels that belong at least: what has strong texture everywhere is not cut to pieces
LEAST = 0.01  # weight of what is cut off altogether: all that a speck on a plain ground has around it
ROUNDS = 2  # of sweeps in the four directions; a path that winds more often than that counts as longer


def support(patches: Floats) -> Floats:
    """(n, side, side) weights of the pixels of (n, side, side, channels) patches around points in their middles.

    Parameters
    ----------
    patches : (n, side, side, channels) float32
        In grey levels; the side is odd.

    Returns
    -------
    (n, side, side) float32
        `LEAST` … 1.
    """
    far = _distances(patches)
    gives = np.maximum(np.quantile(far, SHARE, (1, 2), keepdims=True), GIVES)
    return np.asarray(LEAST + (1 - LEAST) * np.exp(-far / gives), np.float32)


def _distances(patches: Floats) -> Floats:
    """(n, side, side) changes of colour along the cheapest paths to the middle, whose neighbours belong to it."""
    n, side = patches.shape[:2]
    middle = slice(side // 2 - 1, side // 2 + 2)
    far = np.full((side, side, n), np.inf, np.float32)
    far[middle, middle] = 0
    colours = np.ascontiguousarray(patches.transpose(1, 2, 3, 0))  # what all patches have at one place lies together
    ways = [(far, _Steps.of(colours)), (far.swapaxes(0, 1), _Steps.of(colours.swapaxes(0, 1)))]
    ways = [way for grid, steps in ways for way in ((grid, steps), (grid[::-1], steps.back()))]
    for _ in range(ROUNDS):
        for grid, steps in ways:
            _sweep(grid, steps)
    return np.ascontiguousarray(far.transpose(2, 0, 1))


class _Steps(NamedTuple):
    """What it costs to go on from each row of pixels to the next: straight, to the next column, to the one before."""

    straight: Floats
    onward: Floats
    backward: Floats

    @classmethod
    def of(cls, colours: Floats) -> _Steps:
        here, there = colours[:-1], colours[1:]
        pairs = ((here, there), (here[:, :-1], there[:, 1:]), (here[:, 1:], there[:, :-1]))
        return cls(*(np.asarray(np.sqrt(np.square(a - b).sum(2)), np.float32) for a, b in pairs))

    def back(self) -> _Steps:
        """The same of rows in the opposite order."""
        return _Steps(self.straight[::-1], self.backward[::-1], self.onward[::-1])


def _sweep(far: Floats, steps: _Steps) -> None:
    """Shorten the ways of every row by those that come through the row before."""
    for row in range(len(far) - 1):
        before, after = far[row], far[row + 1]
        np.minimum(after, before + steps.straight[row], out=after)
        np.minimum(after[1:], before[:-1] + steps.onward[row], out=after[1:])
        np.minimum(after[:-1], before[1:] + steps.backward[row], out=after[:-1])
