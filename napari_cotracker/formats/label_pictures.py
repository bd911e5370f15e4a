"""Labels of every pixel: a PNG with a palette as DAVIS has it, or one TIFF file with all frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.files import replacing
from .palette import palette

Labels = NDArray[Any]
MOST = {np.dtype(kind): int(np.iinfo(kind).max) for kind in (np.uint8, np.uint16, np.uint32)}


def kind_of(largest: int, most: int = MOST[np.dtype(np.uint32)]) -> np.dtype[Any]:
    """The smallest type of pixels that holds a label.

    Parameters
    ----------
    largest : int
        The label.
    most : int
        What the file can hold.

    Raises
    ------
    FormatError
        If none does.
    """
    found = next((kind for kind, holds in MOST.items() if largest <= holds <= most), None)
    if found is None:
        raise FormatError(f"expected labels up to {most:,}, got {largest:,}; number them anew")
    return found


def save_labels(path: Path, labels: Labels) -> None:
    """Write one PNG: 8 bits with a palette, or 16 bits in grey.

    Parameters
    ----------
    path : Path
    labels : (H, W) uint8 or uint16

    Raises
    ------
    OSError
        If the system refuses.
    """
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(labels))
    if labels.dtype == np.uint8:
        picture = Image.frombytes("P", picture.size, picture.tobytes())
        picture.putpalette(palette().tobytes())
    picture.save(path, "PNG", compress_level=1)


def save_label_tiff(path: Path, labels: Labels) -> None:
    """Write one TIFF of (H, W) labels.

    Raises
    ------
    OSError
        If the system refuses.
    """
    import tifffile

    tifffile.imwrite(path, labels, compression="zlib", compressionargs={"level": 1}, metadata=None,
                     software="napari-cotracker")


@contextmanager
def label_stack(path: Path) -> Iterator[Callable[[Labels], None]]:
    """One TIFF file with the labels of all frames, which napari opens as a stack; whole at the end, or not there.

    Yields
    ------
    callable
        Takes the (H, W) labels of one frame after the other, all of one type.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    import tifffile

    with replacing(path) as temporary, tifffile.TiffWriter(temporary, bigtiff=True) as file:
        def add(labels: Labels) -> None:
            file.write(labels, compression="zlib", compressionargs={"level": 1}, metadata=None, contiguous=False,
                       photometric="minisblack", software="napari-cotracker")

        yield add
