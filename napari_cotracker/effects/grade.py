"""Brightness, contrast and colour within a mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Effect
from ..core.options import option

Light = NDArray[np.float32]

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of ITU-R BT.709


@dataclass(frozen=True)
class GradeOptions:
    """Of a grade."""

    exposure: float = option(0.0, "Stops; 1 is twice the light.", least=-10, most=10)
    gamma: float = option(1.0, "Above 1 brightens what is dark.", least=0.1, most=10)
    saturation: float = option(1.0, "0 for grey, 1 for as it is.", least=0, most=4)
    warmth: float = option(0.0, "Stops by which red is more than blue.", least=-4, most=4)


def apply(light: Light, mask: Light, options: GradeOptions) -> Light:
    """(H, W, 3) graded light; green keeps its share when it gets warmer."""
    stops = options.exposure + options.warmth / 2 * np.array([1, 0, -1])
    found = light * (2**stops).astype(np.float32)
    if options.gamma != 1:
        found = np.sign(found) * np.abs(found) ** np.float32(1 / options.gamma)
    grey = (found @ LUMA)[..., None]
    return np.asarray(grey + np.float32(options.saturation) * (found - grey), np.float32)


EFFECT = Effect("grade", "Brightness and colour", GradeOptions, apply)
