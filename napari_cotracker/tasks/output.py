"""Where tracks go that take hours to make: tried before the run, and kept elsewhere if they cannot be written there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import CotrackerError, FormatError
from ..core.queries import Queries
from ..core.tracks import Tracks
from ..core.video import Video
from . import written
from .export import preview, write_tracks
from .film_facts import film_facts

TRIED_FRAMES = 8
"""More than any format asks of a track."""


def check_output(out: Path, video: Video, queries: Queries) -> dict[str, Any]:
    """Refuse a file that tracks of these points could not be written to: wants a library, another number of tracks.

    Parameters
    ----------
    out : Path
        Nothing is written there.
    video : Video
    queries : Queries

    Returns
    -------
    dict
        What was found out of the film meanwhile, for `track`.

    Raises
    ------
    CotrackerError
    """
    n = min(video.n_frames, TRIED_FRAMES)
    facts = film_facts(video)
    scores = np.ones((n, len(queries)), np.float32)
    xy = np.clip(queries.xy, 0, (video.width - 1, video.height - 1))  # some formats leave out what is outside
    still = Tracks(
        ids=queries.ids, xy=np.repeat(xy[None], n, 0), visibility=scores, confidence=scores, names=queries.names,
        queries=Queries(np.minimum(queries.t, n - 1), xy, queries.ids, queries.names),
        meta={**facts, "frame_numbers": facts["frame_numbers"][:n]},
    )
    preview(out, still)
    return facts


def check_render(path: Path, video: Video, *, overwrite: bool) -> None:
    """Refuse a film or images that could not be made of a clip.

    Raises
    ------
    CotrackerError
    """
    from ..videos.rendering import Rendering

    rendering = Rendering(path, video)
    written.check_free(*rendering.targets, overwrite=overwrite)
    first = rendering.targets[0]
    check_folder(first if not rendering.kind.is_sequence or first.parent.exists() else first.parent)


def check_folder(path: Path) -> None:
    """Refuse a name in a folder that is not there, or in which nothing can be written.

    Raises
    ------
    FormatError
    """
    folder = path.parent
    if not folder.is_dir():
        raise FormatError(f"expected a folder that exists for {path.name!r}, got {str(folder)!r}; make it first")
    if not os.access(folder, os.W_OK):
        raise FormatError(f"expected a file that can be written, got {str(path)!r}; choose another name or folder")


def keep_elsewhere(tracks: Tracks, out: Path) -> Path | None:
    """Write tracks beside a file that cannot be written, or else into the user's data folder; where, if anywhere."""
    for folder in (out.parent, _rescue_folder()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            place = next(path for path in _names(folder, out.stem) if not path.exists())
            write_tracks(place, tracks)
        except (CotrackerError, OSError):
            continue
        return place
    return None


def _names(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / f"{stem} rescued.npz"
    yield from (folder / f"{stem} rescued {number}.npz" for number in count(2))


def _rescue_folder() -> Path:
    import platformdirs

    return platformdirs.user_data_path("napari-cotracker", appauthor=False) / "rescued"
