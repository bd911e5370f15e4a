"""A Python script that makes the tracks in Blender's Movie Clip Editor.

The script opens the film (the one the tracks are of, another that you name as an option or on Blender's
command line, or the clip that is open already) and adds a track with markers for each of ours. It needs
nothing but Blender 2.8 or later. The program, the model and its licence stand at its head.

Pixels: fractions of the picture, x right, y up from the lower edge, measured to its edges; so they also
fit a proxy.

Frames: the clip's first frame is 1, as Blender counts inside clips. The clip begins in the scene at the
plate's first number for a sequence, at 1 for a film, or where you say.

States: a hidden point has a muted marker, where it is or, if that is not known, at the beginning of the
gap where it was last seen. Where a person placed or approved a point, the marker is a keyframe; others
are tracked ones. A track's weight is the mean of visibility · confidence over its visible frames.

Lost: confidence of single frames, and why a point is not visible.

Verified: by running the script in the bpy module of Blender 5.0 where that is installed (set
BLENDER_PYTHON to a Python that has it), where all markers come back; and with a stand-in elsewhere.

Load: in Blender, the Scripting workspace, Open, Run Script; or ``blender --python FILE -- FILM``.
"""

from __future__ import annotations

import json
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
from .sheets import certainty, credits, located, numbers_of, size_of, spans, visible

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
        xy = CONVENTIONS["blender"].from_ours(tracks.xy, size)
        file.writelines(_line(tracks, column, numbers, xy[:, column]) for column in columns)
        file.write("'''\n" + PROGRAM)
    left = len(tracks) - len(columns)
    return [f"{left:,} track{'s' * (left > 1)} without any position left out."] if left else []


def sniff(path: Path) -> bool:
    """Never: a script is not read back."""
    return False


def _line(tracks: Tracks, column: int, numbers: NDArray[np.int64], xy: NDArray[np.float64]) -> str:
    one = tracks.select(slice(column, column + 1))
    rows, kinds, where = _markers(one)
    sure = float(certainty(one)[visible(one)].mean()) if visible(one).any() else 0.0
    frames = numbers[rows] - numbers[0] + 1 if len(rows) else rows
    told = {"frames": lines("%d,", frames), "x": lines("%.9f,", xy[where, 0]), "y": lines("%.9f,", xy[where, 1]),
            "kinds": lines("%d,", kinds)}
    inside = ", ".join(f'"{key}": [{text[:-1]}]' for key, text in told.items())
    name = json.dumps(tracks.names[column]).replace("'", "\\u0027")  # the text stands between quotes in the script
    return f'{{"name": {name}, "weight": {sure:.4f}, {inside}}}\n'


def _markers(one: Tracks) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Frames of the markers of one track, their kinds, and the frames whose positions they take.

    Around every span of positions stands a muted marker, without which Blender holds the point where
    it was last.
    """
    there, seen = located(one)[:, 0], visible(one)[:, 0]
    kinds = np.where(seen, 0, MUTED) + np.where(is_anchor(one.source[:, 0]), KEYED, 0)
    found: dict[int, tuple[int, int]] = {}
    for start, end in spans(there):
        if start and start - 1 not in found:
            found[start - 1] = (MUTED, start)
        found |= {row: (int(kinds[row]), row) for row in range(start, end)}
        if end < len(there):
            found[end] = (MUTED, end - 1)
    rows: Any = np.array([(row, *found[row]) for row in sorted(found)], np.int64).reshape(-1, 3)
    return rows[:, 0], rows[:, 1], rows[:, 2]


FORMAT = Format("blender", "Blender script that makes tracks (.py)", (".py",), None, write, sniff, BlenderOptions,
                group="vfx", keeps=frozenset({"names", "hidden", "sources", "frame_numbers", "video", "runs"}))
