"""A task of Label Studio with the tracks on its video, as JSON to import.

Label Studio's free edition tracks rectangles in videos, no points; so every track is a rectangle
(``videorectangle``) of the same small size with the point in its middle. Label Studio holds keyframes and
draws straight lines between them: they are what a person placed or approved, where a run begins or ends,
and as many more as keep the lines within a tolerance; on request none of these, or every frame. How far the
lines are from the tracks is reported. The last keyframe of a run has ``enabled`` false, after which nothing is shown.

The labels must be in the project's labelling interface; one that fits is in the task's
``meta.labeling_interface``. With the option ``label`` all tracks have that label, and their names are in
the regions' notes.

Pixels: percent of the picture's width and height from 0 to 100, measured to pixel edges; the point is at
x + width / 2.

Frames: counted from 1, as Label Studio writes them; times are frame / fps.

States: only visible points are shown.

Verified: by a strict parser of the exported layout that shows what Label Studio's editor shows; largest
error for random tracks at full HD 0 px. Not tried with a Label Studio server here.

Load: in Label Studio, Settings > Labeling Interface > Code: paste the interface; then Import: this file.
The option ``video`` must be the film's address as Label Studio sees it, such as
``/data/upload/1/film.mp4``. Its frames per second must be those of the interface.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.files import replacing
from ..core.moments import spans
from ..core.options import option
from ..core.tracks import Tracks
from .cvat import XML_LETTERS
from .keyframes import TOLERANCE_TEXT, WAYS, WAYS_TEXT, deviation_note, keyframes_of
from .sheets import credits, plain_names, rate_of, size_of, visible

KEY = ('{"frame": %%d, "time": %%.9g, "enabled": %s, "rotation": 0, "x": %%.9g, "y": %%.9g, "width": %%.9g, '
       '"height": %%.9g}')
ON, OFF = KEY % "true", KEY % "false"


@dataclass(frozen=True)
class LabelStudioOptions:
    """Options of the task for Label Studio."""

    keyframes: str = option("within-tolerance", WAYS_TEXT, values=WAYS)
    tolerance: float = option(0.5, TOLERANCE_TEXT, least=0, most=1000)
    box: float = option(8.0, "Width and height of the rectangle about every point, in pixels.", least=1, most=10_000)
    label: str = option("", "One label for all points; empty: each track's own name.")
    video: str = option("", "Address of the film as Label Studio sees it; empty: the film's file name.")
    made_as: str = option("annotations", "Whether they are annotations, or predictions to start from.",
                          values=("annotations", "predictions"))


def write(path: Path, tracks: Tracks, options: LabelStudioOptions) -> list[str]:
    """Write a task for Label Studio.

    Returns
    -------
    list of str
        The size of the rectangles, names that were changed, and how far lines between keyframes are off.

    Raises
    ------
    FormatError
        If the size of the picture or the frames per second are not known, or the file cannot be written.
    """
    seen = visible(tracks)
    keys = keyframes_of(tracks, seen, options.keyframes, options.tolerance)
    names, notes = plain_names(tracks, XML_LETTERS)
    columns = np.flatnonzero(seen.any(0)).tolist()
    labels = [options.label] if options.label else [names[n] for n in columns]
    head: dict[str, Any] = {"data": {"video": options.video or _film(tracks)},
                            "meta": {"made_by": credits(tracks), "labeling_interface": _interface(tracks, labels)}}
    answer = {"model_version": credits(tracks)} if options.made_as == "predictions" else {"was_cancelled": False}
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'[{json.dumps(head)[:-1]},\n"{options.made_as}": [{json.dumps(answer)[:-1]}, "result": [')
        for k, n in enumerate(columns):
            file.write(",\n" if k else "\n")
            file.write(_region(tracks, n, (seen[:, n], keys[:, n]), options, names[n]))
        file.write("\n]}]}]\n")
    return [f"Every point is the centre of a rectangle of {options.box:g} × {options.box:g} px, for Label Studio "
            "tracks no points.", *notes, *deviation_note(tracks, seen, keys)]


def _film(tracks: Tracks) -> str:
    video = tracks.meta.get("video")
    return Path(str(video.get("path") or "video.mp4")).name if isinstance(video, dict) else "video.mp4"


def _interface(tracks: Tracks, labels: list[str]) -> str:
    listed = "".join(f"<Label value={quoteattr(label)}/>" for label in labels)
    return (f'<View><Video name="video" value="$video" framerate="{float(rate_of(tracks)):.9g}"/>'
            f'<VideoRectangle name="box" toName="video"/><Labels name="videoLabels" toName="video">{listed}</Labels>'
            "</View>")


def _region(tracks: Tracks, n: int, cells: tuple[NDArray[np.bool_], NDArray[np.bool_]], options: LabelStudioOptions,
            name: str) -> str:
    """One track: its keyframes, the last of every run switched off."""
    seen, keys = cells
    size, rate = size_of(tracks), float(rate_of(tracks))
    frames = np.flatnonzero(keys)
    off = {last for _, last in spans(seen)}
    sides = np.broadcast_to(100 * options.box / np.array(size), (len(frames), 2))
    corner = 100 * (tracks.xy[frames, n].astype(np.float64) + 0.5) / size - sides / 2
    rows = np.column_stack([frames + 1, (frames + 1) / rate, corner, sides])
    sequence = ",\n".join([OFF if t in off else ON for t in frames.tolist()]) % tuple(rows.ravel().tolist())
    region: dict[str, Any] = {"id": f"track{n + 1}", "type": "videorectangle", "from_name": "box", "to_name": "video",
                              "origin": "manual"}
    if options.label:
        region["meta"] = {"text": [name]}
    value = {"framesCount": tracks.n_frames, "duration": round(tracks.n_frames / rate, 6),
             "labels": [options.label or name]}
    return f'{json.dumps(region)[:-1]}, "value": {json.dumps(value)[:-1]}, "sequence": [\n{sequence}]}}}}'


FORMAT = Format("label-studio", "Label Studio video task (JSON)", (".label-studio.json",), None, write,
                options=LabelStudioOptions, group="labels", keeps=frozenset({"names", "length", "fps", "runs"}))
