"""Tracks for track-4dgs (Gaussian splatting that moves): a folder with ``query.pt`` and ``0.pt``.

``query.pt`` is a dict of ``points`` (1, N, 2), ``frame_indices`` (1, N) and ``in_image`` (1, N);
``0.pt``, for the one camera there is, of ``points`` (T, N, 2), ``visibility``, ``confidence`` and ``mask``
(T, N). Both are ordinary files of torch, though torch is not needed to write them. The query of a
track is where it was started, else where it is first visible. A ``names.txt`` has the tracks' names,
one a line.

Pixels: x right, y down, the centre of the first pixel is (0, 0), as here.

Frames: rows, counted from 0.

States: a point that is not visible has visibility 0 if its scores say something else, and a visible one
1; where a point was not tracked, ``mask`` is false, its scores are 0 and it stays where it was last.

Lost: the plate's own frame numbers; what is out of the picture or hidden without a position is the same.

Verified: torch reads the files with ``weights_only=True``, and tensors of the shapes and types that
track-4dgs 1.4.12 checks come out. The program itself needs a GPU and was not run.

Load: ``Track.load("NAME/0.pt")`` and ``Query.load("NAME/query.pt")`` from ``track_4dgs.tracker``. A whole
``Supervision.load`` also wants its folders frame1, frame2, … with pictures and cameras: copy the two
files into one that ``track_4dgs.build_dataset`` made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import inside
from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError
from ..core.files import replacing_folder
from ..core.tracks import Tracks
from .gapless import carried, scores_that_say
from .sheets import credits, located, visible
from .torch_file import torch_file

FILES = ("query.pt", "0.pt")


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write the folder.

    Returns
    -------
    list of str
        How many tracks have no point at all and were left out.

    Raises
    ------
    FormatError
        If there is no track, or the folder cannot be written.
    """
    there = located(tracks)
    kept = tracks.select(np.flatnonzero(there.any(0)))
    if not len(kept):
        raise FormatError("expected at least one track with a point, got none; track-4dgs refuses a file without")
    there, xy = located(kept), carried(kept)
    visibility, confidence = scores_that_say(kept, 0.5)
    frames, points = _queries(kept)
    in_image = np.ones(len(kept), bool) if kept.size is None else inside(points, kept.size)
    query: dict[str, NDArray[Any]] = {"points": points[None], "frame_indices": frames[None], "in_image": in_image[None]}
    track: dict[str, NDArray[Any]] = {"points": xy, "visibility": visibility, "confidence": confidence, "mask": there}
    with replacing_folder(Path(path)) as folder:
        for name, arrays in zip(FILES, (query, track), strict=True):
            (folder / name).write_bytes(torch_file(arrays))
        lines = [f"# {credits(tracks)}", *(" ".join(name.split()) for name in kept.names)]
        (folder / "names.txt").write_text("\n".join(lines) + "\n", "utf-8", "replace", newline="\n")
    empty = len(tracks) - len(kept)
    return [f"Tracks without any point were left out: {empty:,}."] if empty else []


def sniff(path: Path) -> bool:
    """Whether a folder has the two files of torch."""
    try:
        return all((Path(path) / name).read_bytes()[:4] == b"PK\3\4" for name in FILES)
    except OSError:
        return False


def _queries(tracks: Tracks) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Frame and position of each track's query."""
    seen = visible(tracks)
    first = np.where(seen.any(0), seen.argmax(0), located(tracks).argmax(0))
    frames, points = first.astype(np.int64), tracks.xy[first, np.arange(len(tracks))].copy()
    queries = tracks.queries
    if queries is not None:
        column = {id: n for n, id in enumerate(tracks.ids.tolist())}
        for t, xy, id in zip(np.asarray(queries.t).tolist(), queries.xy, queries.ids.tolist(), strict=True):
            if id in column and 0 <= t < tracks.n_frames:
                frames[column[id]], points[column[id]] = int(t), xy
    return frames, points


FORMAT = Format("track-4dgs", "track-4dgs: tensors for moving Gaussian splatting", ("",), None, write, sniff,
                group="reconstruction", is_folder=True,
                keeps=frozenset({"names", "length", "hidden", "visibility", "confidence", "queries"}))
