"""A table in the order of napari's Tracks layer: ``track_id,t,y,x`` and features.

napari has no file of its own for tracks; its layer takes an array of these four columns, and a table of
them is what people save. The features that follow are ``name,visibility,confidence,state,source`` as in
this program's own table. Every located point has a row, track by track, in the order of frames, as the
layer wants it.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), as in napari; nine digits.

Frames: counted from 0.

States: in words, for points that have a position; others have no row.

Verified: its four columns make a Tracks layer of napari with the same tracks; round trip of random
tracks at full HD, largest error 0 px.

Load: ``viewer.add_tracks(pandas.read_csv(path)[["track_id", "t", "y", "x"]])``; File > Open in napari with
this program.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format, NoOptions
from ..core.tracks import Tracks
from .csv import REQUIRED as OWN
from .layer_tables import FEATURES, KEEPS, header_of, tracks_of, write_rows
from .tables import reading

COLUMNS = ("track_id", "t", "y", "x")


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write a table of located points.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """

    def cells(n: int, frames: NDArray[np.intp]) -> list[list[object]]:
        x, y = tracks.xy[frames, n].T.tolist()
        return [[int(tracks.ids[n])] * len(x), frames.tolist(), y, x]

    write_rows(path, tracks, (*COLUMNS, *FEATURES[1:]), cells, "%d,%d,%.9g,%.9g")
    return []


def read(path: Path) -> Tracks:
    """Tracks from a table with the columns of a Tracks layer.

    Raises
    ------
    FormatError
        If the file is missing, lacks a column, or a row is wrong.
    """
    with reading(path, COLUMNS) as table:
        return tracks_of(table.rows, table.columns, {"frame": "t"})


def sniff(path: Path) -> bool:
    """Whether a file is text that starts with the columns of such a table."""
    header = header_of(path)
    return set(COLUMNS) <= header and not set(OWN) <= header


FORMAT = Format("napari-tracks", "Table of a napari Tracks layer (CSV)", (".tracks.csv",), read, write, sniff,
                group="labels", keeps=KEEPS)
