"""Pictures of TIFF files: what their alpha means, and compressions that tifffile alone does not unpack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from .container import MAX_PIXELS

ASSOCIATED, UNASSOCIATED = 1, 2
"""TIFF's numbers of an alpha that colours are multiplied by, and of one that they are not."""

WHITE_IS_ZERO, CMYK, PLANES = 0, 5, 2
"""TIFF's numbers of what samples stand for, and of channels that lie one after the other."""

Picture = NDArray[Any]


def read_tiff(path: Path, number: int = 0) -> Picture:
    """(H, W) or (H, W, C) of one page, colours as all images have them here.

    Whole numbers are not multiplied by alpha and floats are, whatever the file has; print's colours become RGB.

    Parameters
    ----------
    path : Path
    number : int
        0-based page.

    Raises
    ------
    VideoError
        If it is too large, or OpenCV cannot unpack it; else whatever tifffile raises.
    """
    import tifffile

    with tifffile.TiffFile(path) as file:
        page = file.pages[number]
        check_size(path, page.imagewidth, page.imagelength)
        if page.photometric == CMYK:
            return _read_with_pillow(path, number, "RGB")
        try:
            picture = page.asarray()
        except (ValueError, ImportError, KeyError) as error:
            if "imagecodecs" not in str(error):  # a library that is not ours
                raise
            return _read_packed(path, number, page)
        if picture.ndim == 3 and page.planarconfig == PLANES:
            picture = np.moveaxis(picture, 0, -1)
        if page.photometric == WHITE_IS_ZERO and picture.dtype.kind == "u":
            picture = np.iinfo(picture.dtype).max - picture
        picture = _settle_alpha(picture, page.extrasamples)
    return np.ascontiguousarray(picture)


def read_with_opencv(path: Path) -> Picture:
    """(H, W) or (H, W, C) of an image in its own depth, colours as they are stored.

    Raises
    ------
    VideoError
        If it is damaged.
    """
    import cv2

    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise VideoError(f"cannot read the image {str(path)!r} (it is damaged or cut off); copy or export it again")
    if picture.ndim == 2:
        return np.asarray(picture)
    order = [2, 1, 0, 3][: picture.shape[2]]
    return np.ascontiguousarray(picture[:, :, order])


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse pictures that no memory is large enough for.

    Raises
    ------
    VideoError
    """
    if width < 1 or height < 1 or width * height > MAX_PIXELS:
        raise VideoError(f"{str(path)!r} announces {width} × {height} pixels; expected at most 16384 × 16384")


def _read_packed(path: Path, number: int, page: Any) -> Picture:
    """A page that was packed by LZW and the like."""
    extra = tuple(page.extrasamples)
    if page.dtype == np.uint8:  # OpenCV multiplies these by alpha; Pillow divides, if it has to
        has_alpha = extra in ((ASSOCIATED,), (UNASSOCIATED,))
        return _read_with_pillow(path, number, "RGBA" if has_alpha else None)
    if number:
        raise VideoError(f"cannot unpack page {number} of {path.name!r}; save it without compression, or by ZIP")
    return _settle_alpha(read_with_opencv(path), extra)


def _read_with_pillow(path: Path, number: int, mode: str | None) -> Picture:
    import imageio.v3 as iio

    return np.asarray(iio.imread(path, plugin="pillow", index=number, **({} if mode is None else {"mode": mode})))


def _settle_alpha(picture: Picture, extra: Sequence[int]) -> Picture:
    """Grey with alpha as RGB with alpha; colours divided by alpha or multiplied, as all images of their type are."""
    channels = picture.shape[2] if picture.ndim == 3 else 1
    kind = int(extra[0]) if len(extra) == 1 else 0
    if channels == 2 and kind not in (ASSOCIATED, UNASSOCIATED):
        return picture[..., 0]
    if channels not in (2, 4):
        return picture
    colours, alpha = picture[..., :-1], picture[..., -1:]
    if kind == ASSOCIATED and picture.dtype in (np.uint8, np.uint16):
        most = np.iinfo(picture.dtype).max
        found = np.divide(colours * float(most), alpha, out=np.zeros(colours.shape), where=alpha > 0)
        colours = np.rint(np.minimum(found, most)).astype(picture.dtype)
    elif kind == UNASSOCIATED and picture.dtype.kind == "f":
        colours = colours * alpha
    return np.concatenate([np.repeat(colours, 3, 2) if channels == 2 else colours, alpha], 2)
