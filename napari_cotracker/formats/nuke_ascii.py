"""Tracks as text, as Shake and Nuke's CameraTracker exchange them.

Each track begins with ``TrackName`` and its name, then one line a frame: ``Frame X Y Correlation``.
CameraTracker wants the names that it gives itself, autotrack0, autotrack1 and so on; choose the
tracks' own names for other programs. This takes any number of tracks.

Pixels: x right, y up from the lower edge of the picture, the centre of the first pixel is (0.5, 0.5).

Frames: numbers of the plate. A film begins with 1001 unless you say otherwise; a sequence keeps its own.

States: only frames in which the point is seen have a line. ``Correlation`` is visibility · confidence,
and 1 where a person placed or approved the point.

Lost: a comment has no place here, so the model's licence is not told.

Verified: by a strict reader of the layout that CameraTracker writes (columns of 8 and 14 letters).
Nuke itself is not available here.

Load: in Nuke, CameraTracker, its tab User Tracks > Import; in Shake, the Tracker node >
Load Track.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from .plates import FIRST_TEXT, lines, plate

HEADER = "   Frame             X             Y   Correlation\n"
ROW = "%8.2f%14.6f%14.6f%14.6f\n"


@dataclass(frozen=True)
class AsciiOptions:
    """Of tracks as text."""

    first_frame: int | None = option(None, FIRST_TEXT.format(1001))
    names: str = option("autotrack", "Names as CameraTracker wants them (autotrack0, …) or the tracks' own.",
                        values=("autotrack", "own"))


def write(path: Path, tracks: Tracks, options: AsciiOptions) -> list[str]:
    """Write tracks as text.

    Returns
    -------
    list of str
        Names that changed, and tracks that are never visible.

    Raises
    ------
    FormatError
        If nothing is visible, the size of the picture is unknown, or the file cannot be written.
    """
    sheet = plate(tracks, "nuke", options.first_frame, r"[A-Za-z0-9_.-]")
    numbered = options.names == "autotrack"
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        for number, each in enumerate(sheet.curves):
            file.write(f"TrackName {f'autotrack{number}' if numbered else each.name}\n{HEADER}")
            file.write(lines(ROW, each.frames, each.xy[:, 0], each.xy[:, 1], each.sure) + "\n")
    if not numbered:
        return list(sheet.notes)
    return [*sheet.notes[sheet.renamed :], "Tracks are named autotrack0, autotrack1, … in their order."]


FORMAT = Format("nuke-ascii", "Nuke CameraTracker and Shake tracks as text (.txt)", (".txt",), None, write,
                options=AsciiOptions, group="vfx", keeps=frozenset({"names", "confidence", "frame_numbers"}))
