"""Pictures and masks for edits, from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.files import naming
from ..core.regions import Region
from ..effects.colour import straight

Picture = NDArray[Any]


def read_picture(path: Path) -> Picture:
    """(h, w, 3) or (h, w, 4) uint8, uint16 or float32, not premultiplied: a picture to lay on a surface.

    Parameters
    ----------
    path : Path
        PNG, JPEG, TIFF or OpenEXR; OpenEXR is premultiplied, as is its custom.

    Raises
    ------
    VideoError
        If it cannot be read.
    """
    from ..videos.images import read_image

    found = read_image(Path(path))
    found = found.astype(np.uint8) * 255 if found.dtype == bool else found
    found = found[..., None] if found.ndim == 2 else found
    if found.shape[2] < 3:  # grey, with alpha or without
        found = np.concatenate([np.repeat(found[..., :1], 3, 2), found[..., 1:]], 2)
    return straight(found)


def read_labels(path: Path, frame: int = 0) -> NDArray[Any]:
    """(H, W) integers: a mask that was painted elsewhere.

    Numbers of grey pictures, and of pictures with a palette, are labels. A colour picture is 1 where it
    is neither black nor transparent, and so is what is more than half white in a grey one with soft edges.

    Parameters
    ----------
    path : Path
        PNG or TIFF, such as napari saves of a Labels layer.
    frame : int
        0-based, which picture of a file with several.

    Raises
    ------
    EditError
        If it holds no labels.
    VideoError, FormatError
        If it cannot be read.
    """
    from ..videos.images import read_image
    from .points import read_mask

    path = Path(path)
    if path.suffix.lower() == ".png" and (indices := _indices(path)) is not None:
        return indices
    if path.suffix.lower() in (".tif", ".tiff") and (numbers := _numbers(path, frame)) is not None:
        return numbers
    found = read_image(path)
    if found.ndim == 3 and found.shape[2] == 1:
        found = found[..., 0]
    if found.ndim == 3:
        return read_mask(path).astype(np.uint8)
    if np.issubdtype(found.dtype, np.floating):
        raise EditError(f"expected labels in {path.name!r}, got fractions; save a Labels layer, or a PNG")
    if found.dtype == bool:
        return found.astype(np.uint8)
    white = int(np.iinfo(found.dtype).max)
    if white in (0xFF, 0xFFFF) and (found == white).any():
        return (found > white // 2).astype(np.uint8)
    return found


def read_shapes(path: Path, frame: int) -> tuple[Region, ...]:
    """The shapes of a frame, of a table that napari saves of a Shapes layer.

    Parameters
    ----------
    path : Path
    frame : int
        0-based; a table of shapes without a frame is for any.

    Raises
    ------
    EditError
        If it has none for that frame.
    FormatError
        If it is no such table.
    """
    from ..formats.shape_table import read_shape_table

    found = read_shape_table(Path(path))
    shapes = found.get(frame, found.get(None, ()))
    if not shapes:
        raise EditError(f"expected shapes on frame {frame} in {Path(path).name!r}, got shapes on frames "
                        f"{', '.join(str(t) for t in list(found)[:5]) or 'none'}; name the frame: FILE@FRAME")
    return tuple(shapes)


def has_palette(path: Path) -> bool:
    """Whether a file is a PNG whose numbers stand for colours, as label pictures have it."""
    return Path(path).suffix.lower() == ".png" and _indices(Path(path)) is not None


def _numbers(path: Path, frame: int) -> NDArray[Any] | None:
    """A page of signed or long numbers, of which pictures have none; None if it has other ones."""
    import tifffile

    with naming(path, tifffile.TiffFileError, IndexError), tifffile.TiffFile(path) as file:
        page = file.pages[frame if len(file.pages) > 1 else 0].asarray()
        is_labels = page.ndim == 2 and np.issubdtype(page.dtype, np.integer)
        return page if is_labels and (len(file.pages) > 1 or page.dtype not in (np.uint8, np.uint16)) else None


def _indices(path: Path) -> NDArray[np.uint8] | None:
    """The numbers of a picture with a palette; None if it has none."""
    from PIL import Image, UnidentifiedImageError

    with naming(path, UnidentifiedImageError), Image.open(path) as picture:
        return np.array(picture) if picture.mode == "P" else None
