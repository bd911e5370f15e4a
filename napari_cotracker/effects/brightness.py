"""How much brighter a surface is than on the reference frame, for pictures that are laid upon it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .colour import to_linear
from .motion import Motion

Picture = NDArray[Any]

PATCH = 9  # px across, around every track
DARK = 0.004  # of white: what is darker says little
MOST = 8.0  # times brighter or darker; more is not believed


def gain_of(reference: Picture, frame: Picture, motion: Motion, t: int) -> NDArray[np.float32]:
    """(3,) by what the light of a surface was multiplied, red, green and blue; 1 where no track tells.

    The median over the tracks that the frame's motion rests on, so that shine or a shadow on some of them does
    not count.

    Parameters
    ----------
    reference, frame : (H, W, 3) or (H, W, 4), uint8, uint16 or float
        The reference picture and the frame.
    motion : Motion
    t : int
        0-based, of the frame.
    """
    use = motion.used[t] & motion.used[motion.reference] & np.isfinite(motion.places).all(1)
    there = motion.warp(t).forward(motion.places)
    use &= np.isfinite(there).all(1)
    before, after = _patches(reference, motion.places[use]), _patches(frame, there[use])
    bright = (before > DARK) & (after > DARK)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(bright, after / before, np.nan)
    told = [channel[np.isfinite(channel)] for channel in ratios.T]
    gains = [float(np.median(channel)) if len(channel) else 1.0 for channel in told]
    return np.clip(gains, 1 / MOST, MOST).astype(np.float32)


def _patches(picture: Picture, places: NDArray[np.float64]) -> NDArray[np.float32]:
    """(K, 3) mean light around places; NaN off the picture."""
    height, width = picture.shape[:2]
    found = np.full((len(places), 3), np.nan, np.float32)
    for k, (x, y) in enumerate(np.rint(places).astype(int).tolist()):
        if 0 <= x < width and 0 <= y < height:
            part = picture[max(y - PATCH // 2, 0) : y + PATCH // 2 + 1, max(x - PATCH // 2, 0) : x + PATCH // 2 + 1, :3]
            found[k] = to_linear(part).mean((0, 1))
    return found
