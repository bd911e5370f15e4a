"""Puts a click where the picture looks like the track, to a fraction of a pixel.

What surrounds the track on a frame where its place is known is aligned with the picture around the click
under an affine warp (see `napari_cotracker.trackers.patches`).
"""

from __future__ import annotations

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


def snap(video: Video, click: tuple[int, Floats], known: tuple[int, Floats]) -> Floats:
    """(2,) pixels at which a click belongs; where the picture does not tell, those of the click itself.

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
    given, place = np.asarray(xy, np.float32), np.asarray(warps.xy[0], np.float32)
    return place if match[0] > SURE and np.linalg.norm(place - given) <= reach else given


def _at(xy: NDArray[np.floating]) -> Warps:
    return Warps(np.asarray(xy, np.float32).reshape(1, 2), np.eye(2, dtype=np.float32)[None])
