"""Shapes that follow a surface by their vertices, so that they stay shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.regions import Region
from ..core.warps import Warp
from .maps import Box
from .motion import Motion
from .references import shares

Points = NDArray[np.float64]
Labels = NDArray[np.uint16]

AROUND = 64  # vertices of an ellipse that has moved: it need not be one any more


def carry_shapes(shapes: Sequence[Region], warp: Warp) -> list[Region | None]:
    """Shapes on a frame, each with its own vertices; None for one of which too little is before the camera.

    Parameters
    ----------
    shapes : sequence of Region
        On the reference picture. An ellipse becomes a polygon.
    warp : Warp
    """
    return [_carried(outline(shape), warp) for shape in shapes]


def shapes_between(shapes: Mapping[int, Sequence[Region]], motions: Mapping[int, Motion], t: int
                   ) -> list[Region | None]:
    """Shapes drawn on several reference frames, on another frame.

    Where both frames around it have the same shapes, vertex by vertex, these lie between; otherwise those of the
    frame that counts more are taken.

    Parameters
    ----------
    shapes : mapping
        From 0-based reference frames to shapes.
    motions : mapping
        From the same frames to motions that begin there.
    t : int
        0-based frame.

    Raises
    ------
    EditError
        If there is none, or one has no motion.
    """
    missing = sorted(set(shapes) - set(motions))
    if not shapes or missing:
        raise EditError(f"expected a motion for each frame with shapes, got none for {missing or 'any'}")
    counts = shares({k: motions[k] for k in shapes}, t)
    carried = {k: carry_shapes(shapes[k], motions[k].warp(t)) for k in counts}
    best = max(counts, key=lambda k: counts[k])
    if len({tuple(_length(shape) for shape in each) for each in carried.values()}) > 1:
        return carried[best]
    return [_mean(each, list(counts.values())) for each in zip(*carried.values(), strict=True)]


def outline(shape: Region) -> Points:
    """(K, 2) the vertices of a shape; of an ellipse some around it."""
    if not shape.is_ellipse:
        return np.asarray(shape.vertices, np.float64)
    corners = np.asarray(shape.vertices, np.float64)
    angle = np.arange(AROUND)[:, None] * 2 * np.pi / AROUND
    across, down = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    return np.asarray(corners.mean(0) + np.cos(angle) * across + np.sin(angle) * down)


def fill(shapes: Sequence[Region | None], size: tuple[int, int]) -> Labels:
    """(H, W) labels 1, 2, … of the pixels whose centres lie in each shape; later ones over earlier ones."""
    found = np.zeros((size[1], size[0]), np.uint16)
    for value, shape in enumerate(shapes, 1):
        if shape is not None:
            box, inside = _inside(outline(shape), size)
            found[box.slices][inside] = value
    return found


def check_shapes(shapes: Sequence[Region], size: tuple[int, int]) -> None:
    """Whether there are shapes, and all of them are on a picture of `size` (width, height).

    Raises
    ------
    EditError
        If there is none, or one has fewer than three vertices or lies off the picture.
    """
    if not shapes:
        raise EditError("expected a shape on the reference frame, got none; draw what to carry")
    for number, shape in enumerate(shapes, 1):
        vertices = outline(shape)
        if len(vertices) < 3:
            raise EditError(f"expected shapes with an area, got shape {number} of {len(vertices)} vertices; "
                            "draw polygons")
        if (vertices.max(0) < -0.5).any() or (vertices.min(0) > np.array(size) - 0.5).any():
            raise EditError(f"expected shapes on the picture of {size[0]} × {size[1]} pixels, got shape {number}, "
                            "which lies outside; move it")


def _inside(vertices: Points, size: tuple[int, int]) -> tuple[Box, NDArray[np.bool_]]:
    """The part of a picture that a polygon lies in, and which of its pixels are inside, by the even-odd rule.

    Row by row, from where edges cross it: that takes a tenth of the time of asking every pixel.
    """
    low, high = np.clip(np.floor(vertices.min(0)), 0, size), np.clip(np.ceil(vertices.max(0)) + 1, 0, size)
    box = Box(*low.astype(int).tolist(), *high.astype(int).tolist())
    rows = np.arange(box.top, box.bottom)
    crossings = np.zeros((box.height, box.width + 1), np.int32)
    for (ax, ay), (bx, by) in zip(vertices.tolist(), np.roll(vertices, -1, 0).tolist(), strict=True):
        at = np.flatnonzero((ay > rows) != (by > rows))
        x = np.ceil(ax + (rows[at] - ay) / (by - ay) * (bx - ax)) if len(at) else np.zeros(0)
        np.add.at(crossings, (at, np.clip(x - box.left, 0, box.width).astype(int)), 1)
    to_the_right = np.cumsum(crossings[:, ::-1], 1)[:, -2::-1]
    return box, to_the_right % 2 > 0


def _carried(vertices: Points, warp: Warp) -> Region | None:
    there = warp.forward(vertices)
    return Region(there) if np.isfinite(there).all() else None


def _length(shape: Region | None) -> int:
    return 0 if shape is None else len(shape.vertices)


def _mean(shapes: Sequence[Region | None], counts: Sequence[float]) -> Region | None:
    known = [(shape.vertices, count) for shape, count in zip(shapes, counts, strict=True) if shape is not None]
    return Region(np.asarray(sum(count * vertices for vertices, count in known))) if known else None
