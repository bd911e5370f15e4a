"""The table that napari saves of a Shapes layer: ``index,shape-type,vertex-index,axis-0,axis-1,axis-2``.

Axis 0 is the frame, counted from 0, 1 is y, 2 is x, the centre of the top-left pixel is (0, 0). Dragged
onto napari it becomes a Shapes layer over the film, whose shapes can be edited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.files import replacing

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
