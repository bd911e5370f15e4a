"""The table that napari saves of a Shapes layer: ``index,shape-type,vertex-index,axis-0,axis-1,axis-2``.

Axis 0 is the frame, counted from 0, 1 is y, 2 is x, the centre of the top-left pixel is (0, 0). Dragged
onto napari it becomes a Shapes layer over the film, whose shapes can be edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.files import replacing
from ..core.regions import Region
from .tables import Row, reading

AREAS = ("polygon", "rectangle", "ellipse")
HEADER = "index,shape-type,vertex-index,axis-0,axis-1,axis-2\n"


@contextmanager
def shape_table(path: Path) -> Iterator[Callable[[int, Sequence[NDArray[np.float64]]], None]]:
    """A table of polygons; whole at the end, or not there.

    Yields
    ------
    callable
        ``add(t, polygons)`` for each 0-based frame and its polygons (K, 2), x and y in pixels.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    count = 0
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)

        def add(t: int, polygons: Sequence[NDArray[np.float64]]) -> None:
            nonlocal count
            for polygon in polygons:
                file.writelines(f"{count},polygon,{k},{t},{y:.9g},{x:.9g}\n"
                                for k, (x, y) in enumerate(polygon.tolist()))
                count += 1

        yield add


def read_shape_table(path: Path) -> dict[int | None, list[Region]]:
    """The polygons, rectangles and ellipses of every frame; lines and paths, which have no area, are left out.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        From 0-based frames, or None where the table has no frames, to shapes in pixels.

    Raises
    ------
    FormatError
        If it is no such table.
    """
    found: dict[int | None, list[Region]] = {}
    with reading(path, ("index", "shape-type", "vertex-index", "axis-0", "axis-1")) as table:
        axes = sorted((column for column in table.columns if re.fullmatch(r"axis-\d+", column)), key=_number)
        shapes: dict[str, list[Row]] = {}
        for row in table.rows:
            shapes.setdefault(row.cells["index"], []).append(row)
        for rows in shapes.values():
            kind = rows[0].cells["shape-type"].strip()
            if kind not in AREAS:
                continue
            frame = round(rows[0].number(axes[-3])) if len(axes) > 2 else None
            vertices = np.array([(row.number(axes[-1]), row.number(axes[-2])) for row in rows])
            if not np.isfinite(vertices).all() or (kind == "ellipse" and len(vertices) != 4):
                raise FormatError(f"line {rows[0].line}: expected the vertices of a {kind}, got others")
            found.setdefault(frame, []).append(Region(vertices, kind == "ellipse"))
    return found


def _number(column: str) -> int:
    return int(column.rpartition("-")[2])
