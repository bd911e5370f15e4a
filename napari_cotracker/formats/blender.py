"""A Python script that makes the tracks in Blender's Movie Clip Editor.

The script opens the film (the one the tracks are of, another that you name as an option or on Blender's
command line, or the clip that is open already) and adds a track with markers for each of ours. It needs
nothing but Blender. The program, the model and its licence stand at its head.

Pixels: fractions of the picture, x right, y up from the lower edge, measured to its edges; so they also
fit a proxy.

Frames: the clip's first frame is 1, as Blender counts inside clips. The clip begins in the scene at the
plate's first number for a sequence, at 1 for a film, or where you say.

States: a hidden point has a muted marker, where it is or, if that is not known, at the beginning of the
gap where it was last seen. Where a person placed or approved a point, the marker is a keyframe; others
are tracked ones. A track's weight is the mean of visibility · confidence over its visible frames.

Lost: confidence of single frames, and why a point is not visible.

Verified: by running the script in the bpy module of Blender 5.0 where that is installed (set
BLENDER_PYTHON to a Python that has it): all markers come back, and Blender solves the camera of a known scene
to a ten-thousandth of a pixel. Elsewhere a stand-in runs it.

Load: in Blender, the Scripting workspace, Open, Run Script; or ``blender --python FILE -- FILM``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks, is_anchor
from .plates import lines
from .sheets import certainty, credits, located, numbers_of, size_of, visible

PROGRAM = '''

def find_clip():
    """The film named on the command line, this script's, or the one that is open."""
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    path = bpy.path.abspath(given[0] if given else CLIP)
    if os.path.isdir(path):
        pictures = [name for name in sorted(os.listdir(path)) if name.lower().endswith(PICTURES)]
        path = os.path.join(path, pictures[0]) if pictures else ""
    if path and os.path.isfile(path):
        clip = bpy.data.movieclips.load(path, check_existing=True)
        clip.frame_start = FRAME_START
        return clip
    if given or not bpy.data.movieclips:
        raise SystemExit("expected a film, got %r; open it in the Movie Clip Editor first" % (path or CLIP))
    return bpy.context.scene.active_clip or bpy.data.movieclips[-1]


def add_track(clip, told):
    """One track with its markers."""
    track = clip.tracking.tracks.new(name=told["name"], frame=told["frames"][0])
    track.weight = told["weight"]
    for frame, x, y, kind in zip(told["frames"], told["x"], told["y"], told["kinds"]):
        marker = track.markers.insert_frame(frame, co=(x, y))
        marker.mute = bool(kind & MUTED)
        marker.is_keyed = bool(kind & KEYED)


def main():
    clip = find_clip()
    if tuple(clip.size) != SIZE:
        print("The tracks are of a picture of", SIZE, "- the clip is", tuple(clip.size))
    tracks = [json.loads(line) for line in TRACKS.strip().splitlines()]
    for told in tracks:
        add_track(clip, told)
    print("Added", len(tracks), "tracks to", clip.name)


main()
'''
MUTED, KEYED = 1, 2


@dataclass(frozen=True)
class BlenderOptions:
    """Of a script for Blender."""

    clip: str = option("", "The film, or the folder or first picture of a sequence; if empty, the one tracked.")
    first_frame: int | None = option(None, "Frame of the scene in which the clip begins; if empty, 1 for a film, and a "
                                     "sequence has numbers of its own.")


def write(path: Path, tracks: Tracks, options: BlenderOptions) -> list[str]:
    """Write a script.

    Returns
    -------
    list of str
        Tracks without any position, which are left out.

    Raises
    ------
    FormatError
        If the size of the picture is unknown, or the file cannot be written.
    """
    size, numbers = size_of(tracks), numbers_of(tracks, options.first_frame, 1)
    clip = options.clip or str((tracks.meta.get("video") or {}).get("path") or "")
    columns = np.flatnonzero(located(tracks).any(0)).tolist()
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"# Tracks for Blender, made by {ascii(credits(tracks))[1:-1]}\n\nimport json\nimport os\n"
                   f"import sys\n\nimport bpy\n\nCLIP = {clip!a}\nSIZE = ({size[0]}, {size[1]})\n"
                   f"FRAME_START = {numbers[0] if len(numbers) else 1}\nMUTED, KEYED = {MUTED}, {KEYED}\n"
                   'PICTURES = (".png", ".jpg", ".jpeg", ".exr", ".tif", ".tiff", ".dpx", ".bmp", ".webp")\n'
                   "TRACKS = r'''\n")
        file.writelines(_tracks(tracks, columns, numbers - numbers[:1] + 1))
        file.write("'''\n" + PROGRAM)
    left = len(tracks) - len(columns)
    return [f"{left:,} track{'s' * (left > 1)} without any position left out."] if left else []


def _tracks(tracks: Tracks, columns: list[int], frames: NDArray[np.int64]) -> Iterator[str]:
    xy = CONVENTIONS["blender"].from_ours(tracks.xy, size_of(tracks))
    there, seen, sure = located(tracks), visible(tracks), certainty(tracks)
    kinds = np.where(seen, 0, MUTED) + np.where(is_anchor(tracks.source), KEYED, 0)
    for column in columns:
        rows, told, where = _markers(there[:, column], kinds[:, column])
        weight = float(sure[seen[:, column], column].mean()) if seen[:, column].any() else 0.0
        yield _line(tracks.names[column], weight, {
            "frames": frames[rows], "x": xy[where, column, 0], "y": xy[where, column, 1], "kinds": told})


def _line(name: str, weight: float, columns: dict[str, NDArray[Any]]) -> str:
    told = {key: lines("%.9f," if key in "xy" else "%d,", values)[:-1] for key, values in columns.items()}
    inside = ", ".join(f'"{key}": [{text}]' for key, text in told.items())
    quoted = json.dumps(name).replace("'", "\\u0027")  # the text stands between quotes in the script
    return f'{{"name": {quoted}, "weight": {weight:.4f}, {inside}}}\n'


def _markers(there: NDArray[np.bool_], kinds: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """0-based frames of the markers of one track, their kinds, and the frames whose positions they take.

    Around every span of positions stands a muted marker, without which Blender holds the point where
    it was last.
    """
    after = ~there & np.concatenate([[False], there[:-1]])
    before = ~there & ~after & np.concatenate([there[1:], [False]])
    rows = np.flatnonzero(there | after | before)
    return rows, np.where(there, kinds, MUTED)[rows], rows - after[rows] + before[rows]


FORMAT = Format("blender", "Blender script that makes tracks (.py)", (".py",), None, write, options=BlenderOptions,
                group="vfx", keeps=frozenset({"names", "hidden", "sources", "frame_numbers", "video", "runs"}))
