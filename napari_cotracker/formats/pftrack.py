"""User tracks for PFTrack and PFMatchit as text (.2dt).

For each track its name, its camera, the number of its frames, and a line ``frame x y residual`` for each
of them. PFTrack 5 and older programs count frames from 0 and name the camera, PFTrack 2011 and newer ones
count from 1 and number it; you choose which.

Pixels: x right, y up, the centre of the lower left pixel is (0, 0).

Frames: counted from the beginning of the clip, from 1 or from 0, whatever numbers the plate has.

States: frames in which the point is not seen are left out. The residual is 1 − visibility · confidence,
and 0 where a person placed or approved the point.

Lost: a place for the model's licence.

Verified: by a strict reader of the layout. PFTrack is not available here.

Load: in PFTrack, the User Track node, Import; in PFTrack 5, Import > 2D Tracks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from .plates import lines, plate_of
from .sheets import numbers_of, plain_names

VERSIONS = {"2011": (1, "1", "\n"), "5": (0, '"Primary"', "\r\n")}


@dataclass(frozen=True)
class PftrackOptions:
    """Of user tracks."""

    version: str = option("2011", "PFTrack 2011 and newer, and PFMatchit; or PFTrack 5 and older.",
                          values=tuple(VERSIONS))


def write(path: Path, tracks: Tracks, options: PftrackOptions) -> list[str]:
    """Write user tracks.

    Returns
    -------
    list of str
        Names that changed, and tracks that are never visible.

    Raises
    ------
    FormatError
        If nothing is visible, the size of the picture is unknown, or the file cannot be written.
    """
    first, camera, newline = VERSIONS[options.version]
    sheet = plate_of(tracks, "pftrack", numbers_of(tracks, first, first), plain_names(tracks))
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline=newline) as file:
        for each in sheet.curves:
            file.write(f'\n\n"{each.name}"\n{camera}\n{len(each.frames)}\n')
            file.write(lines("%d %.6f %.6f %.6f\n", each.frames, each.xy[:, 0], each.xy[:, 1], 1 - each.sure))
    return list(sheet.notes)


FORMAT = Format("pftrack", "PFTrack user tracks (.2dt)", (".2dt",), None, write, options=PftrackOptions, group="vfx",
                keeps=frozenset({"names", "confidence"}))
