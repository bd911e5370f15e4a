"""Colours of label pictures: those of DAVIS and PASCAL VOC, which number them by the bits of the label."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def palette() -> NDArray[np.uint8]:
    """(256, 3) RGB; every third bit of a label, lowest first, is a bit of red, of green, of blue, highest first."""
    found = np.zeros((256, 3), np.uint8)
    labels = np.arange(256)
    for bit in range(8):
        for channel in range(3):
            found[:, channel] |= (((labels >> (3 * bit + channel)) & 1) << (7 - bit)).astype(np.uint8)
    found.flags.writeable = False
    return found
