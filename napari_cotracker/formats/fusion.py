"""A tool for Fusion, in Resolve or alone, as a settings file (.setting).

A Tracker with a tracker for each track, or a Corner Positioner that follows four or more. Every position is an
X Y path of its own with linear keys, so other tools can be connected to ``Tracker1.TrackedCenter1`` and
so on. The program, the model and its licence are the tool's comment.

Pixels: fractions of the picture, x right, y up from the lower edge, measured to its edges.

Frames: those of the composition. A film begins with 0, as compositions in Resolve do, unless you say
otherwise; a sequence keeps its own numbers.

States: a point has keys where it is seen; Fusion interpolates between them, since it has no switch for
single trackers.

Lost: confidence.

Verified: by a strict reader of the file's tables. Fusion is not available here; that a tracker takes its
path from an X Y path is what other exporters do.

Load: copy the file's text and paste it into the node view, or drag the file there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from .corners import CORNERS_TEXT, REFERENCE_TEXT, corners_of
from .plates import FIRST_TEXT, Curve, lines, plate
from .sheets import credits

PINS = ("BottomLeft", "BottomRight", "TopRight", "TopLeft")
KEY = "\t\t\t\t[%d] = { %.10f, Flags = { Linear = true } },\n"
RED, GREEN = "{ Red = 255, Green = 0, Blue = 0 }", "{ Red = 0, Green = 255, Blue = 0 }"


@dataclass(frozen=True)
class FusionOptions:
    """Of a tool for Fusion."""

    tool: str = option("tracker", "A Tracker with every track, or a Corner Positioner that follows four or more.",
                       values=("tracker", "corner-positioner"))
    corners: str = option("", CORNERS_TEXT)
    reference: int | None = option(None, REFERENCE_TEXT, least=0)
    first_frame: int | None = option(None, FIRST_TEXT.format(0))


def write(path: Path, tracks: Tracks, options: FusionOptions) -> list[str]:
    """Write a settings file.

    Returns
    -------
    list of str
        Names that changed, tracks that are never visible, and that hidden frames are interpolated.

    Raises
    ------
    FormatError
        If nothing is visible, there are not four tracks for a Corner Positioner, the size of the
        picture is unknown, or the file cannot be written.
    """
    is_pin = options.tool == "corner-positioner"
    notes: list[str] = []
    if is_pin:
        corners = corners_of(tracks, options.corners, options.reference)
        tracks, notes = corners.tracks, list(corners.notes)
    sheet = plate(tracks, "blender", options.first_frame, r"[\w ./#+:()-]", default=0)
    name = "CornerPositioner1" if is_pin else "Tracker1"
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("{\n\tTools = ordered() {\n")
        file.write(_pin(tracks) if is_pin else _tracker(tracks, sheet.curves))
        for number, each in enumerate(sheet.curves, 1):
            file.writelines(_path(f"Track{number}", each))
        file.write(f'\t}},\n\tActiveTool = "{name}"\n}}\n')
    gaps = sum(len(each.rows) < each.rows[-1] - each.rows[0] + 1 for each in sheet.curves)
    notes += sheet.notes[sheet.renamed if is_pin else 0 :]
    return [*notes, f"Where {gaps:,} track{'s are' if gaps > 1 else ' is'} hidden in between, Fusion interpolates."] \
        if gaps else notes


def _tracker(tracks: Tracks, curves: tuple[Curve, ...]) -> str:
    patterns = "".join(f"\t\t\t\t{{ PatternTime = {each.frames[0]}, PatternX = {each.xy[0, 0]:.10f}, "
                       f"PatternY = {each.xy[0, 1]:.10f} }},\n" for each in curves)
    inputs = "".join(
        f'\t\t\t\tName{k} = Input {{ Value = "{each.name}", }},\n'
        f"\t\t\t\tPatternCenter{k} = Input {{ Value = {{ {each.xy[0, 0]:.10f}, {each.xy[0, 1]:.10f} }}, }},\n"
        f'\t\t\t\tTrackedCenter{k} = Input {{ SourceOp = "Track{k}Path", Source = "Value", }},\n'
        for k, each in enumerate(curves, 1))
    return (f"\t\tTracker1 = Tracker {{\n\t\t\tTrackers = {{\n{patterns}\t\t\t}},\n\t\t\tInputs = {{\n{inputs}"
            f"{_comment(tracks)}\t\t\t}},\n\t\t\tViewInfo = OperatorInfo {{ Pos = {{ 0, 0 }} }},\n\t\t}},\n")


def _pin(tracks: Tracks) -> str:
    inputs = "".join(f'\t\t\t\t{pin} = Input {{ SourceOp = "Track{k}Path", Source = "Value", }},\n'
                     for k, pin in enumerate(PINS, 1))
    return (f"\t\tCornerPositioner1 = CornerPositioner {{\n\t\t\tInputs = {{\n{inputs}{_comment(tracks)}\t\t\t}},\n"
            "\t\t\tViewInfo = OperatorInfo { Pos = { 0, 0 } },\n\t\t},\n")


def _comment(tracks: Tracks) -> str:
    text = credits(tracks).replace("\\", "\\\\").replace('"', '\\"')
    return f'\t\t\t\tComments = Input {{ Value = "{text}", }},\n'


def _path(name: str, each: Curve) -> Iterator[str]:
    inputs = "".join(f'\t\t\t\t{axis} = Input {{ SourceOp = "{name}{axis}", Source = "Value", }},\n' for axis in "XY")
    yield (f'\t\t{name}Path = XYPath {{\n\t\t\tShowKeyPoints = false,\n\t\t\tDrawMode = "ModifyOnly",\n'
           f"\t\t\tInputs = {{\n{inputs}\t\t\t}},\n\t\t}},\n")
    yield _spline(f"{name}X", RED, each.frames, each.xy[:, 0])
    yield _spline(f"{name}Y", GREEN, each.frames, each.xy[:, 1])


def _spline(name: str, color: str, frames: NDArray[np.int64], values: NDArray[np.float64]) -> str:
    return (f"\t\t{name} = BezierSpline {{\n\t\t\tSplineColor = {color},\n\t\t\tNameSet = true,\n\t\t\tKeyFrames = {{\n"
            f"{lines(KEY, frames, values)}\t\t\t}},\n\t\t}},\n")


FORMAT = Format("fusion", "Fusion and Resolve tracker (.setting)", (".setting",), None, write, options=FusionOptions,
                group="vfx", keeps=frozenset({"names", "frame_numbers", "runs"}))
