"""Blurs what is within a mask: faces, number plates, screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Effect
from ..core.options import option

Light = NDArray[np.float32]

COARSE = 4.0  # px of blur that a smaller picture keeps


@dataclass(frozen=True)
class BlurOptions:
    """Of a blur."""

    radius: float = option(20.0, "Pixels; what is smaller cannot be told any more.", least=0.5, most=500)


def apply(light: Light, mask: Light, options: BlurOptions) -> Light:
    """(H, W, 3) light, blurred as by a lens that is out of focus, with soft edges."""
    import cv2

    height, width = light.shape[:2]
    # a wide blur looks the same when made of a smaller picture, and takes a fraction of the time
    times = min(max(int(options.radius / COARSE), 1), height, width)
    small = cv2.resize(light, (-(-width // times), -(-height // times)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), options.radius / times, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def reach(options: Any) -> int:
    """Pixels around the mask that show in it."""
    return int(3 * options.radius) + 1


EFFECT = Effect("blur", "Blur", BlurOptions, apply, reach)
