"""Keyframes for After Effects as text, to be pasted.

Three kinds: every track as a Point Control effect (the default), one track as a layer's position, or four
or more tracks as a Corner Pin effect. Point Controls are numbered, since such text has no place for names; take
after-effects-script for layers with names.

Pixels: x right, y down from the upper edge of the picture, the centre of the first pixel is (0.5, 0.5).

Frames: counted from 0; what is pasted begins at the current time. Frames of a sequence that are missing on
disk count, for After Effects puts placeholders there. Frames per second are written with nine decimals.

States: a point has keys in frames in which it is seen; After Effects interpolates between them. With a
layer's position comes its opacity, 0 where the point is hidden.

Lost: names, and a place for the model's licence.

Verified: by a strict reader of the layout. After Effects itself is not available here; that its pixels
count from the corner is what other exporters agree on.

Load: open the file in a text editor, copy everything; in After Effects select a layer as large as the
composition, go to the clip's first frame, Edit > Paste.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import replacing
from ..core.moments import spans
from ..core.options import option
from ..core.tracks import Tracks
from .corners import CORNERS_TEXT, REFERENCE_TEXT, corners_of
from .plates import Curve, Plate, lines, plate_of
from .sheets import aspect_of, numbers_of, rate_of, size_of

POINT = "\tFrame\tX pixels\tY pixels\r\n"
PIN = ("Lower Left #4", "Lower Right #5", "Upper Right #3", "Upper Left #2")


@dataclass(frozen=True)
class KeyframeOptions:
    """Of keyframes as text."""

    kind: str = option("points", "A Point Control effect for every track, the position of a layer from one track, or a "
                       "Corner Pin effect from four or more.", values=("points", "position", "corner-pin"))
    corners: str = option("", CORNERS_TEXT)
    reference: int | None = option(None, REFERENCE_TEXT, least=0)


def write(path: Path, tracks: Tracks, options: KeyframeOptions) -> list[str]:
    """Write keyframes as text.

    Returns
    -------
    list of str
        Tracks that are never visible, and that hidden frames are interpolated.

    Raises
    ------
    FormatError
        If nothing is visible, there are not as many tracks as the kind wants, size or frames per
        second are unknown, or the file cannot be written.
    """
    notes: list[str] = []
    if options.kind == "corner-pin":
        corners = corners_of(tracks, options.corners, options.reference)
        tracks, notes = corners.tracks, list(corners.notes)
    elif options.kind == "position" and len(tracks) != 1:
        raise FormatError(f"expected one track for the position of a layer, got {len(tracks)}; choose one")
    sheet = keyed(tracks)
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="") as file:
        file.write(_header(tracks))
        file.writelines(_blocks(sheet, options.kind))
        file.write("\r\nEnd of Keyframe Data\r\n")
    gaps = sum(len(each.rows) < each.rows[-1] - each.rows[0] + 1 for each in sheet.curves)
    if not gaps or options.kind == "position":
        return [*notes, *sheet.notes]
    hidden = f"{gaps:,} track{'s are' if gaps > 1 else ' is'} hidden in between"
    return [*notes, *sheet.notes, f"Where {hidden}, After Effects interpolates."]


def keyed(tracks: Tracks) -> Plate:
    """Keys in the pixels of After Effects, in frames counted from 0, those that are missing on disk included."""
    return plate_of(tracks, "colmap", numbers_of(tracks, 0, 0), (list(tracks.names), []))


def length_of(sheet: Plate) -> int:
    """Frames from the first to the last."""
    return int(sheet.numbers[-1]) + 1


def _header(tracks: Tracks) -> str:
    width, height = size_of(tracks)
    rate, aspect = (f"{float(number):.9f}".rstrip("0").rstrip(".") for number in (rate_of(tracks), aspect_of(tracks)))
    told = {"Units Per Second": rate, "Source Width": width, "Source Height": height,
            "Source Pixel Aspect Ratio": aspect, "Comp Pixel Aspect Ratio": aspect}
    return "Adobe After Effects 8.0 Keyframe Data\r\n\r\n" + "".join(f"\t{k}\t{v}\r\n" for k, v in told.items())


def _blocks(sheet: Plate, kind: str) -> Iterator[str]:
    if kind == "position":
        (each,) = sheet.curves
        yield "\r\nTransform\tPosition\r\n\tFrame\tX pixels\tY pixels\tZ pixels\r\n"
        yield lines("\t%d\t%.6f\t%.6f\t0\r\n", each.frames, each.xy[:, 0], each.xy[:, 1])
        yield "\r\nTransform\tOpacity\r\n\tFrame\tpercent\r\n"
        yield "".join(f"\t{frame}\t{percent}\r\n" for frame, percent in _opacity(each, length_of(sheet)))
        return
    for number, each in enumerate(sheet.curves):
        effect = f"Corner Pin #1\t{PIN[number]}" if kind == "corner-pin" else f"Point Control #{number + 1}\tPoint #2"
        yield f"\r\nEffects\t{effect}\r\n{POINT}"
        yield lines("\t%d\t%.6f\t%.6f\r\n", each.frames, each.xy[:, 0], each.xy[:, 1])


def _opacity(each: Curve, frames: int) -> list[tuple[int, int]]:
    """Percents at both sides of every change, since text cannot say that a key holds."""
    keys: dict[int, int] = {}
    for first, last in spans(shown(each, frames)):
        keys |= {first - 1: 0} if first else {}
        keys |= {first: 100, last: 100}
        keys |= {last + 1: 0} if last + 1 < frames else {}
    return sorted(keys.items())


def shown(each: Curve, frames: int) -> NDArray[np.bool_]:
    """(frames,) in which a point is seen."""
    seen = np.zeros(frames, bool)
    seen[each.frames] = True
    return seen


FORMAT = Format("after-effects", "After Effects keyframes, to paste (.txt)", (".txt",), None, write,
                options=KeyframeOptions, group="vfx", keeps=frozenset({"size", "fps"}))
