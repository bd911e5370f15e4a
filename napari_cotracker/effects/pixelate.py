"""Large pixels within a mask, each the mean of what it covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Effect
from ..core.options import option

Light = NDArray[np.float32]


@dataclass(frozen=True)
class PixelateOptions:
    """Of large pixels."""

    size: int = option(24, "Pixels of the film across each.", least=2, most=1000)


def apply(light: Light, mask: Light, options: PixelateOptions) -> Light:
    """(H, W, 3) light in squares from the middle outwards, so that they go along with the mask."""
    height, width = light.shape[:2]
    x, y = (_cells(count, options.size) for count in (width, height))
    rows, columns = (np.searchsorted(cells, np.arange(cells[-1] + 1)) for cells in (y, x))
    sums = np.add.reduceat(np.add.reduceat(light, rows, 0, dtype=np.float64), columns, 1)
    means = sums / (np.bincount(y)[:, None] * np.bincount(x))[..., None]
    return np.asarray(means.astype(np.float32)[y][:, x])


def _cells(count: int, size: int) -> NDArray[np.intp]:
    """(count,) the number of the square each pixel is in, with one square's middle in the middle."""
    first = -((count // 2 - size // 2) % size)
    return np.asarray((np.arange(count) - first) // size - (0 - first) // size, np.intp)


def reach(options: Any) -> int:
    """Whole squares at the mask's edge."""
    return int(options.size)


EFFECT = Effect("pixelate", "Large pixels", PixelateOptions, apply, reach)
