"""Which points to follow: from a table, or a grid on one frame, within a mask if wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import TrackingError
from ..core.queries import Queries, grid_queries
from ..core.video import Video


def points_of_table(path: Path) -> Queries:
    """Query points of a CSV file with the columns ``t,x,y`` and optionally ``id,name``.

    Raises
    ------
    FormatError
        If the file is missing or wrong; the message names the line.
    """
    from ..formats.queries import read_queries

    return read_queries(path)


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
