"""UV tracks for mmSolver in Maya (.uv, version 2).

JSON with a list of points, each with its name, its number, its group as ``set_name``, and a position with a
weight for every frame in which it is seen. The program, the model and its licence are under ``comment``,
which mmSolver passes over.

Pixels: fractions of the picture, x right, y up from the lower edge, measured to its edges.

Frames: numbers of the plate. A film begins with 1001 unless you say otherwise; a sequence keeps its own.

States: frames in which the point is not seen are left out; mmSolver disables the marker there. The
weight is visibility · confidence, and 1 where a person placed or approved the point.

Lost: nothing is undistorted; positions are those in the plate, and ``is_undistorted`` says so. mmSolver
takes them as they are.

Verified: by a strict reader of the documented layout. Maya is not available here.

Load: in Maya, mmSolver > General Tools > Load Markers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from .plates import FIRST_TEXT, lines, plate
from .sheets import credits

POINT = '{"frame": %d, "pos": [%.10f, %.10f], "weight": %.6f}, '


@dataclass(frozen=True)
class UvOptions:
    """Of UV tracks."""

    first_frame: int | None = option(None, FIRST_TEXT.format(1001))


def write(path: Path, tracks: Tracks, options: UvOptions) -> list[str]:
    """Write UV tracks.

    Returns
    -------
    list of str
        Names that changed for Maya, and tracks that are never visible.

    Raises
    ------
    FormatError
        If nothing is visible, the size of the picture is unknown, or the file cannot be written.
    """
    sheet = plate(tracks, "blender", options.first_frame, "[A-Za-z0-9_]")
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        file.write(f'{{"version": 2, "comment": {json.dumps(credits(tracks))}, "is_undistorted": false, '
                   f'"num_points": {len(sheet.curves)}, "points": [\n')
        for number, each in enumerate(sheet.curves, 1):
            told = {"name": each.name, "id": int(tracks.ids[each.column]), "set_name": tracks.groups[each.column]}
            rows = lines(POINT, each.frames, each.xy[:, 0], each.xy[:, 1], each.sure)
            end = "\n" if number == len(sheet.curves) else ",\n"
            file.write(f'{json.dumps(told)[:-1]}, "per_frame": [{rows[:-2]}]}}{end}')
        file.write("]}\n")
    return list(sheet.notes)


FORMAT = Format("mmsolver", "mmSolver UV tracks for Maya (.uv)", (".uv",), None, write, options=UvOptions, group="vfx",
                keeps=frozenset({"ids", "names", "groups", "confidence", "frame_numbers", "runs"}))
