"""Puts a click where the picture looks like the track, to a fraction of a pixel.

What surrounds the track on a frame where its place is known is aligned with the picture around the click
under an affine warp (see `napari_cotracker.trackers.patches`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import Floats
from ..core.video import Video
from .follower import prepare
from .patches import Templates, Warps

RADIUS = 12  # px of the template, as the Lucas-Kanade tracker has it
BLUR = 0.7
REACH = 3.0  # px that a click may be moved, on pictures of up to 512 px, in proportion beyond
SURE = 0.88  # correlation from which the picture is believed
STEPS = 12


@dataclass(frozen=True)
class Snapped:
    """Where a click belongs.

    Parameters
    ----------
    xy : (2,) float32
        Pixels.
    match : float
        Correlation with what the track looks like, -1 … 1.
    is_moved : bool
        Whether the picture was believed; else `xy` is the click itself.
    """

    xy: Floats
    match: float
    is_moved: bool


def snap(video: Video, click: tuple[int, Floats], known: tuple[int, Floats]) -> Snapped:
    """Refine a click.

    Parameters
    ----------
    video : Video
    click, known : (frame, (2,) pixels)
        The click, and a cell of the same track that can be trusted.
    """
    (t, xy), (t0, xy0) = click, known
    before, now = (prepare(picture, BLUR).floats for picture in video.read([t0, t]))
    templates, row = Templates(1, RADIUS), np.zeros(1, np.intp)
    templates.take(before, row, _at(xy0))
    warps, match = templates.align(now, row, _at(xy), STEPS)
    reach = REACH * max(1.0, max(video.width, video.height) / 512)
    place = np.asarray(warps.xy[0], np.float32)
    is_sure = float(match[0]) > SURE and float(np.linalg.norm(place - np.asarray(xy, np.float32))) <= reach
    return Snapped(place if is_sure else np.asarray(xy, np.float32), float(match[0]), is_sure)


def _at(xy: NDArray[np.floating]) -> Warps:
    return Warps(np.asarray(xy, np.float32).reshape(1, 2), np.eye(2, dtype=np.float32)[None])
