"""2D tracks of 3DEqualizer4 as text.

The number of points, then for each its name, its colour, the number of its frames, and a line
``frame x y`` for each of them. Positions are those in the plate: nothing is undistorted.

Pixels: x right, y up from the lower edge of the picture, the centre of the first pixel is (0.5, 0.5).
Reading needs the size of the picture, which is not in the file.

Frames: counted from 1 at the beginning of 3DEqualizer's sequence, whatever numbers the plate has.

States: only frames in which the point is seen have a line.

Lost: confidence, and a place for the model's licence.

Verified: by a strict reader of the layout, and by reading a file made by hand. 3DEqualizer is not
available here.

Load: in 3DEqualizer4, 3DE4 > File > Import > 2D Tracks….
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import naming, replacing
from ..core.options import option
from ..core.tracks import Tracks
from .plates import Keys, beginning, lines, plate_of, text_of, tracks_of
from .sheets import numbers_of, plain_names

COLORS = ("red", "green", "blue", "yellow", "black", "white")
MOST = 1e30  # stays finite as float32


@dataclass(frozen=True)
class EqualizerOptions:
    """Of 2D tracks for 3DEqualizer."""

    color: str = option("red", "Colour of the points.", values=COLORS)


def write(path: Path, tracks: Tracks, options: EqualizerOptions) -> list[str]:
    """Write 2D tracks.

    Returns
    -------
    list of str
        Names that changed, and tracks that are never visible.

    Raises
    ------
    FormatError
        If nothing is visible, the size of the picture is unknown, or the file cannot be written.
    """
    sheet = plate_of(tracks, "3dequalizer", numbers_of(tracks, 1, 1), plain_names(tracks, r"[\w ./#+:()-]"))
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{len(sheet.curves)}\n")
        for each in sheet.curves:
            file.write(f"{each.name}\n{COLORS.index(options.color)}\n{len(each.frames)}\n")
            file.write(lines("%d %.15f %.15f\n", each.frames, each.xy[:, 0], each.xy[:, 1]))
    return list(sheet.notes)


def read(path: Path, size: tuple[int, int]) -> Tracks:
    """Tracks from such a file.

    Raises
    ------
    FormatError
        If the file cannot be read, or a line is not what it must be.
    """
    with naming(path):
        rows = iter(enumerate(text_of(path).splitlines(), 1))
        found = [_point(rows, size) for _ in range(_whole(rows, "the number of points"))]
        for number, line in rows:
            if line.strip():
                raise FormatError(f"line {number}: expected the end after {len(found)} points, got {line!r:.60}")
        return tracks_of(found, start=1, meta={"size": size})


def sniff(path: Path) -> bool:
    """Whether a file is text that begins with a number, a name, two numbers and a frame with a position."""
    found = beginning(path).decode("utf-8", "replace").splitlines()[:5]
    if len(found) < 5 or not all(found[k].strip().isdecimal() for k in (0, 2, 3)):
        return False
    words = found[4].split()
    try:
        return len(words) == 3 and int(words[0]) >= 1 and all(abs(float(word)) < MOST for word in words[1:])
    except ValueError:
        return False


def _point(rows: Iterator[tuple[int, str]], size: tuple[int, int]) -> Keys:
    name = _line(rows, "a name")[1].strip()
    _whole(rows, "a colour")
    count = _whole(rows, "the number of frames")
    frames: list[int] = []
    xy: list[tuple[float, float]] = []
    while len(frames) < count:
        number, line = _line(rows, "a frame and a position")
        try:
            frame, x, y = line.split()
            frames.append(int(frame))
            xy.append((float(x), float(y)))
        except ValueError:
            raise FormatError(f"line {number}: expected a frame and a position, got {line!r:.60}") from None
        if not 1 <= frames[-1] < 1 << 40 or not all(abs(value) < MOST for value in xy[-1]):
            raise FormatError(f"line {number}: expected a frame from 1 on and a finite position, got {line!r:.60}")
    positions = CONVENTIONS["3dequalizer"].to_ours(np.array(xy, np.float64).reshape(-1, 2), size)
    return Keys(name, np.array(frames, np.int64), positions)


def _whole(rows: Iterator[tuple[int, str]], what: str) -> int:
    number, line = _line(rows, what)
    if not (line.strip().isdecimal() and len(line) < 20):
        raise FormatError(f"line {number}: expected {what}, got {line!r:.60}")
    return int(line)


def _line(rows: Iterator[tuple[int, str]], what: str) -> tuple[int, str]:
    found = next(rows, None)
    if found is None:
        raise FormatError(f"expected {what}, got the end of the file")
    return found


FORMAT = Format("3dequalizer", "3DEqualizer4 2D tracks (.txt)", (".txt",), read, write, sniff, EqualizerOptions,
                group="vfx", keeps=frozenset({"names"}), needs_size=True)
