"""A CornerPin2D node for Nuke that follows four tracks, or a plane through more.

Each corner has a key in every frame in which its track is seen. Tracks are taken by where they are on
the reference frame: bottom left, bottom right, top right, top left, as Nuke numbers them; or name them
in that order. More than four are taken for points of a plane, fitted so that single ones may slip; the
corners are then those around the points.

What the node's source ("from") is, you choose: where the corners are on the reference frame, so that what
you paint there sticks; or the corners of the picture, so that a picture fills the pin. The program, the
model and its licence are the node's label.

Pixels: x right, y up from the lower edge of the picture, the centre of the first pixel is (0.5, 0.5).

Frames: numbers of the plate. A film begins with 1001 unless you say otherwise; a sequence keeps its own.

States: a hidden corner has no key; Nuke interpolates between the keys around it, and the report counts
the frames in which that happens.

Verified: by a strict reader of Tcl lists, with corners and planes whose place is known. Nuke itself is not
available here.

Load: copy the file's text and paste it into the Node Graph (Edit > Paste), or File > Insert Comp Nodes….
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from .corners import CORNERS_TEXT, REFERENCE_TEXT, corners_of
from .nuke import NAMES, PASTE, keys_text, label
from .plates import FIRST_TEXT, plate
from .sheets import size_of


@dataclass(frozen=True)
class PinOptions:
    """Of a corner pin."""

    corners: str = option("", CORNERS_TEXT)
    reference: int | None = option(None, REFERENCE_TEXT, least=0)
    source: str = option("reference", "What is pinned: the area between the tracks on the reference frame, or the "
                         "whole picture.", values=("reference", "picture"))
    stabilize: bool = option(False, "Invert the pin, so that what it follows stands still.")
    first_frame: int | None = option(None, FIRST_TEXT.format(1001))


def write(path: Path, tracks: Tracks, options: PinOptions) -> list[str]:
    """Write a CornerPin2D node.

    Returns
    -------
    list of str
        How well a plane fits, that further tracks are left out, and in how many frames Nuke interpolates.

    Raises
    ------
    FormatError
        If there are not four tracks that are visible in one frame, or more do not tell a plane, the size
        of the picture is unknown, or the file cannot be written.
    """
    corners = corners_of(tracks, options.corners, options.reference)
    sheet = plate(corners.tracks, "nuke", options.first_frame, NAMES)
    width, height = size_of(tracks)
    source = [(0, 0), (width, 0), (width, height), (0, height)]
    if options.source == "reference":
        source = CONVENTIONS["nuke"].from_ours(corners.tracks.xy[corners.frame], (width, height)).tolist()
    knobs = [f"to{k} {{{keys_text(each, 0)} {keys_text(each, 1)}}}" for k, each in enumerate(sheet.curves, 1)]
    knobs += [f"invert {'true' if options.stabilize else 'false'}"]
    knobs += [f"from{k} {{{x:.6f} {y:.6f}}}" for k, (x, y) in enumerate(source, 1)]
    knobs += [f"label {label(tracks)}", "name CornerPin2D1", "selected true", "xpos 0", "ypos 0"]
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(PASTE + "push $cut_paste_input\nCornerPin2D {\n " + "\n ".join(knobs) + "\n}\n")
    counts = np.bincount(np.concatenate([each.rows for each in sheet.curves]))
    partly = int(((counts > 0) & (counts < 4)).sum())
    told = f"In {partly:,} frame{'s' * (partly != 1)} not all corners are visible; Nuke interpolates there."
    return [*corners.notes, *([told] if partly else [])]


FORMAT = Format("nuke-cornerpin", "Nuke CornerPin2D from four or more tracks (.pin.nk)", (".pin.nk",), None, write,
                options=PinOptions, group="vfx", keeps=frozenset({"frame_numbers", "runs"}))
