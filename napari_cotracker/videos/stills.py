"""Writes pictures as image files of their own depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.files import is_held, move, replacing_folder, unfinished
from .exr_header import require_openexr, write_exr


def save_picture(path: Path, picture: NDArray[Any], attributes: Mapping[str, Any] | None = None) -> None:
    """Write one image; the path's ending says of what kind.

    Parameters
    ----------
    path : Path
        Ending in ``.png`` (uint8, uint16), ``.tif``, ``.tiff`` (those and float32) or ``.exr`` (float16, float32).
    picture : (H, W, C)
        C of 1, 3 or 4; values are stored as they are.
    attributes : mapping, optional
        What else an ``.exr`` image says.

    Raises
    ------
    OSError
        If it cannot be written; `filling` makes a sentence of it.
    MissingExtraError
        For ``.exr`` without the ``vfx`` extra.
    """
    suffix = path.suffix.lower()
    if suffix == ".exr":
        name = {1: "Y", 3: "RGB", 4: "RGBA"}[picture.shape[2]]
        write_exr(path, {name: picture[:, :, 0] if name == "Y" else picture}, attributes or {})
    elif suffix == ".png":
        _save_png(path, picture)
    else:
        _save_tiff(path, picture)


def check_library(suffix: str) -> None:
    """Refuse to begin with images whose library is missing.

    Raises
    ------
    MissingExtraError
    """
    if suffix.lower() == ".exr":
        require_openexr("write .exr images")


@contextmanager
def filling(folder: Path, names: list[str]) -> Iterator[Path]:
    """A folder to write files into; they move to `folder` when the block ends without an error.

    Parameters
    ----------
    folder : Path
        Made if it is missing; other files in it stay.
    names : list of str
        Of all files that the block writes.

    Yields
    ------
    Path
        An empty folder.

    Raises
    ------
    VideoError
        In place of any `OSError`. Nothing has changed then, as far as the system allows.
    """
    if not folder.exists():
        with replacing_folder(folder, VideoError) as fresh:
            yield fresh
        return
    temporary = folder / f".{uuid4().hex}"
    try:
        with unfinished(temporary):
            temporary.mkdir()
            yield temporary
        for name in names:
            move(temporary / name, folder / name)
    except OSError as error:
        first = "close its images wherever they are open, or " if is_held(error) else ""
        raise VideoError(f"cannot write into {str(folder)!r}: {error.strerror or error}; {first}choose a folder "
                         "that is writable and has room") from None
    finally:
        with suppress(OSError):
            for rest in temporary.iterdir():
                rest.unlink()
            temporary.rmdir()


def _save_png(path: Path, picture: NDArray[Any]) -> None:
    import cv2

    conversion = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}.get(picture.shape[2])
    swapped = picture if conversion is None else cv2.cvtColor(picture, conversion)
    done, content = cv2.imencode(".png", swapped)  # asked for a level of packing, it takes thrice as long for the same
    if not done:
        raise OSError("the picture cannot be packed")
    path.write_bytes(content.data)


def _save_tiff(path: Path, picture: NDArray[Any]) -> None:
    import tifffile

    channels = picture.shape[2]
    pixels = np.ascontiguousarray(picture[:, :, 0]) if channels == 1 else picture
    # grain of more than 8 bits hardly shrinks, and takes long to pack
    packing = {} if picture.dtype != np.uint8 else {
        "compression": "zlib", "compressionargs": {"level": 1}, "predictor": True}
    tifffile.imwrite(path, pixels, photometric="minisblack" if channels == 1 else "rgb", metadata=None,
                     extrasamples=[_alpha_of(picture)] if channels == 4 else None, software="napari-cotracker",
                     **packing)


def _alpha_of(picture: NDArray[Any]) -> str:
    """Floats are multiplied by alpha, as in OpenEXR, and whole numbers are not."""
    return "assocalpha" if picture.dtype.kind == "f" else "unassalpha"
