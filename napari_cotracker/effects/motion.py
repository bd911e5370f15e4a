"""How a surface moves through a clip: for every frame a warp from a reference frame, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.options import option
from ..core.tracks import DEFAULT_THRESHOLD
from ..core.warps import BetweenWarp, PlaneWarp, Warp
from .motion_planes import KINDS

Points = NDArray[np.float64]

SPLINE = "spline"
HALF = 0.5  # of a frame: the most that a shutter is open before its middle
MODELS = (*KINDS, SPLINE)  # simplest first


@dataclass(frozen=True)
class MotionOptions:
    """Of a motion."""

    model: str = option("auto", "How the surface may move; auto takes the simplest that predicts left-out tracks as "
                        "well as any.", values=("auto", *MODELS))
    threshold: float = option(DEFAULT_THRESHOLD, "Visibility · confidence above which a track is visible.", least=0,
                              most=1)
    smooth: int = option(3, "Frames on each side over which bending is smoothed, and a plane where its unrest is no "
                        "more than tracks are in doubt; 0 for none.", least=0, most=50)


@dataclass(frozen=True)
class FrameMotion:
    """One frame's warp.

    Parameters
    ----------
    warp : Warp
        From the reference picture.
    how : {"reference", "direct", "chained", "held"}
        Told by tracks that are seen on the reference frame; also by tracks that were seen later; or, as
        no track tells it, that of the nearest frame.
    model : str
        What tracks told: the motion's model, or a simpler one.
    inliers : int
        Tracks that it rests on.
    residual : float
        Pixels, root mean square over these; NaN without any.
    support : (K, 2)
        Outline, on the frame, around the tracks that it rests on; fewer than three points if there are.
    """

    warp: Warp
    how: str
    model: str
    inliers: int
    residual: float
    support: Points

    @property
    def area(self) -> float:
        """Square pixels of the frame within the outline of the tracks."""
        x, y = self.support.T
        return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2) if len(self.support) > 2 else 0.0


@dataclass(frozen=True)
class Motion:
    """A surface's way through a clip.

    Parameters
    ----------
    reference : int
        0-based frame that all warps begin at; its own moves nothing.
    model : str
    frames : tuple of FrameMotion
    places : (N, 2)
        Of every track on the reference picture; NaN where that is not known.
    used : (T, N) bool
        Cells that the warps rest on.
    scores : dict
        Pixels by which each model missed tracks that it had not seen, where it was chosen.
    """

    reference: int
    model: str
    frames: tuple[FrameMotion, ...]
    places: Points
    used: NDArray[np.bool_]
    scores: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frames)

    def warp(self, t: float) -> Warp:
        """From the reference picture to a frame, or to a time between frames.

        Half a frame beyond the clip's ends it goes on as it did, as a shutter that is open there sees it; what lies
        further off is as on the frame at the end.
        """
        last = len(self) - 1
        t = float(t) if -HALF <= t <= last + HALF else min(max(float(t), 0.0), float(last))
        nearest = min(max(round(t), 0), last)
        if nearest == t:
            return self.frames[nearest].warp
        times = [k for k in (nearest - 1, nearest, nearest + 1) if 0 <= k < len(self)]
        return BetweenWarp([self.frames[k].warp for k in times], times, t)

    @property
    def held(self) -> list[int]:
        """Frames that no track tells."""
        return [t for t, frame in enumerate(self.frames) if frame.how == "held"]

    def supports(self, xy: ArrayLike, reach: float | None = None, t: int | None = None) -> NDArray[np.bool_]:
        """(...) which places of the reference picture have a track near them that the motion rests on.

        Parameters
        ----------
        xy : (..., 2)
        reach : float, optional
            Pixels; by default twice the usual distance between neighbouring tracks.
        t : int, optional
            Only tracks that this frame's warp rests on; else those of any frame.
        """
        from scipy.spatial import cKDTree

        points = np.asarray(xy, np.float64)
        located = np.isfinite(self.places).all(1)
        among = self.places[located & self.used.any(0)]
        near = among if t is None else self.places[located & self.used[t]]
        if not len(near):
            return np.zeros(points.shape[:-1], bool)
        if reach is None:
            reach = 2 * float(np.median(cKDTree(among).query(among, 2)[0][:, 1])) if len(among) > 1 else np.inf
        tree, known = cKDTree(near), np.asarray(np.isfinite(points).all(-1))
        return np.asarray(known & (tree.query(np.where(known[..., None], points, 0))[0] <= reach))

    def tells(self, xy: ArrayLike, t: int) -> NDArray[np.bool_]:
        """(K,) where a frame is told: near a track it rests on, and on a plane anywhere between these.

        Parameters
        ----------
        xy : (K, 2)
            Places of the reference picture.
        t : int
            0-based frame.
        """
        points = np.asarray(xy, np.float64)
        found = self.supports(points, t=t)
        if isinstance(self.frames[t].warp, PlaneWarp):
            found |= _between(self.places[np.isfinite(self.places).all(1) & self.used[t]], points)
        return found


def _between(outer: Points, points: Points) -> NDArray[np.bool_]:
    """(K,) which of (K, 2) points are within the outline of others, or on it."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        sides = ConvexHull(outer).equations
    except (QhullError, ValueError):  # on a line, or none
        return np.zeros(len(points), bool)
    return np.asarray((points @ sides[:, :2].T + sides[:, 2] <= 1e-9).all(1))
