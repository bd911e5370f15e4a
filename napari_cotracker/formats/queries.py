"""Query points from a table ``t,x,y`` with optional ``id`` and ``name``."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from ..core.errors import CotrackerError, FormatError
from ..core.queries import Queries, is_whole
from ..core.words import point_name
from .tables import MAX_FRAMES, Row, reading


def read_queries(path: Path) -> Queries:
    """Query points from a CSV file.

    Parameters
    ----------
    path : Path
        A table with the columns ``t`` (0-based frame), ``x`` and ``y`` (pixels, integers are pixel
        centres), and optionally ``id`` (unique) and ``name``, in any order.

    Raises
    ------
    FormatError
        If the file is missing, is no such table, has no row, or a row is wrong (its line is quoted).
    """
    with reading(path, ("t", "x", "y")) as table:
        rows = list(table.rows)
        if not rows:
            raise FormatError("expected at least one query point below the header t,x,y, got none")
        t = [_finite(row, "t") for row in rows]
        stray = next((row for row, frame in zip(rows, t) if not (0 <= frame < MAX_FRAMES and is_whole(frame))), None)
        if stray is not None:
            raise stray.error("t", "a whole frame number counted from 0")
        xy = [(_finite(row, "x"), _finite(row, "y")) for row in rows]
        ids = [row.whole("id") for row in rows] if "id" in table.columns else list(range(len(rows)))
        names = [row.cells.get("name", "") or point_name(number) for row, number in zip(rows, ids)]
        try:
            return Queries.from_array(np.column_stack([t, xy]), ids, names)
        except CotrackerError as mishap:
            raise FormatError(str(mishap)) from mishap


def _finite(row: Row, column: str) -> float:
    value = row.number(column)
    if math.isnan(value):
        raise row.error(column, "a number")
    return value
