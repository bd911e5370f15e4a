"""How a plane moved between two pictures, however many of its tracks slipped; simpler where they tell no more."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.planes import LEAST, robust
from ..core.warps import facing, mapped

Points = NDArray[np.float64]

KINDS = tuple(LEAST)  # simplest first
NEAR = 3.0  # px at the picture's usual size: what samples of tracks must agree within
ENOUGH = 8  # fewer tracks are not sampled
GROWTH = 1e3  # no plane gets larger or smaller by more


class PlaneFit(NamedTuple):
    """A plane's motion.

    Attributes
    ----------
    kind : str
        Of `KINDS`: what was asked for, or simpler.
    matrix : (3, 3)
        From the reference picture to the frame, facing the camera.
    counted : (K,)
        0 … 1 how much each point agrees.
    """

    kind: str
    matrix: Points
    counted: Points


def plane_of(kind: str, source: Points, target: Points, weights: Points) -> PlaneFit | None:
    """The motion of most points, by MAGSAC++ (Barath et al. 2020) and weighted refits.

    Parameters
    ----------
    kind : {"translation", "similarity", "affine", "homography"}
        A simpler one is taken where points do not tell it, or it would turn the plane inside out.
    source, target : (K, 2)
        Pixels of the reference picture and of the frame.
    weights : (K,)

    Returns
    -------
    PlaneFit or None
        None without any point.
    """
    for simpler in KINDS[KINDS.index(kind) :: -1]:
        if len(source) < LEAST[simpler]:
            continue
        found = robust(simpler, source, target, weights, _sampled(simpler, source, target))
        found = found or robust(simpler, source, target, weights)
        if found is not None:
            matrix = facing(found[0], source.mean(0))
            if _is_sane(matrix, source):
                return PlaneFit(simpler, matrix, found[1])
    return None


def _sampled(kind: str, source: Points, target: Points) -> Points | None:
    """The map that most samples of points agree on; None if there is none."""
    import cv2

    if kind == "translation":
        x, y = np.median(target - source, axis=0)
        return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    if len(source) < ENOUGH:
        return None
    a, b = source.astype(np.float32), target.astype(np.float32)
    if kind == "homography":
        found = cv2.findHomography(a, b, cv2.USAC_MAGSAC, NEAR, maxIters=2000, confidence=0.999)[0]
        return None if found is None else np.asarray(found, np.float64)
    if kind == "affine":
        part = cv2.estimateAffine2D(a, b, method=cv2.USAC_MAGSAC, ransacReprojThreshold=NEAR)[0]
    else:
        part = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=NEAR)[0]
    return None if part is None else np.vstack([part, [0, 0, 1]])


def _is_sane(matrix: Points, source: Points) -> bool:
    """Whether all points stay before the camera, none is turned over, and none grows beyond measure."""
    there = mapped(matrix, source)
    depth = source @ matrix[2, :2] + matrix[2, 2]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        growth = np.linalg.det(matrix) / depth**3
        return bool(np.isfinite(there).all() and (growth > GROWTH**-2).all() and (growth < GROWTH**2).all())
