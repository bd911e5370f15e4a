"""COCO keypoints, the JSON file with which most programs train and test pose networks.

The keypoints of one individual in one picture are one annotation: ``x, y, v`` for every keypoint, v = 2
where it is seen, 1 where it is hidden but located, 0 (and x = y = 0) where it is not labelled. A slash
in a track's name separates individual and keypoint; tracks without one belong to one individual. Which
individual it is stands in ``track_id`` and, with its name, in ``attributes``, where CVAT and SLEAP look
for it. The pictures are named by a pattern; the file does not contain them. The box is that of the
labelled points with a margin, for nobody drew the outline of the object; the area is the box's.

Pixels: keypoints x right, y down, the centre of the top-left pixel is (0, 0), as COCO has it; boxes are
measured from the picture's corner.

Frames: the number is in the picture's file name: that of the plate, of a film counted from 0. Read back,
frame numbers are the last digits of the file names if no two are alike, else pictures count from 0 in the
file's order.

States: visible is v = 2, hidden but located v = 1, everything else v = 0. Read back, v = 1 is hidden but
located.

Lost: a position outside the picture is not labelled, unless it is said to be visible.

Verified: read with pycocotools, which found every keypoint, and evaluated the annotations against
themselves; round trip of random tracks at full HD, largest error 0 px.

Load: ``pycocotools.coco.COCO(path)``; detectron2 ``register_coco_instances``; CVAT > Upload annotations >
COCO Keypoints; ``sleap_io.load_coco``.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import State, Tracks
from .boxes import boxes_about
from .coco_reading import read
from .picture_names import picture_names
from .sheets import Cast, cast_of, credits, located, size_of, visible

UNLABELLED, HIDDEN, SEEN = 0, 1, 2
MARKS = (b'"annotations"', b'"categories"', b'"keypoints"', b'"images"')


@dataclass(frozen=True)
class CocoOptions:
    """Options of the COCO file."""

    pattern: str = option("", "File names of the pictures, such as img%04d.png; empty: an image sequence's own.")
    first: int | None = option(None, "Number of the first picture; the plate's own if not given, 0 for a film.",
                               least=0)
    pictures: str = option("labelled", "Which pictures to list: those with a labelled point, or every one.",
                           values=("labelled", "every"))
    category: str = option("object", "Name of what the keypoints belong to.")
    margin: float = option(10.0, "Pixels from the outermost points to the edges of the box.", least=0, most=10_000)


def write(path: Path, tracks: Tracks, options: CocoOptions) -> list[str]:
    """Write a COCO file.

    Returns
    -------
    list of str
        Names that were changed, positions off the picture, and where boxes come from.

    Raises
    ------
    FormatError
        If the size of the picture is not known, the individuals have different keypoints, the pattern
        is none, or the file cannot be written.
    """
    cast, flags = cast_of(tracks), flags_of(tracks)
    size = size_of(tracks)
    names = picture_names(tracks, options.pattern, options.first)
    frames = range(tracks.n_frames) if options.pictures == "every" else np.flatnonzero(flags.any(1)).tolist()
    images = [{"id": t + 1, "file_name": names[t], "width": size[0], "height": size[1]} for t in frames]
    rate = tracks.meta.get("fps")
    head = {"info": {"description": "Tracked points", "version": "1.0", "contributor": credits(tracks),
                     **({"frames_per_second": [int(n) for n in rate]} if rate else {})},
            "licenses": [], "categories": [_category(options.category, cast, tracks)]}
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head)[:-1] + ',\n"images": [\n')
        file.write(",\n".join(json.dumps(image) for image in images) + '\n],\n"annotations": [')
        file.writelines(_annotations(tracks, cast, flags, options.margin))
        file.write("\n]}\n")
    return [*cast.notes, *beyond(tracks), boxes_note(options.margin)]


def sniff(path: Path) -> bool:
    """Whether a file is a JSON object that speaks of annotations, categories, keypoints and images."""
    try:
        with Path(path).open("rb") as file:
            if not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                return False
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return all(content.find(mark) >= 0 for mark in MARKS)
    except (OSError, ValueError):
        return False


def flags_of(tracks: Tracks) -> NDArray[np.int64]:
    """(T, N) COCO's v: 2 seen, 1 hidden but located, 0 not labelled."""
    hidden = located(tracks) & (tracks.states() != State.OUT_OF_FRAME)
    return np.where(visible(tracks), SEEN, np.where(hidden, HIDDEN, UNLABELLED))


def beyond(tracks: Tracks) -> list[str]:
    """That positions off the picture are not labelled, if there are any."""
    count = int((located(tracks) & (tracks.states() == State.OUT_OF_FRAME)).sum())
    verb = "position outside the picture is" if count == 1 else "positions outside the picture are"
    return [f"{count:,} {verb} not labelled."] if count else []


def boxes_note(margin: float) -> str:
    """Where boxes come from."""
    return f"Boxes are those of the labelled points with {margin:g} px on every side; nobody drew an outline."


def _category(name: str, cast: Cast, tracks: Tracks) -> dict[str, object]:
    numbers = {keypoint: k + 1 for k, keypoint in enumerate(cast.keypoints)}
    bones = tracks.meta.get("skeleton") or []
    skeleton = [[numbers[str(a)], numbers[str(b)]] for a, b in (bone for bone in bones if len(bone) == 2)
                if str(a) in numbers and str(b) in numbers]
    return {"id": 1, "name": name, "supercategory": name, "keypoints": list(cast.keypoints), "skeleton": skeleton}


def _annotations(tracks: Tracks, cast: Cast, flags: NDArray[np.int64], margin: float) -> Iterator[str]:
    """The annotations of one frame after another."""
    if not len(tracks):
        return
    keypoints = ",".join(["%.9g,%.9g,%d"] * len(cast.keypoints))
    templates = [
        '\n{"id": %d, "image_id": %d, "num_keypoints": %d, "bbox": [%.9g,%.9g,%.9g,%.9g], "area": %.9g, '
        f'"keypoints": [{keypoints}], "category_id": 1, "iscrowd": 0, "track_id": {n}, "attributes": '
        + json.dumps({"track_id": n, "object_id": n, "name": name}).replace("%", "%%") + "}"
        for n, name in enumerate(cast.individuals, 1)]
    count = 0
    for t in range(tracks.n_frames):
        v = cast.pick(flags[t : t + 1], UNLABELLED)[0]
        rows = np.flatnonzero(v.any(1))
        if not len(rows):
            continue
        v = v[rows]
        xy = np.where(v[..., None] > 0, cast.pick(tracks.xy[t : t + 1], 0)[0, rows], 0).astype(np.float64)
        boxes = boxes_about(xy, v > 0, margin, tracks.size)
        numbers = np.arange(count + 1, count + 1 + len(rows))
        cells = np.column_stack([numbers, np.full(len(rows), t + 1), (v > 0).sum(1), boxes, boxes[:, 2] * boxes[:, 3],
                                 np.concatenate([xy, v[..., None]], -1).reshape(len(rows), -1)])
        text = ",".join([templates[row] for row in rows])
        yield ("," if count else "") + text % tuple(cells.ravel().tolist())
        count += len(rows)


FORMAT = Format("coco", "COCO keypoints (JSON)", (".json",), read, write, sniff, CocoOptions, group="labels",
                keeps=frozenset({"names", "hidden", "size", "fps", "frame_numbers", "runs"}))
