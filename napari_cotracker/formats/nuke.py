"""A script of Nuke with Tracker nodes (Tracker4), to be pasted or opened; read also from Nuke's own scripts.

Every track is a row of the node with its name. Positions have a key in each frame where the point is
seen. More tracks than one node takes (500) go to several nodes. The program, the model and its licence
are the node's label. It reads all Tracker4 and Tracker3 nodes of a script, whatever their curves'
notation: keys with gaps, keys without frame numbers, disabled spans.

Pixels: x right, y up from the lower edge of the picture, the centre of the first pixel is (0.5, 0.5).
Reading needs the size of the picture, which is not in the script.

Frames: numbers of the plate. A film begins with 1001 unless you say otherwise; a sequence keeps its own.

States: a hidden point has no position key, and ``enable`` is switched off in steps where it is hidden,
so that the node leaves it out. ``error`` is 1 − visibility · confidence, and 0 where a person placed or
approved the point. Read back, a position where ``enable`` is off is hidden.

Verified: by an independent Tcl interpreter, by a second parser of the curves, and by reading copies of the
notations that Nuke 5, 7 and 8 write. Nuke itself is not available here.

Load: copy the file's text and paste it into the Node Graph (Edit > Paste), or File > Insert Comp Nodes….
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import naming, replacing
from ..core.moments import spans
from ..core.options import option
from ..core.tracks import Tracks
from .plates import FIRST_TEXT, Curve, Keys, Plate, lines, plate, text_of, tracks_of
from .sheets import credits
from .tcl import Frames, curve, held, nodes, quoted, words

NAMES = r"[\w ./#+:()-]"
PER_NODE = 500
COLUMNS = (
    "5 1 20 enable e", "3 1 75 name name", "2 1 58 track_x track_x", "2 1 58 track_y track_y",
    "2 1 63 offset_x offset_x", "2 1 63 offset_y offset_y", "4 1 27 T T", "4 1 27 R R", "4 1 27 S S",
    "2 0 45 error error", *(f"1 1 0 {name} {name}" for name in (
        "error_min", "error_max", "pattern_x", "pattern_y", "pattern_r", "pattern_t",
        "search_x", "search_y", "search_r", "search_t")),
    *(f"2 1 0 {name} {name}" for name in (
        "key_track", "key_search_x", "key_search_y", "key_search_r", "key_search_t", "key_track_x", "key_track_y",
        "key_track_r", "key_track_t", "key_centre_offset_x", "key_centre_offset_y")),
)
PASTE = "set cut_paste_input [stack 0]\nversion 8.0 v1\n"
TRACKER = re.compile(rb"^[ \t]*Tracker[34][ \t]*\{", re.MULTILINE)
MOST_TO_SNIFF = 16 << 20


@dataclass(frozen=True)
class NukeOptions:
    """Of Tracker nodes."""

    first_frame: int | None = option(None, FIRST_TEXT.format(1001))
    per_node: int = option(PER_NODE, "Tracks in one node; Nuke becomes slow with many.", least=1, most=100_000)


def write(path: Path, tracks: Tracks, options: NukeOptions) -> list[str]:
    """Write Tracker4 nodes.

    Returns
    -------
    list of str
        Names that changed, tracks that are never visible, and how many nodes there are if more than one.

    Raises
    ------
    FormatError
        If nothing is visible, the size of the picture is unknown, or the file cannot be written.
    """
    sheet = plate(tracks, "nuke", options.first_frame, NAMES)
    groups = [sheet.curves[k : k + options.per_node] for k in range(0, len(sheet.curves), options.per_node)]
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(PASTE)
        for number, curves in enumerate(groups, 1):
            file.write(f"push $cut_paste_input\nTracker4 {{\ntracks {{ {{ 1 31 {len(curves)} }}\n{{")
            file.write("".join(f" {{ {column} 1 }}\n" for column in COLUMNS) + "}\n{\n")
            moves = "1 0 0" if len(curves) == 1 else "1 1 1"
            file.writelines(_row(sheet, each, moves) for each in curves)
            file.write(f"}}\n}}\nreference_frame {_reference(sheet, curves)}\nlabel {label(tracks)}\n"
                       f"name Tracker{number}\nselected true\nxpos {110 * (number - 1)}\nypos 0\n}}\n")
    if len(groups) == 1:
        return list(sheet.notes)
    return [*sheet.notes, f"The tracks are in {len(groups)} Tracker nodes of at most {options.per_node:,}, for Nuke is "
            "slow with more in one."]


def label(tracks: Tracks) -> str:
    """Who made the tracks, as the value of a knob in which Nuke evaluates what is in square brackets."""
    return quoted(credits(tracks).replace("[", "(").replace("]", ")"))


def keys_text(each: Curve, axis: int) -> str:
    """A curve with a key at every frame in which the point is seen."""
    return f"{{curve {lines('x%d %.6f ', each.frames, each.xy[:, axis]).rstrip()}}}"


def _row(sheet: Plate, each: Curve, moves: str) -> str:
    error = lines("x%d %.6g ", each.frames, 1 - each.sure.astype(np.float64)).rstrip()
    first = each.frames[0]
    offset = f"{{curve K x{first} 0}}"
    return (f" {{ {_enabled(sheet, each)} {quoted(each.name)} {keys_text(each, 0)} {keys_text(each, 1)} "
            f"{offset} {offset} {moves} {{curve {error}}} 1 0 -32 -32 32 32 -22 -22 22 22 {' '.join(['{}'] * 11)} }}\n")


def _enabled(sheet: Plate, each: Curve) -> str:
    """Steps: off from the clip's first frame if the point is not seen there, on with each span, off after it."""
    seen = np.zeros(len(sheet.numbers), bool)
    seen[each.rows] = True
    steps = [] if seen[0] else [(0, 0)]
    for first, last in spans(seen):
        steps += [(first, 1), (last + 1, 0)]
    told = " ".join(f"x{sheet.numbers[row]} {on}" for row, on in steps if row < len(seen))
    return f"{{curve K {told}}}"


