"""Pixel conventions, each a named pair of functions.

Inside this package x points right, y down, and the centre of the top-left pixel is (0, 0). Every
function takes and returns (..., 2) arrays. The test point is p = (10, 20) in 1920 × 1080.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Convention:
    """One program's way to write a pixel position: scale, offset, and what they are relative to.

    Parameters
    ----------
    scale_of, offset_of : callable
        From the picture size (width, height) to the (x, y) factors and offsets.
    """

    name: str
    scale_of: Callable[[int, int], tuple[float, float]]
    offset_of: Callable[[int, int], tuple[float, float]]

    def from_ours(self, xy: ArrayLike, size: tuple[int, int]) -> Points:
        """Our pixels to this convention, for a picture of `size` (width, height)."""
        return np.asarray(xy, np.float64) * self.scale_of(*size) + self.offset_of(*size)

    def to_ours(self, xy: ArrayLike, size: tuple[int, int]) -> Points:
        """This convention to our pixels, for a picture of `size` (width, height)."""
        ours: Points = (np.asarray(xy, np.float64) - self.offset_of(*size)) / np.asarray(self.scale_of(*size))
        return ours


CONVENTIONS = {
    convention.name: convention
    for convention in (
        # y up, origin at the lower left corner of the picture, pixel centres at .5
        Convention("nuke", lambda w, h: (1.0, -1.0), lambda w, h: (0.5, h - 0.5)),
        Convention("3dequalizer", lambda w, h: (1.0, -1.0), lambda w, h: (0.5, h - 0.5)),
        # y down, origin at the upper left corner
        Convention("colmap", lambda w, h: (1.0, 1.0), lambda w, h: (0.5, 0.5)),
        # fractions of the picture, y up, measured to pixel edges
        Convention("blender", lambda w, h: (1 / w, -1 / h), lambda w, h: (0.5 / w, 1 - 0.5 / h)),
        # fractions of the picture, y down, measured to pixel edges
        Convention("tapvid", lambda w, h: (1 / w, 1 / h), lambda w, h: (0.5 / w, 0.5 / h)),
        # y up, integer pixel centres
        Convention("pftrack", lambda w, h: (1.0, -1.0), lambda w, h: (0.0, h - 1.0)),
        # -1 … 1 from the first pixel centre to the last, y down
        Convention("syntheyes", lambda w, h: (2 / max(w - 1, 1), 2 / max(h - 1, 1)), lambda w, h: (-1.0, -1.0)),
    )
}


def resize_scale(source: tuple[int, int], target: tuple[int, int]) -> NDArray[np.float64]:
    """Factors (x, y) from pixels of a `source` (width, height) picture to the `target` one.

    Corner pixel centres map to corner pixel centres (``align_corners=True``), as the published
    predictors resize. A side of one pixel maps to 0.
    """
    return np.array([(t - 1) / (s - 1) if s > 1 else 1.0 for s, t in zip(source, target, strict=True)])


def inside(xy: ArrayLike, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether points lie on a picture of `size` (width, height): on any pixel's area, NaN outside."""
    points = np.asarray(xy)
    x, y = points[..., 0], points[..., 1]  # NumPy is ten times as slow with all() along an axis of two
    with np.errstate(invalid="ignore"):
        return np.asarray((x >= -0.5) & (x <= size[0] - 0.5) & (y >= -0.5) & (y <= size[1] - 0.5))


def has_place(xy: ArrayLike) -> NDArray[np.bool_]:
    """(...) whether (..., 2) points are known: both coordinates are finite."""
    points = np.asarray(xy)
    return np.asarray(np.isfinite(points[..., 0]) & np.isfinite(points[..., 1]))
