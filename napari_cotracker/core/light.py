"""The curve of sRGB (IEC 61966-2-1), on which pixels of 8 and 16 bits lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def linear_to_srgb(light: NDArray[Any]) -> NDArray[Any]:
    """Linear light in 0 … 1 as values on the curve."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


def srgb_to_linear(values: NDArray[Any]) -> NDArray[Any]:
    """Values on the curve in 0 … 1 as linear light."""
    return np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0.04045) + 0.055) / 1.055) ** 2.4)
