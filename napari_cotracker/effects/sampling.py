"""Pictures sampled where a map says, without jagged edges and without flicker where they get smaller."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.warps import Warp
from .maps import Box, Map, inverse_map

Linear = NDArray[np.float32]

MOST_FINE = 8  # samples per pixel, each way
AS_IT_IS = 1.1  # pixels of the source for one of the frame: up to that a single sample does
PROBES = 12  # places across at which is asked how much a picture shrinks


def sampled(picture: NDArray[Any], places: Map, method: str = "cubic", border: float = 0.0) -> NDArray[Any]:
    """(H, W, C) a picture at places; `border` outside and where places are not known.

    Parameters
    ----------
    picture : (h, w, C)
        Of up to four channels, of uint8, uint16 or float32.
    places : (H, W, 2) float32
    method : {"nearest", "linear", "cubic"}
    border : float
    """
    import cv2

    if not places.size:
        return np.zeros((*places.shape[:2], *picture.shape[2:]), picture.dtype)
    how = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}[method]
    outside = np.nan_to_num(places, nan=-1e6) if np.isnan(places).any() else places
    found = cv2.remap(picture, outside, None, how, borderMode=cv2.BORDER_CONSTANT, borderValue=(border,) * 4)
    return np.asarray(found).reshape(*places.shape[:2], *picture.shape[2:])


class Source:
    """A picture to sample, with smaller copies of itself.

    Parameters
    ----------
    picture : (h, w, C) float32
        In linear light, premultiplied by its alpha if it has one.
    """

    def __init__(self, picture: Linear) -> None:
        self.picture = np.ascontiguousarray(picture, np.float32)

    @property
    def box(self) -> Box:
        """All of the picture."""
        return Box(0, 0, self.picture.shape[1], self.picture.shape[0])

    @cached_property
    def smaller(self) -> list[Linear]:
        """The picture, and copies each half as large as the one before."""
        import cv2

        found = [self.picture]
        while min(found[-1].shape[:2]) >= 4:
            last = found[-1]
            padded = np.pad(last, [(0, last.shape[0] % 2), (0, last.shape[1] % 2), (0, 0)])
            half = cv2.resize(padded, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            found.append(np.asarray(half, np.float32).reshape(padded.shape[0] // 2, padded.shape[1] // 2, -1))
        return found

    def through(self, warp: Warp, box: Box) -> Linear:
        """(H, W, C) the part of a frame that lies in a box, as it shows the picture through a warp.

        Where it gets smaller, each pixel is the mean of all that it covers: of a copy as small as it gets
        where it shrinks least, at as many places as are needed where it shrinks most.
        """
        import cv2

        if not (box.width and box.height):
            return np.zeros((box.height, box.width, self.picture.shape[2]), np.float32)
        level, fine = self.detail(warp, box)
        places = inverse_map(warp, box, fine)
        if level:
            places = (places + np.float32(0.5)) / np.float32(2**level) - np.float32(0.5)
        found = sampled(self.smaller[level] if level else self.picture, places)
        if fine > 1:
            found = cv2.resize(found, (box.width, box.height), interpolation=cv2.INTER_AREA)
        return np.asarray(found).reshape(box.height, box.width, -1)

    def detail(self, warp: Warp, box: Box) -> tuple[int, int]:
        """Which of the smaller copies does for a part of a frame, and at how many places per pixel, each way."""
        least, most = self.shrinks(warp, box)
        level = min(int(np.log2(max(least, 1))), len(self.smaller) - 1) if least >= 2 else 0
        rest = most / 2**level
        return level, 1 if rest <= AS_IT_IS else min(int(np.ceil(rest)), MOST_FINE)

    def shrinks(self, warp: Warp, box: Box) -> tuple[float, float]:
        """Pixels of the picture for one of the frame where it shrinks least, and most: each way."""
        x, y = np.linspace(box.left, box.right - 1, PROBES), np.linspace(box.top, box.bottom - 1, PROBES)
        places = np.stack(np.meshgrid(x, y), -1)
        at = warp.inverse(places)
        slopes = np.stack([warp.inverse(places + step) - at for step in np.eye(2)], -1)
        height, width = self.picture.shape[:2]
        with np.errstate(invalid="ignore"):
            known = ((at > -1) & (at < (width, height))).all(-1) & np.isfinite(slopes).all((-1, -2))
        if not known.any():
            return 1.0, 1.0
        stretch = np.linalg.svd(slopes[known], compute_uv=False)
        return float(stretch.min()), float(stretch.max())
