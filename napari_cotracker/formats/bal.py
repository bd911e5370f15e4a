"""Solved cameras and points as a problem of Bundle Adjustment in the Large.

Text: a line ``cameras points observations``; a line ``camera point x y`` for each observation; then,
one number a line, nine for each camera (rotation as axis times angle, translation, focal length, two
radial terms) and three for each point. Cameras look along -z with y up, and x and y are measured from
the principal point, to the right and up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .solved import Solved

Floats = NDArray[np.float64]
FLIP = np.array([1.0, -1.0, -1.0])
RADIAL = ("SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL")


def bal_text(solved: Solved) -> str:
    """The whole file.

    A camera of two focal lengths or with tangential distortion, which the format does not know, is
    written as one without distortion, and what it saw is moved to where that one sees it.
    """
    fx, _, cx, cy, k1, k2, *_ = solved.lens
    if solved.model in RADIAL:
        xy = solved.seen_at - (cx, cy)
    else:
        xy, k1, k2 = solved.ideal * fx, 0.0, 0.0
    rotation = FLIP[:, None] * solved.rotation
    lens = np.tile([fx, k1, k2], (len(rotation), 1))
    cameras = np.hstack([axis_angle(rotation), solved.translation * FLIP, lens])
    head = f"{len(cameras)} {len(solved.points)} {len(xy)}\n"
    rows = zip(*solved.observations.T.tolist(), *(xy * (1, -1)).T.tolist(), strict=True)
    seen = "".join(f"{camera} {point} {x:.9e} {y:.9e}\n" for camera, point, x, y in rows)
    values = np.concatenate([cameras.ravel(), solved.points.ravel()]).tolist()
    return head + seen + "".join(f"{value:.16e}\n" for value in values)


def axis_angle(rotation: Floats) -> Floats:
    """(C, 3) axis times angle of (C, 3, 3) rotations."""
    # through the quaternion of the largest part, which is exact at half a turn, too
    trace = np.trace(rotation, axis1=1, axis2=2)
    diagonal = np.diagonal(rotation, axis1=1, axis2=2)
    parts = np.column_stack([trace, diagonal])
    products = np.empty((len(rotation), 4, 4))
    r = rotation.transpose(1, 2, 0)
    products[:, 0, 0] = 1 + trace
    products[:, 0, 1] = products[:, 1, 0] = r[2, 1] - r[1, 2]
    products[:, 0, 2] = products[:, 2, 0] = r[0, 2] - r[2, 0]
    products[:, 0, 3] = products[:, 3, 0] = r[1, 0] - r[0, 1]
    for i in range(3):
        for j in range(3):
            off = r[i, j] + r[j, i]
            products[:, i + 1, j + 1] = 1 + 2 * r[i, i] - trace if i == j else off
    best = products[np.arange(len(rotation)), np.argmax(parts, 1)]
    quaternion = best / np.linalg.norm(best, axis=1, keepdims=True)
    quaternion *= np.where(quaternion[:, :1] < 0, -1, 1)
    length = np.linalg.norm(quaternion[:, 1:], axis=1, keepdims=True)
    angle = 2 * np.arctan2(length, quaternion[:, :1])
    return np.asarray(np.where(length > 1e-12, quaternion[:, 1:] * angle / np.maximum(length, 1e-300),
                               2 * quaternion[:, 1:]))
