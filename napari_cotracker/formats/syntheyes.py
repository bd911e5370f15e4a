"""Tracker 2-D paths for SynthEyes as text.

One line for every frame in which a point is seen, tracker after tracker: ``Name frame u v status``.

Pixels: from -1 at the centre of the first pixel to 1 at the centre of the last, x right, y down.

Frames: numbers of the plate for a sequence; a film begins with 1 unless you say otherwise. SynthEyes' import
has an offset, should its own count begin elsewhere.

States: frames in which the point is not seen are left out. The status is 15 (with a key) where a span begins
and where a person placed or approved the point, else 7.

Lost: confidence, and a place for the model's licence. SynthEyes takes letters and digits in names only.

Verified: by a strict reader of the layout. SynthEyes is not available here, and what it makes of each status
is taken from files that it wrote.

Load: in SynthEyes, File > Import > Tracker 2-D Paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks, is_anchor
from .plates import FIRST_TEXT, lines, plate_of
from .sheets import numbers_of, plain_names

RUN, ENABLE, OK, KEY = 1, 2, 4, 8


@dataclass(frozen=True)
class PathOptions:
    """Of tracker paths."""

    first_frame: int | None = option(None, FIRST_TEXT.format(1))


def write(path: Path, tracks: Tracks, options: PathOptions) -> list[str]:
    """Write tracker paths.

    Returns
    -------
    list of str
        Names that changed, and tracks that are never visible.

    Raises
    ------
    FormatError
        If nothing is visible, the size of the picture is unknown, or the file cannot be written.
    """
    numbers, names = numbers_of(tracks, options.first_frame, 1), plain_names(tracks, "[A-Za-z0-9]", "")
    sheet = plate_of(tracks, "syntheyes", numbers, names)
    anchors = is_anchor(tracks.source)
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        for each in sheet.curves:
            begins = np.diff(each.frames, prepend=each.frames[0] - 2) > 1
            status = RUN + ENABLE + OK + KEY * (begins | anchors[each.rows, each.column])
            file.write(lines(f"{each.name} %d %.9f %.9f %d\n", each.frames, each.xy[:, 0], each.xy[:, 1], status))
    return list(sheet.notes)


FORMAT = Format("syntheyes", "SynthEyes tracker 2-D paths (.txt)", (".txt",), None, write, options=PathOptions,
                group="vfx", keeps=frozenset({"names", "sources", "frame_numbers"}))
