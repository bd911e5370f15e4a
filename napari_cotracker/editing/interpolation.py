"""Positions between cells that are known, drawn as a line or a curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.inspection import seen_states
from ..core.tracks import Source, State
from .cells import Cells
from .claims import is_ended, is_located, is_pinned
from .part import Part
from .patch import Patch

Kind = Literal["linear", "cubic"]
Points = NDArray[np.float64]
REACH = 5  # frames over which a direction is measured


class Knots(NamedTuple):
    """What a curve goes through, and what lies around it.

    Parameters
    ----------
    t, xy : (k,) int64, (k, 2) float64
        Frames and pixels that it goes through, ascending.
    around_t, around_xy : (m,) int64, (m, 2) float64
        The same and whatever else is known of the track, which gives the curve its direction.
    """

    t: NDArray[np.int64]
    xy: Points
    around_t: NDArray[np.int64]
    around_xy: Points


def interpolate(part: Part, kind: Kind, size: tuple[int, int]) -> Patch | None:
    """The cells between the first and the last frame of a part are drawn through these and the anchors between them.

    Anchors hold, and so do frames on which a person says that the track is not there. A cell that was
    seen as occluded stays that; all others become visible. The scores stay as the tracker gave them, if
    it gave any: a score is the tracker's word, and none is made up.

    Parameters
    ----------
    part : Part
    kind : {"linear", "cubic"}
    size : (width, height)
        Of the picture.

    Raises
    ------
    EditError
        If a track has no position on the first or the last frame.
    """
    curves: dict[str, Callable[[Knots, NDArray[np.int64]], Points]] = {"linear": line, "cubic": curve}
    if kind not in curves:
        raise EditError(f"expected an interpolation that is one of {', '.join(curves)}, got {kind!r}")
    if not len(part.frames):
        return None
    before, after = part.cells, part.cells
    inner = np.zeros(after.shape, np.bool_)
    inner[1:-1] = True
    located = is_located(before)
    part.require(located | inner, "a position at both ends of a span to interpolate")
    free = inner & ~is_pinned(before) & ~is_ended(before)
    for n in np.flatnonzero(free.any(0)).tolist():
        after.xy[free[:, n], n] = curves[kind](_knots(part, n), part.frames[free[:, n]])
    seen = seen_states(before, size)
    hidden = (seen == State.OCCLUDED) | (seen == State.OCCLUDED_LOCATED)
    after.state[free] = np.where(hidden, State.OCCLUDED_LOCATED, State.VISIBLE)[free]
    after.source[free] = Source.INTERPOLATED
    return part.patch(f"interpolate {part.words}", after)


def line(knots: Knots, frames: NDArray[np.int64]) -> Points:
    """(t, 2) straight from knot to knot."""
    return np.stack([np.interp(frames, knots.t, knots.xy[:, axis]) for axis in (0, 1)], 1)


def curve(knots: Knots, frames: NDArray[np.int64]) -> Points:
    """(t, 2) a cubic through the knots whose direction at each is measured over some frames to either side.

    A cubic spline follows smooth motion even better, but through clicks on adjacent frames, which are
    never quite exact, it swings out by hundreds of pixels; monotone (PCHIP) and Akima curves do not, but
    flatten every turn. Directions over at least five frames have neither fault.
    """
    left = np.searchsorted(knots.t, frames, side="right").clip(None, len(knots.t) - 1) - 1
    width = np.diff(knots.t)[left][:, None]
    moves = directions(knots)
    leaving, arriving = width * moves[left], width * moves[left + 1]
    u = (frames - knots.t[left])[:, None] / width
    start = (1 - u) ** 2 * ((1 + 2 * u) * knots.xy[left] + u * leaving)
    return np.asarray(start + u**2 * ((3 - 2 * u) * knots.xy[left + 1] - (1 - u) * arriving))


def directions(knots: Knots) -> Points:
    """(k, 2) pixels a frame at each knot; of two sides, the nearer counts more."""
    t, around = knots.t, knots.around_t
    before = np.searchsorted(around, t - REACH, side="right") - 1
    after = np.searchsorted(around, t + REACH)
    has_before, has_after = before >= 0, after < len(around)
    before, after = before.clip(0), after.clip(None, len(around) - 1)
    behind, ahead = (t - around[before])[:, None], (around[after] - t)[:, None]
    whole = (knots.xy[-1] - knots.xy[0]) / max(int(t[-1] - t[0]), 1)
    coming = np.where(has_before[:, None], (knots.xy - knots.around_xy[before]) / behind.clip(1), whole)
    going = np.where(has_after[:, None], (knots.around_xy[after] - knots.xy) / ahead.clip(1), whole)
    share = np.where(has_before & has_after, behind[:, 0] / (behind + ahead)[:, 0].clip(1), has_after)[:, None]
    neither = ~(has_before | has_after)[:, None]
    return np.asarray(np.where(neither, whole, share * going + (1 - share) * coming))


def _knots(part: Part, n: int) -> Knots:
    """Of one track: the ends of the part and the anchors between them, and around these all that lies outside."""
    cells = part.whole[:, n]
    first, last = int(part.frames[0]), int(part.frames[-1])
    known = is_located(cells)
    known[first + 1 : last] = is_pinned(cells)[first + 1 : last]
    around = np.flatnonzero(known)
    t = around[(around >= first) & (around <= last)]
    return Knots(t, _points(cells, t), around, _points(cells, around))


def _points(cells: Cells, t: NDArray[np.int64]) -> Points:
    return cells.xy[t].astype(np.float64)
