"""A solved COLMAP model: a folder with ``cameras``, ``images`` and ``points3D``, as ``.txt`` or ``.bin``.

Every 3D point becomes a track: where it was seen in each picture. Its confidence falls with its
reprojection error: 0.97 at one pixel, 0.88 at two, 0.61 at four. The folder may also be the one above
(``sparse/0`` or ``0`` in it), and any of the three files may be named instead of the folder.

Pixels: x right, y down, the corner of the picture is (0, 0) and the centre of its first pixel
(0.5, 0.5): half a pixel is taken off.

Frames: by the last number in the pictures' names, as numbers of the plate; in the order of names where
these have no numbers, the same ones, or such that are no frame numbers.

States: a point is visible where COLMAP used it; elsewhere it is not tracked.

Lost: the cameras and the points' positions in space; keep the model for those.

Verified: models that COLMAP's own library (pycolmap 4.2) wrote, as text and as binary, are read alike
and to the last digit.

Load: File > Open in napari; napari-cotracker convert.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import naming
from ..core.tracks import Tracks
from ..core.words import point_name
from .colmap_model import Model, find_model, read_binary, read_text
from .sheets import located
from .sparse import laid_out

NUMBER = re.compile(r"([0-9]{1,15})[^0-9]*$")
PIXELS = 4.0  # of error at which a point is as doubtful as one standard deviation
SPREAD, FREE_NUMBERS = 20, 1000  # frame numbers that so many pictures can have


def read(path: Path) -> Tracks:
    """Tracks from a model.

    Raises
    ------
    FormatError
        If it is no such folder, or one of its files is damaged.
    """
    path = Path(path)
    with naming(path, UnicodeError):
        found = find_model(path)
        if found is None:
            raise FormatError("expected a folder with cameras, images and points3D, as .txt or .bin")
        folder, ending = found
        return _tracks_of(read_binary(folder) if ending == ".bin" else read_text(folder))


def sniff(path: Path) -> bool:
    """Whether there is a whole model whose first camera looks like one."""
    try:
        found = find_model(Path(path))
        if found is None:
            return False
        folder, ending = found
        with (folder / f"cameras{ending}").open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return False
    if ending == ".bin":
        return 1 <= int.from_bytes(head[:8], "little") < 1 << 32 and len(head) >= 32
    return re.search(rb"^\s*\d+\s+[A-Z_]+\s+\d+\s+\d+\s", head, re.MULTILINE) is not None


def _tracks_of(model: Model) -> Tracks:
    pictures = sorted(model.pictures, key=lambda picture: _natural(picture.name))
    numbers = _numbers_of(picture.name for picture in pictures)
    there = [picture.points >= 0 for picture in pictures]
    counts = [int(mask.sum()) for mask in there]
    if not sum(counts):
        raise FormatError("expected pictures that see 3D points, got none that does")
    points = np.concatenate([picture.points[mask] for picture, mask in zip(pictures, there, strict=True)])
    xy = np.concatenate([picture.xy[mask] for picture, mask in zip(pictures, there, strict=True)])
    order = np.arange(len(pictures)) if numbers is None else numbers
    frames = np.repeat(order, counts)
    first = int(frames.min())
    ids, columns = np.unique(points, return_inverse=True)
    unknown = [point for point in ids.tolist() if point not in model.errors]
    if unknown:
        raise FormatError(f"expected every 3D point that is seen among points3D, got none of number {unknown[0]}")
    # COLMAP may see a point twice in a picture; the first is as good as the second
    _, once = np.unique(np.stack([frames, columns]), axis=1, return_index=True)
    meta: dict[str, object] = {"size": next(iter(model.sizes))} if len(model.sizes) == 1 else {}
    if numbers is not None:
        meta["frame_numbers"] = np.arange(first, int(frames.max()) + 1)
    ours = CONVENTIONS["colmap"].to_ours(xy[once], (1, 1))  # which does not need the size
    names = [point_name(id) for id in ids.tolist()]
    tracks = laid_out(frames[once] - first, columns[once], ours, names, meta=meta)
    sure = _confidence(np.array([model.errors[point] for point in ids.tolist()]))
    confidence = np.where(located(tracks), sure, np.float32(np.nan)).astype(np.float32)
    return replace(tracks, ids=ids, confidence=confidence)


def _confidence(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(errors) & (errors >= 0)
    return np.where(known, np.exp(-0.5 * np.square(np.minimum(np.where(known, errors, 0), 1e6) / PIXELS)), 1.0)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts numbers in names in the order of their value."""
    return [(0, int(word), "") if word.isdecimal() and word.isascii() else (1, 0, word)
            for word in re.split(r"([0-9]{1,18})", name)]


def _numbers_of(names: Iterable[str]) -> NDArray[np.int64] | None:
    """The frame numbers in names; None where names do not have some that make sense."""
    found = [NUMBER.search(name) for name in names]
    numbers = np.array([int(match[1]) for match in found if match is not None], np.int64)
    if len(numbers) < len(found) or len(np.unique(numbers)) < len(numbers) or not len(numbers):
        return None
    return numbers if np.ptp(numbers) <= SPREAD * len(numbers) + FREE_NUMBERS else None


FORMAT = Format("colmap-text", "COLMAP model, solved points as tracks", ("",), read, None, sniff,
                group="reconstruction", keeps=frozenset({"ids", "size", "frame_numbers"}), is_folder=True)
