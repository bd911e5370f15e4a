"""The table that napari saves of a Points layer: ``index,axis-0,axis-1,axis-2`` and features.

Axis 0 is the frame, 1 is y, 2 is x, as in a layer of points on a film. The features that follow are
``track_id,name,visibility,confidence,state,source`` as in this program's own table; napari shows them as
the layer's features. Every located point has a row.

Read back, rows with the same ``track_id`` are one track; without that column rows with the same
``name`` are; without both, every point is a track of its own, which has a position in one frame.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), as in napari; nine digits.

Frames: counted from 0.

States: in words, for points that have a position; others have no row.

Verified: read by napari's own reader, positions and features; round trip of random tracks at full HD,
largest error 0 px.

Load: drag the file onto napari, or File > Open; napari makes a Points layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError
from ..core.tracks import Tracks
from .layer_tables import FEATURES, KEEPS, header_of, tracks_of, write_rows
from .tables import Row, Table, reading

AXES = ("axis-0", "axis-1", "axis-2")
OTHERS = {"axis-3", "shape-type", "vertex-index"}


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write a table of located points.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    count = 0

    def cells(n: int, frames: NDArray[np.intp]) -> list[list[object]]:
        nonlocal count
        xy = tracks.xy[frames, n].T.tolist()
        first, count = count, count + len(xy[0])
        return [list(range(first, count)), frames.tolist(), xy[1], xy[0], [int(tracks.ids[n])] * len(xy[0])]

    write_rows(path, tracks, ("index", *AXES, *FEATURES), cells, "%d,%d,%.9g,%.9g,%d")
    return []


def read(path: Path) -> Tracks:
    """Tracks from a table of points.

    Raises
    ------
    FormatError
        If the file is missing, has other axes than frame, y and x, or a row is wrong.
    """
    with reading(path, AXES) as table:
        if OTHERS & set(table.columns):
            raise FormatError("expected points with three axes (frame, y, x), got more axes or shapes")
        whose = next((column for column in ("track_id", "name") if column in table.columns), "")
        rows = table.rows if whose == "track_id" else _numbered(table, whose)
        return tracks_of(rows, (*table.columns, "track_id"), dict(zip(("frame", "y", "x"), AXES, strict=True)))


def sniff(path: Path) -> bool:
    """Whether a file is text that starts with the columns of such a table."""
    header = header_of(path)
    return set(AXES) <= header and not OTHERS & header


def _numbered(table: Table, whose: str) -> Iterator[Row]:
    """The rows with a track_id: the same for the same name, else a new one each."""
    numbers: dict[object, int] = {}
    for row in table.rows:
        number = numbers.setdefault(row.cells[whose] if whose else row.line, len(numbers))
        yield Row(row.line, {**row.cells, "track_id": str(number)}, row.point)


FORMAT = Format("napari-points", "napari's table of a Points layer (CSV)", (".points.csv",), read, write, sniff,
                group="labels", keeps=KEEPS)