def _reference(sheet: Plate, curves: Sequence[Curve]) -> int:
    """The first frame in which most points are seen."""
    counts = np.bincount(np.concatenate([each.rows for each in curves]), minlength=len(sheet.numbers))
    return int(sheet.numbers[counts.argmax()])


def read(path: Path, size: tuple[int, int]) -> Tracks:
    """Tracks from the Tracker nodes of a script.

    Raises
    ------
    FormatError
        If the file cannot be read, its braces do not match, or no Tracker node has keys.
    """
    with naming(path):
        found: list[Keys] = []
        for kind, knobs in nodes(text_of(path), ("Tracker4", "Tracker3")):
            found += _tracker4(knobs) if kind == "Tracker4" else _tracker3(knobs)
        if not found:
            raise FormatError("expected a Nuke script with keys in Tracker nodes, got none")
        ours = [Keys(each.name, each.frames, CONVENTIONS["nuke"].to_ours(each.xy, size), each.seen, each.sure)
                for each in found]
        return tracks_of(ours, meta={"size": size})


def sniff(path: Path) -> bool:
    """Whether a file is a text with a Tracker node."""
    try:
        with Path(path).open("rb") as file:
            return TRACKER.search(file.read(MOST_TO_SNIFF)) is not None
    except OSError:
        return False


def _tracker4(knobs: dict[str, str]) -> Iterator[Keys]:
    parts = words(knobs.get("tracks", ""))
    if len(parts) < 3:
        return  # a node nobody has used
    heads = [words(column) for column in words(parts[1])]
    where = {head[3]: k for k, head in enumerate(heads) if len(head) > 3}
    missing = [name for name in ("track_x", "track_y") if name not in where]
    if missing:
        raise FormatError(f"expected a Tracker node with a column {missing[0]}, got {', '.join(where) or 'none'!r:.80}")
    for number, row in enumerate(words(parts[2]), 1):
        cells = words(row)
        told = {name: cells[k] for name, k in where.items() if k < len(cells)}
        keys = _keys(told.get("name") or f"track {number}", told.get("track_x", ""), told.get("track_y", ""))
        if keys is None:
            continue
        error = curve(told.get("error", ""))
        sure = None if error is None or not len(error[0]) else 1 - _between(error, keys.frames.astype(np.float64))
        yield Keys(keys.name, keys.frames, keys.xy, held(told.get("enable", "1"), keys.frames) > 0, sure)


def _tracker3(knobs: dict[str, str]) -> Iterator[Keys]:
    for number in range(1, 5):
        axes = words(knobs.get(f"track{number}", ""))
        keys = _keys(f"{knobs.get('name', 'Tracker')} track{number}", *axes) if len(axes) == 2 else None
        if keys is not None:
            yield keys


def _keys(name: str, x: str, y: str) -> Keys | None:
    """Positions at the whole frames where either axis has a key; None if one has none."""
    curves = curve(x), curve(y)
    if curves[0] is None or curves[1] is None or not len(curves[0][0]) or not len(curves[1][0]):
        return None
    times = np.union1d(curves[0][0], curves[1][0])
    whole = times[(times == np.floor(times)) & (np.abs(times) < 1e15)]
    xy = np.stack([_between(curves[0], whole), _between(curves[1], whole)], -1)
    return Keys(name, whole.astype(np.int64), xy) if len(whole) else None


def _between(keys: tuple[Frames, Frames], frames: Frames) -> Frames:
    order = np.argsort(keys[0], kind="stable")
    return np.asarray(np.interp(frames, keys[0][order], keys[1][order]), np.float64)


FORMAT = Format("nuke", "Nuke Tracker nodes (.nk)", (".nk",), read, write, sniff, NukeOptions, group="vfx",
                keeps=frozenset({"names", "confidence", "frame_numbers", "runs"}), needs_size=True)
