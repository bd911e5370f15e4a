"""Solved cameras as nerfstudio's ``transforms.json``, and the points as ``.ply``.

One lens for all pictures (``OPENCV``: focal lengths, principal point, distortion in COLMAP's pixels,
the centre of the first pixel at .5), and for each picture the matrix from camera to world, the camera
looking along -z with y up.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .solved import Solved

LENS = ("fl_x", "fl_y", "cx", "cy", "k1", "k2", "p1", "p2")
PLY = "points.ply"


def transforms(solved: Solved, folder: str, made_by: str) -> str:
    """The whole ``transforms.json``.

    Parameters
    ----------
    solved : Solved
    folder : str
        Of the pictures, relative to the file; "" for beside it.
    made_by : str
        Program, model and licence.
    """
    matrices = np.tile(np.eye(4), (len(solved.frames), 1, 1))
    matrices[:, :3, :3] = solved.rotation.transpose(0, 2, 1) * (1, -1, -1)
    matrices[:, :3, 3] = solved.centres
    before = f"{folder.rstrip('/')}/" if folder else ""
    found: dict[str, Any] = {"camera_model": "OPENCV", "w": solved.size[0], "h": solved.size[1]}
    found |= dict(zip(LENS, solved.lens.tolist(), strict=True))
    found |= {"ply_file_path": PLY, "made_by": made_by}
    order = np.argsort(solved.frames)
    found["frames"] = [{"file_path": before + solved.names[k], "transform_matrix": matrices[k].tolist()}
                       for k in order]
    return json.dumps(found, indent=1) + "\n"


def ply(solved: Solved, made_by: str) -> str:
    """The points as a text ``.ply``, all of them grey, for pictures are not at hand."""
    head = ["ply", "format ascii 1.0", f"comment {made_by}", f"element vertex {len(solved.points)}",
            *(f"property float {axis}" for axis in "xyz"),
            *(f"property uchar {colour}" for colour in ("red", "green", "blue")), "end_header"]
    rows = [f"{x:.9g} {y:.9g} {z:.9g} 128 128 128" for x, y, z in solved.points.tolist()]
    return "\n".join([*head, *rows]) + "\n"
