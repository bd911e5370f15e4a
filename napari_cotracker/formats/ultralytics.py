"""A folder to train Ultralytics' YOLO pose models: ``labels``, ``images`` and ``data.yaml``.

Every picture with a labelled point has a text file in ``labels``, one line for every individual: ``class
x y width height`` of its box, then ``x y v`` for every keypoint; v is 2 where it is seen, 1 where it is
hidden but located, 0 (and x = y = 0) where it is not labelled. There is one class, what the individuals
are. A slash in a track's name separates individual and keypoint; tracks without one belong to one
individual. The box is that of the labelled points with a margin, for nobody drew the outline of the
object. The pictures themselves are written to ``images`` where the film is at hand, as PNG.

``data.yaml`` trains and validates on the same pictures: set some aside before you believe a figure. It
has no ``flip_idx``; so Ultralytics does not mirror pictures until you say which keypoints change sides.

Pixels: fractions of width and height, 0 and 1 at the outer edges of the picture, so (x + 0.5) / W, for
boxes and keypoints alike; only so does mirroring, as Ultralytics does it, meet the same pixel. Programs
that take fractions times width for pixel numbers, such as SLEAP, are half a pixel off.

Frames: the number is in the file name: that of the plate, of a film counted from 0.

States: visible is v = 2, hidden but located v = 1, everything else v = 0.

Lost: which individual is which in another picture; positions outside the picture, for Ultralytics
refuses a file with one.

Verified: by a strict parser that refuses what Ultralytics' own check refuses, a YAML parser, and sleap-io;
largest error for random tracks at full HD 0 px. Ultralytics itself was not run here.

Load: ``yolo pose train data=FOLDER/data.yaml model=yolo11n-pose.pt``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import inside
from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import replacing_folder
from ..core.options import option
from ..core.tracks import Tracks
from .boxes import boxes_about
from .coco import UNLABELLED, boxes_note, flags_of
from .picture_names import picture_names
from .png import save_png
from .sheets import Cast, cast_of, credits, located, size_of


@dataclass(frozen=True)
class UltralyticsOptions:
    """Options of the folder for Ultralytics."""

    pattern: str = option("", "File names of the pictures, such as img%04d.png; empty: an image sequence's own.")
    first: int | None = option(None, "Number of the first picture; the plate's own if not given, 0 for a film.",
                               least=0)
    category: str = option("object", "Name of the class, what the keypoints belong to.")
    margin: float = option(10.0, "Pixels from the outermost points to the edges of the box.", least=0, most=10_000)
    images: bool = option(True, "Whether to put the labelled pictures in, where the film is at hand.")


def write(path: Path, tracks: Tracks, options: UltralyticsOptions, pictures: Any = None) -> list[str]:
    """Write a folder for Ultralytics.

    Returns
    -------
    list of str
        Names that were changed, positions off the picture, where boxes come from, and that pictures lack.

    Raises
    ------
    FormatError
        If the size of the picture is not known, the individuals have different keypoints, two pictures
        have the same name, or the folder cannot be written.
    """
    cast, size = cast_of(tracks), size_of(tracks)
    on = inside(tracks.xy, size)
    flags = np.where(on, flags_of(tracks), UNLABELLED)
    names = picture_names(tracks, options.pattern, options.first)
    stems = [PurePosixPath(name.replace("\\", "/")).stem for name in names]
    if len(set(stems)) < len(stems):
        raise FormatError("expected pictures whose names differ, got some twice; choose another pattern")
    frames = np.flatnonzero(flags.any(1)).tolist()
    with replacing_folder(Path(path)) as folder:
        (folder / "labels").mkdir()
        (folder / "images").mkdir()
        for t in frames:
            text = _lines(cast, flags[t : t + 1], tracks.xy[t : t + 1], size, options.margin)
            (folder / "labels" / f"{stems[t]}.txt").write_text(text, encoding="ascii", newline="\n")
            if pictures is not None and options.images:
                save_png(folder / "images" / f"{stems[t]}.png", np.asarray(pictures(t), np.uint8))
        (folder / "data.yaml").write_text(_yaml(tracks, cast, options), encoding="utf-8", newline="\n")
    count = int((located(tracks) & ~on).sum())
    beyond = [f"{count:,} position{'s' * (count != 1)} outside the picture left out."] if count else []
    return [*cast.notes, *beyond, boxes_note(options.margin),
            *_about_pictures(stems, frames, pictures is not None and options.images)]


def _lines(cast: Cast, flags: NDArray[np.int64], xy: NDArray[np.float32], size: tuple[int, int], margin: float) -> str:
    """The lines of one picture, one for every individual with a labelled point."""
    v = cast.pick(flags, UNLABELLED)[0]
    rows = np.flatnonzero(v.any(1))
    v, points = v[rows], cast.pick(xy, 0)[0, rows].astype(np.float64)
    boxes = boxes_about(points, v > 0, margin, size)
    middle, sides = (boxes[:, :2] + boxes[:, 2:] / 2) / size, boxes[:, 2:] / size
    fractions = np.where(v[..., None] > 0, (points + 0.5) / size, 0)
    cells = np.column_stack([middle, sides, np.concatenate([fractions, v[..., None]], -1).reshape(len(rows), -1)])
    template = "0 %.9g %.9g %.9g %.9g" + " %.9g %.9g %d" * v.shape[1] + "\n"
    text: str = template * len(rows) % tuple(cells.ravel().tolist())
    return text


def _yaml(tracks: Tracks, cast: Cast, options: UltralyticsOptions) -> str:
    names = "".join(f"    - {json.dumps(name)}\n" for name in cast.keypoints) or "    []\n"
    # with a slash before it, SLEAP finds the labels that belong to the images
    return (f"# {credits(tracks)}\ntrain: ./images\nval: ./images\nkpt_shape: [{len(cast.keypoints)}, 3]\n"
            f"names:\n  0: {json.dumps(options.category)}\nkpt_names:\n  0:\n{names}")


def _about_pictures(stems: list[str], frames: list[int], are_there: bool) -> list[str]:
    if are_there or not frames:
        return []
    return [f"The {len(frames):,} labelled pictures are not in the folder; put them into 'images' under the names of "
            f"the labels, such as {stems[frames[0]]}.png."]


FORMAT = Format("ultralytics", "Ultralytics YOLO pose (folder)", ("",), None, write, options=UltralyticsOptions,
                group="labels", is_folder=True, pictures=True, keeps=frozenset({"hidden", "frame_numbers", "runs"}))
