"""Which points to follow: from a table, from labels, or a grid on one frame, within a mask if wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError, TrackingError
from ..core.queries import Queries, grid_queries
from ..core.tracks import State, Tracks
from ..core.video import Video
from .convert import with_video
from .export import read_tracks, sniffs


def points_of_table(path: Path) -> Queries:
    """Query points of a CSV file with the columns ``t,x,y`` and optionally ``id,name``.

    Raises
    ------
    FormatError
        If the file is missing or wrong; the message names the line.
    """
    from ..formats.queries import read_queries

    return read_queries(path)


def points_of_file(path: Path, video: Video) -> tuple[Queries, dict[str, Any]]:
    """Query points of a table, or of tracks in any format that can be read: labels of another program, say.

    A track begins where its file says that it did, else where it is first seen; what is seen nowhere is left out.

    Parameters
    ----------
    path : Path
    video : Video
        The one that they lie on.

    Returns
    -------
    Queries, dict
        The points, and what labels know of their skeleton, for `Tracks.meta`.

    Raises
    ------
    CotrackerError
        If the file is missing or wrong, the tracks do not fit the video, or no point is seen anywhere.
    """
    if not sniffs(path):
        try:
            return points_of_table(path), {}
        except FormatError as error:
            if path.suffix.lower() == ".csv" or not path.exists():
                raise
            raise FormatError(f"{error}. Nor does it hold labels that can be read: {path.name!r} may be damaged, or of "
                              "a format that `formats` does not list") from error
    tracks = with_video(read_tracks(path, size=(video.width, video.height)), video)
    points = _beginnings(tracks)
    if not len(points):
        raise FormatError(f"expected a point that is seen somewhere, got none in {path.name!r}; label one, or name "
                          "points in a table t,x,y")
    return points, {name: tracks.meta[name] for name in ("skeleton", "keypoints") if tracks.meta.get(name)}


def _beginnings(tracks: Tracks) -> Queries:
    """Where each track begins; those that begin nowhere are left out."""
    seen = tracks.states() == State.VISIBLE
    if not tracks.n_frames or not len(tracks):
        return Queries.none()
    columns = np.arange(len(tracks))
    t, is_known = seen.argmax(0), seen.any(0)
    xy = tracks.xy[t, columns]
    if tracks.queries is not None:
        named = np.flatnonzero(np.isin(tracks.ids, tracks.queries.ids))
        own = tracks.queries.of(tracks.ids[named])
        t[named], xy[named], is_known[named] = own.t, own.xy, True
    return Queries(t[is_known], xy[is_known], tracks.ids[is_known], tuple(np.array(tracks.names)[is_known].tolist()))


def points_of_grid(video: Video, count: int, frame: int = 0, mask: Path | None = None) -> Queries:
    """A grid of count × count points on one frame of a video.

    Parameters
    ----------
    video : Video
    count : int
        Points across and down.
    frame : int
        0-based frame on which the points lie.
    mask : Path, optional
        A picture of the video's size; only points on pixels that are not black are kept.

    Raises
    ------
    CotrackerError
        If the frame is not in the video, the mask cannot be read or has another size, or no point is left.
    """
    if not 0 <= frame < video.n_frames:
        raise TrackingError(f"expected a frame from 0 to {video.n_frames - 1} for the grid, got {frame}")
    return grid_queries((video.width, video.height), count, frame, read_mask(mask) if mask else None)


def read_mask(path: Path) -> NDArray[np.bool_]:
    """(height, width) bool: where a picture is neither black nor transparent.

    Raises
    ------
    VideoError
        If it cannot be read.
    """
    from ..videos.images import read_image

    picture = read_image(path)
    if picture.ndim == 2:
        return np.asarray(picture > 0)
    opaque = picture[..., 3] > 0 if picture.shape[2] == 4 else True
    return np.asarray((picture[..., :3] > 0).any(-1) & opaque)
