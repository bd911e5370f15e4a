"""The motion of a surface solved from its tracks, some of which slip, hide, come late or go early."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.tracks import Tracks
from ..core.warps import PlaneWarp, Warp
from .motion import SPLINE, FrameMotion, Motion, MotionOptions
from .motion_choice import choose_model, sampled, spline_frame, spline_smoothing
from .motion_outliers import kept
from .motion_planes import KINDS, PlaneFit, plane_of
from .motion_sight import Sight, looking, residuals_of
from .motion_smoothing import smoothed
from .motion_splines import Bend, choose_smoothing, spline_of
from .motion_steady import Seen, corners_of, doubt, steadied
from .motion_tracing import traced, with_later
from .motion_weights import weights_of

Points = NDArray[np.float64]
Found = TypeVar("Found")


@dataclass(frozen=True)
class _Bending:
    """What splines are fitted to: what planes leave, smoothed in time."""

    residuals: Points
    smoothing: float
    frame: Points


def solve_motion(tracks: Tracks, reference: int, options: MotionOptions | None = None) -> Motion:
    """All of `solving` at once."""
    steps = solving(tracks, reference, options)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Motion = end.value
            return found


def solving(tracks: Tracks, reference: int, options: MotionOptions | None = None) -> Generator[float, None, Motion]:
    """The motion of a surface; yields the share that is done, at least once a frame.

    Every frame is solved directly against the reference frame, by the tracks that are visible in both. Where
    those are few, tracks take part that were seen in frames solved before. Tracks that do not move as their
    neighbours do are left out; only then bending is smoothed in time.

    Parameters
    ----------
    tracks : Tracks
        Of one surface.
    reference : int
        0-based frame.
    options : MotionOptions, optional

    Raises
    ------
    EditError
        If there is no such frame, or no track is visible in it.
    """
    options = options or MotionOptions()
    weights, xy = weights_of(tracks, options.threshold), tracks.xy.astype(np.float64)
    _check(weights, reference)
    steps = looking(xy, weights, reference, options.model if options.model in KINDS else KINDS[-1])
    seen = yield from _share(0, 0.45, steps)
    sight = yield from _share(0.45, 0.05, _without_outliers(xy, seen, options.smooth))
    frames, model = sampled(sight.weights, reference), options.model
    scores: dict[str, float] = {}
    if model == "auto":
        model, scores = choose_model(xy, sight, frames)
    if model == SPLINE and (denser := with_later(weights, seen)) is not seen:
        sight = yield from _share(0.5, 0, _traced(xy, weights, denser))
        sight = yield from _share(0.5, 0, _without_outliers(xy, sight, options.smooth))
    sight, agreed = yield from _planes(xy, sight, model, options.smooth)
    bending = _bending(xy, sight, frames, options.smooth) if model == SPLINE else None
    found: list[FrameMotion | None] = []
    for t in range(len(xy)):
        found.append(_frame(xy, sight, (t, agreed[t]), (model, bending)))
        yield 0.75 + 0.25 * (t + 1) / len(xy)
    used = (sight.weights > 0) & np.isfinite(sight.places).all(1)
    return Motion(reference, model, _with_held(found), sight.places, used, scores)


def _share(start: float, part: float, steps: Generator[float, None, Found]) -> Generator[float, None, Found]:
    """The same steps as a part of what there is to do."""
    while True:
        try:
            yield start + part * next(steps)
        except StopIteration as end:
            found: Found = end.value
            return found


def _without_outliers(xy: Points, sight: Sight, half: int) -> Generator[float, None, Sight]:
    steady = yield from kept(residuals_of(xy, sight), sight.weights, sight.places, max(half, 2))
    return replace(sight, weights=np.where(steady, sight.weights, 0))


def _traced(xy: Points, weights: Points, sight: Sight) -> Generator[float, None, Sight]:
    """Places of tracks that came later, by a surface as stiff as suits those seen on the reference frame."""
    first = replace(sight, weights=np.where(sight.direct, sight.weights, 0))
    first = yield from _without_outliers(xy, first, 2)
    smoothing = spline_smoothing(xy, first, sampled(first.weights, sight.reference))
    rest = np.where(sight.direct, first.weights, sight.weights)
    return (yield from traced(xy, weights, replace(sight, weights=rest), (smoothing, spline_frame(sight))))


def _check(weights: Points, reference: int) -> None:
    if not 0 <= reference < len(weights):
        raise EditError(f"expected a reference frame from 0 to {len(weights) - 1}, got {reference}")
    if not (weights[reference] > 0).any():
        counts = (weights > 0).sum(1)
        advice = f"frame {int(counts.argmax())} has most" if counts.any() else "no frame has any; track some points"
        raise EditError(f"expected tracks that are visible on the reference frame {reference}, got none; {advice}")


def _planes(xy: Points, sight: Sight, model: str, half: int
            ) -> Generator[float, None, tuple[Sight, list[PlaneFit | None]]]:
    """The planes of all frames without outliers, steady where they can be; and what each rests on."""
    kind = model if model in KINDS else KINDS[-1]
    corners = corners_of(sight.places[np.isfinite(sight.places).all(1)])
    planes, doubts = np.full((len(xy), 3, 3), np.nan), np.full(len(xy), np.nan)
    agreed: list[PlaneFit | None] = []
    for t in range(len(xy)):
        use = sight.seen(t)
        seen = Seen(sight.places[use], xy[t, use], sight.weights[t, use])
        agreed.append(plane_of(kind, *seen))
        if (found := agreed[-1]) is not None:
            planes[t] = np.eye(3) if t == sight.reference else found.matrix
            doubts[t] = doubt(kind, seen._replace(weights=seen.weights * found.counted), corners)
        yield 0.5 + 0.2 * (t + 1) / len(xy)
    steps = steadied(kind, planes, doubts, corners, reference=sight.reference, half=half)
    planes = yield from _share(0.7, 0.05, steps)
    return replace(sight, planes=planes), agreed


def _bending(xy: Points, sight: Sight, frames: list[int], half: int) -> _Bending:
    calm, frame = smoothed(residuals_of(xy, sight), sight.weights, half), spline_frame(sight)
    bends = [bend for t in frames if (bend := _bend(calm, sight, t)) is not None]
    return _Bending(calm, choose_smoothing(bends, frame), frame)


def _bend(residuals: Points, sight: Sight, t: int) -> Bend | None:
    use = sight.seen(t)
    use = use[np.isfinite(residuals[t, use]).all(1)]
    return Bend(sight.places[use], residuals[t, use], sight.weights[t, use]) if len(use) else None


def _frame(xy: Points, sight: Sight, at: tuple[int, PlaneFit | None], asked: tuple[str, _Bending | None]
           ) -> FrameMotion | None:
    """A frame's motion; None where no track tells it."""
    (t, plane), (model, bending) = at, asked
    use = sight.seen(t)
    if t == sight.reference:
        return FrameMotion(PlaneWarp(), "reference", model, len(use), 0.0, _outline(xy[t, use]))
    if plane is None:
        return None
    warp: Warp | None = None
    bend = None if bending is None else _bend(bending.residuals, sight, t)
    if bending is not None and bend is not None and plane.kind == KINDS[-1]:
        warp = spline_of(sight.planes[t], bend, bending.smoothing, bending.frame)
    model, agrees = (plane.kind, plane.counted > 0.25) if warp is None else (model, np.ones(len(use), bool))
    warp = warp or PlaneWarp(sight.planes[t])
    source, target, weights = sight.places[use][agrees], xy[t, use][agrees], sight.weights[t, use][agrees]
    squares = np.square(warp.forward(source) - target).sum(1)
    residual = float(np.sqrt(np.average(squares, weights=weights))) if agrees.any() else np.nan
    how = "direct" if sight.direct[use].all() else "chained"
    return FrameMotion(warp, how, model, int(agrees.sum()), residual, _outline(target))


def _outline(xy: Points) -> Points:
    """(K, 2) the corners of the convex hull."""
    import cv2

    return np.asarray(cv2.convexHull(xy.astype(np.float32)), np.float64).reshape(-1, 2) if len(xy) else np.zeros((0, 2))


def _with_held(found: list[FrameMotion | None]) -> tuple[FrameMotion, ...]:
    """Frames that no track tells take over the warp of the nearest that one does."""
    told = np.array([t for t, frame in enumerate(found) if frame is not None])
    frames = []
    for t, frame in enumerate(found):
        nearest = found[told[np.abs(told - t).argmin()]]
        assert nearest is not None
        frames.append(frame or FrameMotion(nearest.warp, "held", nearest.model, 0, np.nan, np.zeros((0, 2))))
    return tuple(frames)
