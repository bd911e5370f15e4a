"""A folder of label images: a disc of its own number for every visible point in every frame.

``labels`` holds one picture of the film's size for every frame, 16-bit PNG or TIFF, 0 where there is
nothing, else the number of the track: tracks are counted from 1 in their order. ``names.csv`` says what
they are, ``label,track_id,name``. Where discs overlap, the later track is on top, but every point keeps
its middle pixel.

Pixels: a disc covers the pixels whose centres are within the radius, at least the one the point is in.

Frames: one picture each, numbered as the plate, a film from 0: ``000000.png``.

States: only visible points have a disc.

Lost: fractions of pixels, though the middle of a whole disc of radius 3 is within 0.3 px of the point.

Verified: read with NumPy, imageio and scikit-image, whose regions have the numbers, and the middles, of
the tracks.

Load: drag the folder ``labels`` onto napari, then Layer > Convert to Labels; ``skimage.measure.regionprops``.
"""

from __future__ import annotations

import csv
import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import replacing_folder
from ..core.options import option
from ..core.tracks import Tracks
from .sheets import credits, numbers_of, size_of, visible

MOST = {"png": (1 << 16) - 1, "tiff": (1 << 32) - 1}
SUFFIX = {"png": ".png", "tiff": ".tif"}


@dataclass(frozen=True)
class LabelImagesOptions:
    """Options of label images."""

    radius: float = option(3.0, "Radius of the discs in pixels.", least=0, most=1000)
    format: str = option("png", "Kind of the pictures.", values=("png", "tiff"))
    first: int | None = option(None, "Number of the first picture; the plate's own if not given, 0 for a film.",
                               least=0)


def write(path: Path, tracks: Tracks, options: LabelImagesOptions) -> list[str]:
    """Write a folder of label images.

    Returns
    -------
    list of str
        Discs that others cover, and points whose pixel another one has.

    Raises
    ------
    FormatError
        If the size of the picture is not known, there are too many tracks for the kind of picture, or
        the folder cannot be written.
    """
    width, height = size_of(tracks)
    if len(tracks) > MOST[options.format]:
        raise FormatError(f"expected at most {MOST[options.format]:,} tracks in {options.format} pictures, got "
                          f"{len(tracks):,}; choose fewer, or format=tiff")
    kind = np.dtype(">u2" if options.format == "png" else np.uint16 if len(tracks) <= MOST["png"] else np.uint32)
    numbers, seen = numbers_of(tracks, options.first, 0).tolist(), visible(tracks)

    def save(t: int) -> tuple[bool, int]:
        n = np.flatnonzero(seen[t])
        image, overlaps, lost = draw(tracks.xy[t, n], n + 1, options.radius, np.zeros((height, width), kind))
        _save(folder / "labels" / f"{numbers[t]:06d}{SUFFIX[options.format]}", image)
        return overlaps, lost

    with replacing_folder(Path(path)) as folder, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        (folder / "labels").mkdir()
        with (folder / "names.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
            rows = zip(range(1, len(tracks) + 1), tracks.ids.tolist(), tracks.names, strict=True)
            csv.writer(file, lineterminator="\n").writerows([("label", "track_id", "name"), *rows])
        (folder / "made_by.txt").write_text(credits(tracks) + "\n", encoding="utf-8", errors="replace")
        counts = list(pool.map(save, range(tracks.n_frames)))
    touched, lost = sum(overlaps for overlaps, _ in counts), sum(lost for _, lost in counts)
    return [
        *([f"Discs overlap in {touched:,} frame{'s' * (touched != 1)}; the later track is on top."] if touched else []),
        *([f"{lost:,} point{'s' * (lost != 1)} left out, for another has the same pixel or they are off the picture."]
          if lost else []),
    ]


def draw(xy: NDArray[np.float32], labels: NDArray[np.intp], radius: float, image: NDArray[Any]
         ) -> tuple[NDArray[Any], bool, int]:
    """Discs on an empty image; whether any overlap, and how many points have no pixel.

    Parameters
    ----------
    xy : (N, 2) float
        The middles in our pixels.
    labels : (N,) integer
        What to fill each with; later ones are on top.
    radius : float
    image : (H, W)
        Its shape and type are taken.
    """
    reach = int(radius + 0.5)
    height, width = image.shape
    size, stride = np.array([width, height]), width + 2 * reach
    middle = np.floor(xy.astype(np.float64) + 0.5)
    near: NDArray[np.bool_] = np.asarray(((middle >= -reach) & (middle < size + reach)).all(1))
    on: NDArray[np.bool_] = np.asarray(((middle >= 0) & (middle < size)).all(1))
    # with a margin around it, no disc needs to be cut at the edge
    wide = np.zeros(((height + 4 * reach), stride + 2 * reach), image.dtype)
    flat = wide.reshape(-1)
    columns, rows = (middle[near] + 2 * reach).astype(np.intp).T
    places = rows * wide.shape[1] + columns
    across = np.arange(-reach, reach + 1)
    squares = ((middle - xy)[near, :, None] + across) ** 2
    covered = squares[:, 1, :, None] + squares[:, 0, None, :] <= radius * radius
    shifts = across[:, None] * wide.shape[1] + across
    # the last of several writes to one pixel is what stays
    flat[(places[:, None, None] + shifts)[covered]] = np.repeat(labels[near], covered.sum((1, 2)))
    overlaps = int(covered.sum()) > int(np.count_nonzero(flat))
    flat[places] = labels[near]
    lost = len(labels) - int((flat[places] == labels[near])[on[near]].sum())
    return wide[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width], overlaps, lost


def _save(path: Path, image: NDArray[Any]) -> None:
    if path.suffix == ".png":
        path.write_bytes(_png(image))
        return
    import tifffile

    tifffile.imwrite(path, image, compression="zlib", compressionargs={"level": 1}, metadata=None,
                     software="napari-cotracker")


def _png(image: NDArray[Any]) -> bytes:
    """A grey picture of 16 bits, big-endian; several times as fast as libraries do it, for it is nearly all 0."""
    height, width = image.shape
    lines = np.zeros((height, 1 + 2 * width), np.uint8)  # each begins with the kind of its filter: none
    lines[:, 1:] = np.ascontiguousarray(image).view(np.uint8)
    packer = zlib.compressobj(1)
    content = packer.compress(lines.data) + packer.flush()
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks)


FORMAT = Format("label-images", "Label images, a disc per visible track (folder)", ("",), None, write,
                options=LabelImagesOptions, group="labels", is_folder=True,
                keeps=frozenset({"ids", "names", "length", "size", "frame_numbers", "runs"}))
