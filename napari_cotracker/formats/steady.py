"""How a film was held still, so that what is painted on the steady film can go back: a small JSON file.

``matrices`` has nine numbers for every frame, row by row: from homogeneous pixels of the film to those of
the steady one, x right, y down, the centre of the top-left pixel is (0, 0).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.files import naming, replacing

NAME, VERSION = "napari-cotracker-steady", 1


@dataclass(frozen=True)
class SteadyFile:
    """What the file says.

    Parameters
    ----------
    matrices : (T, 3, 3)
    size : (width, height)
    path : str
        "lock" where what was tracked stands still, "smooth" where it only moves smoothly.
    about : str
        Who made it.
    """

    matrices: NDArray[np.float64]
    size: tuple[int, int]
    path: str
    about: str = ""


def write_steady(path: Path, steady: SteadyFile) -> None:
    """Write the file.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    content = {"format": NAME, "version": VERSION, "about": steady.about, "size": list(steady.size),
               "path": steady.path, "matrices": steady.matrices.reshape(-1, 9).tolist()}
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def read_steady(path: Path) -> SteadyFile:
    """Read the file.

    Raises
    ------
    FormatError
        If it is missing or no such file.
    """
    with naming(Path(path), KeyError, ValueError, TypeError, AttributeError):
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content.get("format") != NAME or content.get("version") != VERSION:
            raise FormatError(f"expected the file beside a film that was held still ({NAME} {VERSION}), got another "
                              "one")
        matrices = np.array(content["matrices"], np.float64).reshape(-1, 3, 3)
        if not len(matrices) or not np.isfinite(matrices).all() or (np.linalg.det(matrices) == 0).any():
            raise FormatError("expected matrices that can be inverted, got others")
        width, height = (int(side) for side in content["size"])
        return SteadyFile(matrices, (width, height), str(content["path"]), str(content.get("about", "")))
