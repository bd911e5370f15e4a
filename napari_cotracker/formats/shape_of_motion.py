"""Tracks for Shape of Motion: a folder with a file ``QUERY_TARGET.npy`` for every pair of frames.

Each is float32 (N, 4): x, y, and two numbers as TAPIR gives them, minus the log-odds of being visible
and of being near. N are the tracks that are visible in the query frame, which differ from one query
frame to the next; in the file of a frame with itself lie the query points. ``README.txt`` says who
made them.

So there are as many files as the square of the frames, and the folder may become large: the report
counts them, and more than 2 GB are refused. With ``every`` only one query frame in so
many gets files, for programs that need no more.

Pixels: x right, y down, the centre of the first pixel is (0, 0), as here, at the size of the pictures
that are trained on (scale, if those are smaller).

Frames: named as the pictures are, without their ending.

States: visible and hidden points come out as such; one that is not tracked, or hidden nobody knows
where, stays where it was last and counts as neither (its confidence is 0).

Lost: which track is which.

Verified: with the decoding formula of Shape of Motion's own loader, for every state; the program needs
a GPU and was not run.

Load: put the folder into ROOT/bootstapir/RESOLUTION/SEQUENCE, beside images, masks, depths and cameras, and
run ``run_training.py``.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import replacing_folder
from ..core.options import option
from ..core.tracks import Tracks
from .gapless import carried, scores_that_say
from .picture_names import picture_names
from .sheets import credits, visible

LARGEST = 2 * 10**9
HEADER = 128  # bytes of a .npy file before its numbers
SURE = 1e-4  # the nearest to certain that log-odds are written of
NAME = re.compile(r".+_.+\.npy")
README = "README.txt"


@dataclass(frozen=True)
class Options:
    """Which query frames, and what pictures are called."""

    every: int = option(1, "Only one query frame in this many gets files.", least=1)
    pattern: str = option("", "File names of the pictures, such as %05d.jpg; empty: an image sequence's own.")
    first: int | None = option(None, "Number of the first picture; the plate's own if empty.", least=0)


def write(path: Path, tracks: Tracks, options: Options) -> list[str]:
    """Write the folder.

    Returns
    -------
    list of str
        How many files and bytes there are.

    Raises
    ------
    FormatError
        If they would take more than 2 GB, or cannot be written.
    """
    names = [Path(name).stem for name in picture_names(tracks, options.pattern, options.first)]
    seen, queries = visible(tracks), range(0, tracks.n_frames, options.every)
    if len(set(names)) < len(names):
        raise FormatError("expected a name of its own for every picture, got some twice; choose another pattern")
    count = len(queries) * tracks.n_frames
    size = tracks.n_frames * sum(HEADER + 16 * int(seen[q].sum()) for q in queries)
    if size > LARGEST:
        raise FormatError(f"expected at most {LARGEST / 1e9:g} GB, got {count:,} files of {size / 1e9:,.1f} GB in all; "
                          "make files for fewer query frames (every=10), or choose a shorter span or fewer tracks")
    cells = _cells(tracks, seen)
    with replacing_folder(Path(path)) as folder:
        (folder / README).write_text(f"Tracks for Shape of Motion by {credits(tracks)}.\n", "utf-8", newline="\n")
        for q in queries:
            head = _header(int(seen[q].sum()))
            for name, rows in zip(names, cells[:, seen[q]], strict=True):
                (folder / f"{names[q]}_{name}.npy").write_bytes(head + rows.tobytes())
    notes = [f"{count:,} files of {size / 1e6:,.1f} MB in all: {len(queries):,} query frames by "
             f"{tracks.n_frames:,} frames."]
    if options.every > 1:
        notes.append("Shape of Motion as published takes every frame as a query frame; with every "
                     f"{options.every} frames its loader has to be changed.")
    return notes


def sniff(path: Path) -> bool:
    """Whether a folder has such files."""
    try:
        file = next((file for file in Path(path).iterdir() if NAME.fullmatch(file.name)), None)
        if file is None:
            return False
        with file.open("rb") as content:
            npy.read_magic(content)
            shape, _, dtype = npy.read_array_header_1_0(content)
    except (OSError, ValueError):
        return False
    return len(shape) == 2 and shape[1] == 4 and dtype == np.float32


def _header(count: int) -> bytes:
    """What a .npy file of so many rows begins with; made once, for there are many files."""
    head = io.BytesIO()
    npy.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (count, 4)})
    return head.getvalue()


def _cells(tracks: Tracks, seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(T, N, 4) what every file takes its rows from."""
    scores = np.clip(np.stack(scores_that_say(tracks, 0.5), -1).astype(np.float64), SURE, 1 - SURE)
    return np.concatenate([carried(tracks), np.log((1 - scores) / scores)], -1).astype("<f4")


FORMAT = Format("shape-of-motion", "Shape of Motion: tracks between every two frames", ("",), None, write, sniff,
                Options, group="reconstruction", is_folder=True,
                keeps=frozenset({"length", "hidden", "visibility", "confidence", "frame_numbers"}))
