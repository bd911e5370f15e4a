"""Areas of a picture, and regular grids of points inside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import TrackingError

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """A polygon, or an ellipse within the parallelogram of its four vertices.

    Parameters
    ----------
    vertices : (K, 2)
        In order along the outline; any plane coordinates.
    is_ellipse : bool
        Whether the four vertices are the corners of an ellipse's frame.
    """

    vertices: Points
    is_ellipse: bool = False

    def contains(self, xy: ArrayLike) -> NDArray[np.bool_]:
        """(N,) which of (N, 2) points lie inside; where outlines cross themselves, by the even-odd rule."""
        points = np.asarray(xy, np.float64).reshape(-1, 2)
        return _in_ellipse(self.vertices, points) if self.is_ellipse else _in_polygon(self.vertices, points)

    @property
    def box(self) -> tuple[Points, Points]:
        """Lower and upper corner."""
        return self.vertices.min(0), self.vertices.max(0)


def grid_within(regions: Sequence[Region], count: tuple[int, int]) -> Points:
    """Points of a regular grid over the common box of some regions that lie in any of them.

    Parameters
    ----------
    regions : sequence of Region
    count : (columns, rows)
        Points across and down the box.

    Returns
    -------
    (N, 2)

    Raises
    ------
    TrackingError
        If there is no region, or no point lies inside.
    """
    if not regions:
        raise TrackingError("expected an area to fill with points, got none; draw one first")
    lower = np.min([region.box[0] for region in regions], axis=0)
    upper = np.max([region.box[1] for region in regions], axis=0)

    def inside(points: Points) -> NDArray[np.bool_]:
        return np.asarray(np.any([region.contains(points) for region in regions], axis=0))

    return _grid(lower, upper, count, inside)


def grid_on_mask(mask: ArrayLike, count: tuple[int, int]) -> Points:
    """Points (x, y) of a regular grid over the box of a mask's true pixels that lie on true pixels.

    Parameters
    ----------
    mask : (H, W) bool
    count : (columns, rows)

    Raises
    ------
    TrackingError
        If no pixel is true, or no point of the grid lies on one.
    """
    area = np.asarray(mask, bool)
    rows, columns = np.flatnonzero(area.any(1)), np.flatnonzero(area.any(0))
    if not len(rows):
        raise TrackingError("expected an area to fill with points, got an empty one on this frame; paint it first")
    lower, upper = np.array([columns[0], rows[0]]) - 0.5, np.array([columns[-1], rows[-1]]) + 0.5

    def inside(points: Points) -> NDArray[np.bool_]:
        column, row = np.rint(points).astype(int).T
        return np.asarray(area[np.clip(row, 0, area.shape[0] - 1), np.clip(column, 0, area.shape[1] - 1)])

    return _grid(lower, upper, count, inside)


def _grid(lower: Points, upper: Points, count: tuple[int, int], inside: Callable[[Points], NDArray[np.bool_]]
          ) -> Points:
    columns, rows = count
    if columns < 1 or rows < 1:
        raise TrackingError(f"expected a grid of at least 1 × 1 points, got {columns} × {rows}")
    # points sit in the middles of the grid's meshes, so that even a small box holds them
    x = lower[0] + (np.arange(columns) + 0.5) / columns * (upper[0] - lower[0])
    y = lower[1] + (np.arange(rows) + 0.5) / rows * (upper[1] - lower[1])
    points = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    points = points[inside(points)]
    if not len(points):
        raise TrackingError("no point of the grid lies inside the area; use a finer grid or a larger area")
    return points


def _in_polygon(vertices: Points, points: Points) -> NDArray[np.bool_]:
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for (ax, ay), (bx, by) in zip(vertices, np.roll(vertices, -1, axis=0)):
        if ay != by:
            crosses = (ay > y) != (by > y)
            inside ^= crosses & (x < ax + (y - ay) / (by - ay) * (bx - ax))
    return inside


def _in_ellipse(corners: Points, points: Points) -> NDArray[np.bool_]:
    """Map the frame to the square -1 … 1, in which an ellipse is the unit circle."""
    centre = corners.mean(0)
    axes = np.stack([(corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2], 1)
    if abs(np.linalg.det(axes)) < 1e-12:
        return np.zeros(len(points), bool)
    return np.asarray((np.linalg.solve(axes, (points - centre).T) ** 2).sum(0) <= 1)
