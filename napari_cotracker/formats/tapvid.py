"""TAP-Vid, the files of the benchmark for point tracking: one clip as a pickle or as a NumPy ``.npz``.

A pickle is a dict from the clip's name (or, on request, a list) to a dict with ``points`` (N, T, 2)
float32 and ``occluded`` (N, T) bool, as DAVIS and RGB-Stacking are published; a file named ``.npz`` holds
the same arrays. Beside them lie ``query_points`` (N, 3), t, y, x in pixels measured from the picture's
corner, as TAP-Vid's evaluation wants them: where the track was started, else its first visible point;
``size``, ``fps``, ``names`` and ``made_by``. TAP-Vid's own readers ignore these, but need ``video``
(T, H, W, 3) uint8 RGB, which is written on request where the film is at hand.

It reads pickles and ``.npz`` files of one clip whose size is in ``size`` or told by its ``video``, an array
or a list of JPEG or PNG pictures. Pickles are read without running anything that they name.

Pixels: fractions of width and height, 0 and 1 at the outer edges of the picture, so (x + 0.5) / W.

Frames: columns of the arrays, counted from 0.

States: visible, or occluded, which stands for hidden, out of the picture and unknown alike. Positions of
occluded points mean nothing in TAP-Vid; 0 is written, and none is read.

Verified: by Python's pickle and NumPy alone, by the benchmark's reader in this program, and by the
arithmetic of TAP-Vid's own readers; round trip of random tracks at full HD, largest error 6.1e-5 px, the
last digit of 32 bits.

Load: ``pickle.load(open(path, "rb"))``; written with ``-O video=yes`` and ``--video FILM``, a pickle is for the
``evaluation_datasets`` of tapnet and ``napari-cotracker evaluate`` as well.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from .sheets import credits, size_of, visible
from .tapvid_reading import read, sniff_file

# Pickles of NumPy 2 name a module that older ones lack, and both know the old name. Protocol 3 writes
# names as lines and bytes as they are.
NEW_NAME, OLD_NAME = b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n"
PROTOCOL = 3


@dataclass(frozen=True)
class TapVidOptions:
    """Options of TAP-Vid files."""

    layout: str = option("dict", "Of a pickle: clips by name as in DAVIS, or a list of them as in RGB-Stacking.",
                         values=("dict", "list"))
    name: str = option("", "The clip's name; the film's if empty.")
    video: bool = option(False, "Whether to put the film's pictures in, which TAP-Vid's own readers want.")


def write(path: Path, tracks: Tracks, options: TapVidOptions, pictures: Any = None) -> list[str]:
    """Write a clip of TAP-Vid.

    Returns
    -------
    list of str
        That the pictures are not in the file, if so.

    Raises
    ------
    FormatError
        If the size of the picture is not known, the pictures are asked for and not at hand, or the
        file cannot be written.
    """
    path = Path(path)
    clip = _clip(tracks)
    if options.video:
        clip["video"] = _video(tracks, pictures)
    with replacing(path) as temporary, temporary.open("wb") as file:
        if path.suffix.lower() == ".npz":
            np.savez_compressed(file, **clip)
        else:
            _dump(clip if options.layout == "list" else (options.name or _film(tracks, path), clip), file)
    return [] if options.video else ["The film's pictures are not in the file; TAP-Vid's own readers want them (the "
                                     "option video)."]


def sniff(path: Path) -> bool:
    """Whether a file is a pickle or an .npz with points and occluded."""
    return sniff_file(path)


def _clip(tracks: Tracks) -> dict[str, Any]:
    size = size_of(tracks)
    seen = visible(tracks)
    fractions = CONVENTIONS["tapvid"].from_ours(tracks.xy, size)
    clip: dict[str, Any] = {
        "points": np.ascontiguousarray(np.where(seen[..., None], fractions, 0).astype(np.float32).transpose(1, 0, 2)),
        "occluded": np.ascontiguousarray(~seen.T), "query_points": _query_points(tracks, seen),
        "size": np.array(size, np.int64), "names": np.array([name.rstrip("\0") for name in tracks.names], np.str_),
        "made_by": np.array(credits(tracks)),
    }
    if tracks.meta.get("fps"):
        clip["fps"] = np.array([int(n) for n in tracks.meta["fps"]], np.int64)
    return clip


def _query_points(tracks: Tracks, seen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(N, 3) t, y, x from the picture's corner: the query, else the first visible point, else NaN."""
    found = np.full((len(tracks), 3), np.nan)
    columns = np.flatnonzero(seen.any(0))
    if len(columns):
        first = seen.argmax(0)[columns]
        found[columns] = np.column_stack([first, tracks.xy[first, columns, ::-1]])
    if tracks.queries is not None:
        places = {id: n for n, id in enumerate(tracks.ids.tolist())}
        for t, (x, y), id in reversed(list(zip(tracks.queries.t.tolist(), tracks.queries.xy.tolist(),
                                               tracks.queries.ids.tolist(), strict=True))):
            if id in places:
                found[places[id]] = t, y, x
    cornered: NDArray[np.float32] = (found + np.array([0, 0.5, 0.5])).astype(np.float32)
    return cornered


def _video(tracks: Tracks, pictures: Any) -> NDArray[np.uint8]:
    if pictures is None:
        raise FormatError("expected the film to take its pictures from, got none; name it (--video FILM on the command "
                          "line), or leave the pictures out")
    return np.stack([np.asarray(pictures(t), np.uint8) for t in range(tracks.n_frames)])


def _film(tracks: Tracks, path: Path) -> str:
    video = tracks.meta.get("video")
    return Path(str(video.get("path") or path)).stem if isinstance(video, dict) else path.stem


def _dump(content: Any, file: BinaryIO) -> None:
    """A pickle of a list with one clip, or of a dict from its name to it."""
    name, clip = content if isinstance(content, tuple) else ("", content)
    clip = {**clip, "names": clip["names"].tolist(), "made_by": str(clip["made_by"])}
    whole = pickle.dumps({name: clip} if isinstance(content, tuple) else [clip], protocol=PROTOCOL)
    file.write(whole.replace(NEW_NAME, OLD_NAME))


FORMAT = Format("tapvid", "TAP-Vid (pickle, NumPy)", (".pkl", ".tapvid.npz", ".pickle"), read, write, sniff,
                TapVidOptions, group="labels", pictures=True,
                keeps=frozenset({"names", "length", "size", "fps", "queries", "runs"}))
