"""Fills a mask from what is around it: wires, dust, small marks. For more, insert a clean picture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Effect
from ..core.options import option

Light = NDArray[np.float32]


@dataclass(frozen=True)
class InpaintOptions:
    """Of a fill."""

    radius: float = option(4.0, "Pixels around each one from which it is filled.", least=1, most=50)
    grow: int = option(2, "Pixels around the mask that are not trusted either.", least=0, most=50)


def apply(light: Light, mask: Light, options: InpaintOptions) -> Light:
    """(H, W, 3) light, the mask filled by the method of Bertalmio et al. (2001), channel by channel."""
    import cv2

    hole = (mask > 0).astype(np.uint8)
    if options.grow:
        hole = cv2.dilate(hole, np.ones((2 * options.grow + 1,) * 2, np.uint8))
    if hole.all():
        return light
    if 1 in hole.shape:  # of a line OpenCV makes no number
        wide, thick = np.pad(light, [(1, 1), (1, 1), (0, 0)], "edge"), np.pad(mask, 1, "edge")
        return apply(wide, thick, options)[1:-1, 1:-1]
    # Telea's method, the other one there is, goes wrong with floats in OpenCV 5.0
    with ThreadPoolExecutor(3) as pool:
        planes = pool.map(lambda plane: cv2.inpaint(plane, hole, options.radius, cv2.INPAINT_NS), cv2.split(light))
        return np.asarray(cv2.merge(list(planes)))


def reach(options: Any) -> int:
    """Pixels around the mask from which it is filled."""
    return int(options.radius) + int(options.grow) + 2


EFFECT = Effect("inpaint", "Fill from around", InpaintOptions, apply, reach)
