"""Warps for every pixel: where each comes from, or goes to, as arrays that are sampled or written as STMaps."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.warps import PlaneWarp, Warp

Points = NDArray[np.float64]
Map = NDArray[np.float32]

STEP = 16  # px between places at which a warp that bends is asked; between them it is a cubic spline
NEAR = 4  # px between which a straight line does
LEAST = 4  # places on each side, for a cubic
STRIP = 1 << 15  # places at a time, whose numbers stay near the processor


class Box(NamedTuple):
    """A part of a picture, in whole pixels; the last ones do not belong to it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return max(self.right - self.left, 0)

    @property
    def height(self) -> int:
        """Pixels down."""
        return max(self.bottom - self.top, 0)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, other: Box) -> tuple[slice, slice]:
        """Rows and columns of an array that has what lies in another box."""
        rows, columns = ((max(a - start, 0), max(min(b, end) - start, 0)) for a, b, start, end in (
            (self.top, self.bottom, other.top, other.bottom), (self.left, self.right, other.left, other.right)))
        return slice(*rows), slice(*columns)

    def outline(self, count: int = 16) -> Points:
        """(4 · count, 2) places along the outer edges of its pixels, clockwise from the top left."""
        share = np.arange(count)[:, None] / count
        corners = np.array([(self.left, self.top), (self.right, self.top), (self.right, self.bottom),
                            (self.left, self.bottom)]) - 0.5
        return np.concatenate([a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)])


def whole(size: tuple[int, int]) -> Box:
    """All of a picture of a (width, height)."""
    return Box(0, 0, *size)


def inverse_map(warp: Warp, box: Box, fine: int = 1) -> Map:
    """(H, W, 2) for every pixel of a part of the frame, where on the reference picture it is; NaN where nowhere.

    Parameters
    ----------
    warp : Warp
    box : Box
        On the frame.
    fine : int
        Places per pixel, each way, evenly spread within it; H and W are that many times as much.
    """
    return _dense(warp.inverse, warp, box, fine)


def forward_map(warp: Warp, box: Box, fine: int = 1) -> Map:
    """(H, W, 2) for every pixel of a part of the reference picture, where on the frame it is; NaN where nowhere."""
    return _dense(warp.forward, warp, box, fine)


def box_on_frame(warp: Warp, box: Box, size: tuple[int, int], margin: int = 2) -> Box:
    """The part of a frame of `size` (width, height) that a part of the reference picture covers; empty if none."""
    there = warp.forward(box.outline())
    if not np.isfinite(there).all():  # some of it is behind the camera: it might be anywhere
        return whole(size)
    left, top = np.clip(np.floor(there.min(0)) - margin, 0, size).astype(int).tolist()
    right, bottom = np.clip(np.ceil(there.max(0)) + margin + 1, 0, size).astype(int).tolist()
    return Box(left, top, max(right, left), max(bottom, top))


def over_box(values: Callable[[Points], Points], box: Box, fine: int = 1, step: int = STEP) -> Map:
    """(H, W, C) a smooth function for every pixel of a part of a picture, asked for every `step` pixels only.

    Parameters
    ----------
    values : callable
        From (K, 2) places to (K, C).
    box : Box
    fine : int
        Places per pixel, each way.
    step : int
    """
    return _over(values, box, fine, step)


def _over(values: Callable[[Points], Points], box: Box, fine: int, step: int, *, moves: bool = False) -> Map:
    """A cubic spline down to every `NEAR` pixels, straight lines from there; `moves` if values are places, too."""
    import cv2

    x, y = _axis(box.left, box.width), _axis(box.top, box.height)
    across, down = (np.linspace(axis[0], axis[-1], max(-(-(len(axis) - 1) * NEAR // step) + 1, LEAST))
                    for axis in (x, y))
    lattice = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)
    found = (values(lattice) - lattice * moves).reshape(len(down), len(across), -1)
    known = np.asarray(np.isfinite(found).all(-1))
    # a cubic would ring where it breaks off
    weights = _weights if known.all() else _straight_weights
    rows, columns = weights(len(down), len(y)), weights(len(across), len(x))
    spread = np.moveaxis(np.where(known[..., None], found, 0).astype(np.float32), -1, 0)
    coarse = np.moveaxis(rows @ spread @ columns.T, 0, -1)
    if moves:
        coarse = coarse + np.stack(np.meshgrid(x, y), -1).astype(np.float32)
    if not known.all():
        share = rows @ known.astype(np.float32) @ columns.T
        coarse = np.where(share[..., None] > 0.9999, coarse, np.nan)
    times = NEAR * fine
    dense = cv2.resize(np.ascontiguousarray(coarse), (len(x) * times, len(y) * times), interpolation=cv2.INTER_LINEAR)
    dense = dense.reshape(*dense.shape[:2], -1)
    return np.asarray(dense[times : times + box.height * fine, times : times + box.width * fine])


def _dense(there: Callable[[Points], Points], warp: Warp, box: Box, fine: int) -> Map:
    if not (box.width and box.height):
        return np.zeros((box.height * fine, box.width * fine, 2), np.float32)
    if isinstance(warp, PlaneWarp):
        x, y = (start + (np.arange(count * fine) + 0.5) / fine - 0.5
                for start, count in ((box.left, box.width), (box.top, box.height)))
        return _plane_map(warp.back if there == warp.inverse else warp.matrix, x, y)
    return _over(there, box, fine, STEP, moves=True)


def _plane_map(matrix: Points, x: Points, y: Points) -> Map:
    """Row by row and column by column, which is much less work than pixel by pixel."""
    found = np.empty((len(y), len(x), 2), np.float32)
    rows = max(STRIP // len(x), 1)
    for start in range(0, len(y), rows):
        part, strip = found[start : start + rows], y[start : start + rows]
        across, down, depth = (row[0] * x + (row[1] * strip + row[2])[:, None] for row in matrix)
        scale = 1 / np.where(depth > 1e-9 * abs(matrix[2, 2]), depth, np.nan)
        np.multiply(across, scale, out=part[..., 0], casting="same_kind")
        np.multiply(down, scale, out=part[..., 1], casting="same_kind")
    return found


def _axis(start: int, count: int) -> Points:
    """The middles of every `NEAR` pixels, from those before the first to those after the last."""
    return np.asarray(start + NEAR * (np.arange(-(-count // NEAR) + 2) - 1) + (NEAR - 1) / 2)


@lru_cache(64)
def _weights(nodes: int, count: int) -> Any:
    """(count, nodes) what each node of a cubic spline gives to each place between the first and the last."""
    from scipy.interpolate import CubicSpline

    return CubicSpline(np.arange(nodes), np.eye(nodes))(np.linspace(0, nodes - 1, count)).astype(np.float32)


@lru_cache(64)
def _straight_weights(nodes: int, count: int) -> Any:
    """The same for straight lines between nodes."""
    at = np.linspace(0, nodes - 1, count)[:, None]
    return np.maximum(1 - np.abs(at - np.arange(nodes)), 0).astype(np.float32)
