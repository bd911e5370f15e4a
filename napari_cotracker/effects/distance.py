"""Distances from the edge of a painted area, which tell its outline between pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .maps import Box

Distance = NDArray[np.float32]
Mask = NDArray[np.bool_]

SMOOTH = 2.0  # px by which the steps of pixels are evened out
THIN = 1.6  # px from edge to middle: what is thinner is left as it is, since evening out would break it
SURE = 0.1  # px: every pixel stays on its side of the edge
AROUND = 32  # px around an area


def box_of(mask: Mask, margin: int = AROUND) -> Box:
    """The part of a picture in which a mask is true, and a margin around, which may lie outside; empty if none."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return Box(0, 0, 0, 0)
    return Box(int(columns[0]) - margin, int(rows[0]) - margin, int(columns[-1]) + margin + 1,
               int(rows[-1]) + margin + 1)


def distances_in(mask: Mask, box: Box) -> Distance:
    """(H, W) pixels from the edge of a mask, above 0 inside, for a part of the picture; outside it nothing is true."""
    import cv2

    part = cut(mask, box).astype(np.uint8)
    if not part.any():
        return np.full(part.shape, -float(max(part.shape)), np.float32)
    outer = cv2.distanceTransform(1 - part, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    inner = cv2.distanceTransform(np.pad(part, 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    stepped = np.where(part > 0, inner - 0.5, 0.5 - outer).astype(np.float32)
    even = cv2.GaussianBlur(stepped, (0, 0), SMOOTH, borderType=cv2.BORDER_REPLICATE)
    even = np.where(part > 0, np.maximum(even, SURE), np.minimum(even, -SURE))
    return np.asarray(np.where(_is_thin(inner) | _is_thin(outer), stepped, even), np.float32)


def _is_thin(depth: Distance) -> Mask:
    """Near what is nowhere deep, where `depth` is 0 outside of it."""
    import cv2

    deepest = cv2.dilate(depth, np.ones((7, 7), np.uint8))
    return np.asarray((deepest > 0) & (deepest < THIN))


def cut(values: NDArray[Any], box: Box) -> NDArray[Any]:
    """A part of a picture, 0 where it lies outside."""
    height, width = values.shape[:2]
    found = np.zeros((box.height, box.width, *values.shape[2:]), values.dtype)
    left, top = max(box.left, 0), max(box.top, 0)
    right, bottom = min(box.right, width), min(box.bottom, height)
    if right > left and bottom > top:
        found[top - box.top : bottom - box.top, left - box.left : right - box.left] = values[top:bottom, left:right]
    return found
