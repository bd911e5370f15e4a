"""CVAT for video 1.1, the XML file that CVAT imports and exports for its tracks of points.

Every track is one of CVAT's tracks of a single point. CVAT holds keyframes and draws straight lines
between them; too many are as useless as too few, because nobody can edit them. Keyframes are what
a person placed or approved, where a run begins, ends, or becomes hidden, and as many more as keep the
lines within a tolerance; on request none of the latter, or every frame. How far off the lines are is reported.
A track that ends gets a last keyframe that is ``outside``, else CVAT shows it to the end.

The labels must exist in the task before annotations are imported: by default every track has its own
name as label; with the option ``label`` all have that one, and the name is in a text attribute ``name``,
which is kept if the task has it.

Pixels: x right, y down, measured from the corner of the picture, so the centre of the top-left pixel is
(0.5, 0.5). Nine digits; CVAT reads them all, but writes two decimals when it exports.

Frames: counted from 0 in the task; a task that begins later in the film needs the excerpt's frames
counted from there.

States: hidden but located is ``occluded``; everything else without a visible point is ``outside``. Read
back, positions between keyframes are interpolated as CVAT does, and marked so.

Lost: positions outside the picture; tracks without any point, which CVAT cannot import.

Verified: by a strict parser of the published layout that interpolates as CVAT does, and Python's XML
parser; round trip of random tracks at full HD, largest error 0 px with keyframes=every. Not
tried with a CVAT server here.

Load: in CVAT, open the task > Actions > Upload annotations > CVAT 1.1. To read: Actions > Export
annotations > CVAT for video 1.1, unpack ``annotations.xml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.files import replacing
from ..core.moments import spans
from ..core.options import option
from ..core.tracks import Source, State, Tracks
from .cvat_reading import read
from .keyframes import TOLERANCE_TEXT, WAYS, WAYS_TEXT, deviation_note, keyframes_of
from .sheets import credits, located, plain_names, visible

XML_LETTERS = r"[ -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # what XML holds, on one line
LONGEST = 64  # letters of a label in CVAT
SHAPE = '    <points frame="%d" keyframe="1" outside="%d" occluded="%d" points="%.9g,%.9g" z_order="0"/>\n'


@dataclass(frozen=True)
class CvatOptions:
    """Options of the file for CVAT."""

    keyframes: str = option("within-tolerance", WAYS_TEXT, values=WAYS)
    tolerance: float = option(0.5, TOLERANCE_TEXT, least=0, most=1000)
    label: str = option("", "One label for all points, as the task has it; empty: each track's own name.")


def write(path: Path, tracks: Tracks, options: CvatOptions) -> list[str]:
    """Write a file for CVAT.

    Returns
    -------
    list of str
        Names that were changed, what was left out, and how far lines between keyframes are off.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    there = located(tracks) & (tracks.states() != State.OUT_OF_FRAME)
    hidden = there & ~visible(tracks)
    keys = keyframes_of(tracks, there, options.keyframes, options.tolerance, _changes(hidden))
    names, notes = plain_names(tracks, XML_LETTERS, longest=LONGEST)
    label = re.sub(f"(?!{XML_LETTERS})(?s:.)", "_", options.label)[:LONGEST]
    labels = [label] if label else [name for name, some in zip(names, there.any(0), strict=True) if some]
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_head(tracks, labels, bool(label)))
        for n in np.flatnonzero(there.any(0)).tolist():
            automatic = bool((tracks.source[:, n] == Source.PREDICTED).any())
            file.write(f'  <track id="{n}" label={quoteattr(label or names[n])} '
                       f'source="{"auto" if automatic else "manual"}">\n')
            cells = (there[:, n], hidden[:, n], keys[:, n])
            file.write(_shapes(tracks.xy[:, n], *cells, names[n] if label else None))
            file.write("  </track>\n")
        file.write("</annotations>\n")
    return [*notes, *_left_out(tracks, there), *deviation_note(tracks, there, keys)]


def sniff(path: Path) -> bool:
    """Whether a file is XML whose first element is called annotations."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return False
    first = re.search(rb"<(\w+)[\s>]", re.sub(rb"<!--.*?-->", b"", head, flags=re.DOTALL))
    return head.startswith(b"<") and first is not None and first[1] == b"annotations"


def _changes(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a point becomes hidden or seen; keyframes hold that until the next one."""
    changes = np.zeros_like(hidden)
    changes[1:] = hidden[1:] != hidden[:-1]
    return changes


def _left_out(tracks: Tracks, there: NDArray[np.bool_]) -> list[str]:
    beyond, empty = int((located(tracks) & ~there).sum()), int((~there.any(0)).sum())
    return [
        *([f"{beyond:,} position{'s' * (beyond != 1)} outside the picture left out."] if beyond else []),
        *([f"{empty:,} track{'s' * (empty != 1)} without any point left out."] if empty else []),
    ]


def _head(tracks: Tracks, labels: list[str], with_name: bool) -> str:
    size = tracks.size
    attribute = ("<attribute><name>name</name><mutable>False</mutable><input_type>text</input_type>"
                 "<default_value></default_value><values></values></attribute>") if with_name else ""
    listed = "".join(f"        <label><name>{escape(label)}</name><type>points</type>"
                     f"<attributes>{attribute}</attributes></label>\n" for label in labels)
    pixels = f"      <original_size><width>{size[0]}</width><height>{size[1]}</height></original_size>\n" if size \
        else ""
    made = re.sub(f"(?!{XML_LETTERS})(?s:.)", "_", credits(tracks)).replace("--", "- -")
    return (f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {made} -->\n<annotations>\n  <version>1.1</version>\n'
            f"  <meta>\n    <task>\n      <name>tracks</name>\n      <size>{tracks.n_frames}</size>\n"
            "      <mode>interpolation</mode>\n      <overlap>0</overlap>\n      <start_frame>0</start_frame>\n"
            f"      <stop_frame>{max(tracks.n_frames - 1, 0)}</stop_frame>\n      <labels>\n{listed}      </labels>\n"
            f"{pixels}    </task>\n  </meta>\n")


def _shapes(xy: NDArray[np.float32], there: NDArray[np.bool_], hidden: NDArray[np.bool_], keys: NDArray[np.bool_],
            name: str | None) -> str:
    """The keyframes of one track; its name is an attribute of the first, if given."""
    ends = np.array([last + 1 for _, last in spans(there) if last + 1 < len(there)], np.int64)
    inside = np.flatnonzero(keys)
    frames, last = np.concatenate([inside, ends]), np.concatenate([inside, ends - 1])
    outside = np.arange(len(frames)) >= len(inside)
    points = xy[last].astype(np.float64) + 0.5
    cells = np.column_stack([frames, outside, hidden[last], points])[np.argsort(frames, kind="stable")]
    rows = SHAPE * len(cells) % tuple(cells.ravel().tolist())
    if name is not None:
        rows = rows.replace("/>\n", f'>\n      <attribute name="name">{escape(name)}</attribute>\n    </points>\n', 1)
    return rows


FORMAT = Format("cvat", "CVAT for video 1.1 (XML)", (".xml",), read, write, sniff, CvatOptions, group="labels",
                keeps=frozenset({"names", "hidden", "size", "runs"}))
