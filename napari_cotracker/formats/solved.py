"""Cameras and points that were solved from tracks, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# where in its parameters a camera model of COLMAP has fx, fy, cx, cy, k1, k2, p1, p2; -1 for zero
LAYOUTS = {
    "SIMPLE_PINHOLE": (0, 0, 1, 2, -1, -1, -1, -1),
    "PINHOLE": (0, 1, 2, 3, -1, -1, -1, -1),
    "SIMPLE_RADIAL": (0, 0, 1, 2, 3, -1, -1, -1),
    "RADIAL": (0, 0, 1, 2, 3, 4, -1, -1),
    "OPENCV": (0, 1, 2, 3, 4, 5, 6, 7),
}


@dataclass(frozen=True)
class Solved:
    """One moving camera and the points it saw; y down, z into the picture, pixel centres at .5.

    Parameters
    ----------
    size : (int, int)
        Width and height of the picture.
    model : str
        Name of the camera model, out of `LAYOUTS`.
    lens : (8,)
        fx, fy, cx, cy, k1, k2, p1, p2 in COLMAP's pixels.
    frames : (C,)
        The frame of each camera, counted from 0.
    names : tuple of C str
        Their pictures.
    rotation, translation : (C, 3, 3), (C, 3)
        From the world to the camera.
    points : (P, 3)
    tracks : (P,)
        The track that became this point.
    errors : (P,)
        Mean reprojection error in pixels.
    observations : (M, 2)
        Camera and point of each observation, as their places in the arrays above.
    seen_at : (M, 2)
        Where it was seen, in COLMAP's pixels.
    ideal : (M, 2)
        The same through a lens without distortion of focal length 1.
    """

    size: tuple[int, int]
    model: str
    lens: Floats
    frames: Whole
    names: tuple[str, ...]
    rotation: Floats
    translation: Floats
    points: Floats
    tracks: Whole
    errors: Floats
    observations: Whole
    seen_at: Floats
    ideal: Floats

    @property
    def centres(self) -> Floats:
        """(C, 3) where the cameras are."""
        return np.asarray(-np.einsum("cji,cj->ci", self.rotation, self.translation))


def lens_of(model: str, parameters: Floats) -> Floats:
    """(8,) fx, fy, cx, cy, k1, k2, p1, p2 from the parameters of a camera model."""
    values = np.append(np.asarray(parameters, np.float64), 0.0)
    return np.asarray(values[list(LAYOUTS[model])])


def has_two_lengths(model: str) -> bool:
    """Whether a camera model knows pixels that are not square, by a focal length for each side."""
    return bool(LAYOUTS[model][0] != LAYOUTS[model][1])


def parameters_of(model: str, focal: float, size: tuple[int, int], aspect: float = 1.0) -> list[float]:
    """The parameters of a camera model without distortion that looks at the middle of the picture.

    Parameters
    ----------
    model : str
    focal : float
        From left to right, in pixels.
    size : (width, height)
    aspect : float
        Width of a pixel to its height; 1 to a model with one focal length, whatever it is.
    """
    lens = (focal, focal * (aspect if has_two_lengths(model) else 1), size[0] / 2, size[1] / 2, 0.0, 0.0, 0.0, 0.0)
    values = {place: value for place, value in zip(LAYOUTS[model], lens, strict=True) if place >= 0}
    return [values[place] for place in sorted(values)]
