"""STMaps: for every pixel of a picture, where another picture is to be sampled, as a float32 OpenEXR file.

Red is the place from left to right, green from the lower edge up, both as fractions of the picture that
is sampled: the centre of its pixel x is (x + 0.5) / width, so an identity map does not move anything by
half a pixel. Blue is 0, alpha tells where the map is valid. Half floats, which are off by half a pixel
at 4096 pixels, are never written.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.coordinates import CONVENTIONS
from ..core.errors import FormatError, MissingExtraError
from ..core.files import replacing
from ..core.openexr_file import CUT_OFF, is_whole
from ..core.words import as_label

FRACTIONS = CONVENTIONS["blender"]  # of the picture, from its lower left edge: the same as in Blender

STRIP = 32
"""Rows at a time, whose numbers stay near the processor."""


def identity(size: tuple[int, int]) -> NDArray[np.float64]:
    """(height, width, 2) the map that leaves a picture of `size` (width, height) as it is, in our pixels."""
    return np.stack(np.meshgrid(*(np.arange(side, dtype=np.float64) for side in size)), -1)


def write_stmap(path: Path, map_xy: ArrayLike, alpha: ArrayLike | None = None, *, source: tuple[int, int] | None = None,
                rate: Fraction | None = None, aspect: Fraction = Fraction(1), comment: str = "") -> None:
    """Write a map.

    Parameters
    ----------
    path : Path
        Ends with the plate's frame number by custom, such as ``shot_stmap.1001.exr``.
    map_xy : (H, W, 2)
        Where each pixel of the picture is sampled, in our pixels: x right, y down, integers are pixel
        centres. Where it is not finite, the map is invalid.
    alpha : (H, W), optional
        0 … 1, where the map is valid; 1 if not given.
    source : (width, height), optional
        Size of the picture that is sampled; that of the map if not given.
    rate : Fraction, optional
        Frames per second.
    aspect : Fraction
        Width of a pixel to its height.
    comment : str
        Who made it, as `sheets.credits` tells.

    Raises
    ------
    FormatError
        If the shapes do not fit, or the file cannot be written.
    MissingExtraError
        If OpenEXR is not installed.
    """
    xy = np.asarray(map_xy)
    if xy.ndim != 3 or xy.shape[2] != 2 or not xy.size:
        raise FormatError(f"expected a map of shape (height, width, 2), got {xy.shape}")
    height, width = xy.shape[:2]
    matte = np.ones((height, width), np.float32) if alpha is None else np.asarray(alpha)
    if matte.shape != (height, width):
        raise FormatError(f"expected an alpha of shape {(height, width)}, got {matte.shape}")
    pixels = np.zeros((height, width, 4), np.float32)
    for top in range(0, height, STRIP):
        _fill(pixels, xy, matte, slice(top, top + STRIP), source or (width, height))
    _write(Path(path), pixels, rate, aspect, comment)


def _fill(pixels: NDArray[np.float32], xy: NDArray[Any], matte: NDArray[Any], rows: slice, source: tuple[int, int]
          ) -> None:
    """Some rows of a map; an invalid place samples itself, for a constant would smear into those beside it."""
    part, places = pixels[rows], [xy[rows, :, k] for k in range(2)]
    valid = np.isfinite(places[0]) & np.isfinite(places[1])
    if not valid.all():
        itself = identity((xy.shape[1], len(part))) + np.array([0, rows.start])
        places = [np.where(valid, place, itself[..., k]) for k, place in enumerate(places)]
    for k, (place, scale, offset) in enumerate(zip(places, FRACTIONS.scale_of(*source), FRACTIONS.offset_of(*source))):
        # one coordinate at a time, for NumPy is slow along an axis of two
        part[..., k] = np.multiply(place, scale, dtype=np.float64) + offset
    part[..., 3] = np.where(valid, np.nan_to_num(matte[rows]), 0)


def _write(path: Path, pixels: NDArray[np.float32], rate: Fraction | None, aspect: Fraction, comment: str) -> None:
    try:
        import OpenEXR
    except ImportError:
        raise MissingExtraError("OpenEXR", "vfx", "write STMaps") from None
    header: dict[str, Any] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage,
                              "pixelAspectRatio": float(aspect)}
    if rate is not None:
        header["framesPerSecond"] = Fraction(rate)  # a float would be stored as another type
    if comment:
        header["comments"] = comment
    with replacing(path) as temporary:
        if as_label(temporary) != str(temporary):
            raise OSError("OpenEXR takes only names of UTF-8")
        try:
            OpenEXR.File(header, {"RGBA": pixels}).write(str(temporary))
        except RuntimeError as mishap:
            raise OSError(str(mishap).splitlines()[0]) from mishap
        if not is_whole(temporary, len(pixels)):
            raise OSError(CUT_OFF)
