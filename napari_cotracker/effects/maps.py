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
LEAST = 4  # places on each side, for a cubic


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
    x, y = (_axis(*side, fine) for side in ((box.left, box.width), (box.top, box.height)))
    across, down = (np.linspace(0, len(axis) - 1, max(-(-(len(axis) - 1) // (step * fine)) + 1, LEAST))
                    for axis in (x, y))
    lattice = np.stack(np.meshgrid(x[0] + across / fine, y[0] + down / fine), -1)
    found = values(lattice.reshape(-1, 2)).reshape(*lattice.shape[:2], -1)
    known = np.asarray(np.isfinite(found).all(-1))
    # a cubic would ring where it breaks off
    weights = _weights if known.all() else _straight_weights
    spread = np.moveaxis(np.where(known[..., None], found, 0).astype(np.float32), -1, 0)
    dense = weights(len(down), len(y)) @ spread @ weights(len(across), len(x)).T
    if not known.all():
        share = weights(len(down), len(y)) @ known.astype(np.float32) @ weights(len(across), len(x)).T
        dense = np.where(share > 0.9999, dense, np.nan)
    return np.ascontiguousarray(np.moveaxis(dense, 0, -1), np.float32)


def _dense(there: Callable[[Points], Points], warp: Warp, box: Box, fine: int) -> Map:
    if not (box.width and box.height):
        return np.zeros((box.height * fine, box.width * fine, 2), np.float32)
    x, y = _axis(box.left, box.width, fine), _axis(box.top, box.height, fine)
    if isinstance(warp, PlaneWarp):
        matrix = warp.back if there == warp.inverse else warp.matrix
        return _plane_map(matrix, x, y)
    moved = over_box(lambda places: there(places) - places, box, fine)
    moved[..., 0] += x.astype(np.float32)
    moved[..., 1] += y[:, None].astype(np.float32)
    return moved


def _plane_map(matrix: Points, x: Points, y: Points) -> Map:
    """Row by row and column by column, which is much less work than pixel by pixel."""
    parts = [row[0] * x + (row[1] * y + row[2])[:, None] for row in matrix]
    found = np.empty((len(y), len(x), 2), np.float32)
    scale = 1 / np.where(parts[2] > 1e-9 * abs(matrix[2, 2]), parts[2], np.nan)
    np.multiply(parts[0], scale, out=found[..., 0], casting="same_kind")
    np.multiply(parts[1], scale, out=found[..., 1], casting="same_kind")
    return found


def _axis(start: int, count: int, fine: int) -> Points:
    return np.asarray(start + (np.arange(count * fine) + 0.5) / fine - 0.5)


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
