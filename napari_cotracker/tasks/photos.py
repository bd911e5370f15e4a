"""Photographs of the user's as textures of drawn clips."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core.errors import TrackingError
from ..effects.colour import to_share
from ..videos.images import SUFFIXES, read_image

LONGEST = 512  # pixels of a side that are kept: textures are half as large
SMALLEST = 32


def read_photos(folder: Path) -> list[NDArray[np.float32]]:
    """The pictures in a folder and in those below it: (h, w, 3) in 0 … 1 each, at most `LONGEST` pixels long.

    Raises
    ------
    TrackingError
        If there are none.
    VideoError
        If one cannot be read.
    """
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    files = sorted(path for path in found if not path.name.startswith("."))
    photos = [photo for photo in map(_read_photo, files) if min(photo.shape[:2]) >= SMALLEST]
    if not photos:
        raise TrackingError(
            f"expected photographs ({', '.join(SUFFIXES)}) of at least {SMALLEST} × {SMALLEST} pixels in "
            f"{str(folder)!r}, found none; name a folder that holds some"
        )
    return photos


def _read_photo(path: Path) -> NDArray[np.float32]:
    picture = read_image(path)
    picture = picture.astype(np.float32) if picture.dtype == bool else to_share(picture)
    picture = np.clip(np.nan_to_num(picture), 0, 1)
    grey = picture.ndim == 2 or picture.shape[2] < 3
    colour = np.repeat(picture.reshape(*picture.shape[:2], -1)[..., :1], 3, 2) if grey else picture[..., :3]
    shrink = max(colour.shape[:2]) / LONGEST
    if shrink > 1:
        height, width = (max(1, round(side / shrink)) for side in colour.shape[:2])
        colour = cv2.resize(np.ascontiguousarray(colour), (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(colour, np.float32)
