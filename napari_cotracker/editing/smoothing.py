"""Tracks with less tremor: a Savitzky-Golay filter that leaves anchors where they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.moments import spans
from ..core.tracks import is_anchor
from .claims import Mask, is_located
from .part import Part
from .patch import Patch

Points = NDArray[np.float64]


def smooth(part: Part, window: int, order: int) -> Patch | None:
    """The positions of a part are filtered along consecutive frames; states, sources and scores stay.

    Anchors hold, and so do cells outside the part; the cells beside them lead up to them. No step from
    frame to frame gets longer than the longest that was there, between two cells that hold or a window
    to either side of them.

    Parameters
    ----------
    part : Part
    window : int
        Frames, an odd number.
    order : int
        Of the polynomial that is fitted to each window.

    Raises
    ------
    EditError
        If no such polynomial can be fitted to such a window.
    """
    if window < 1 or window % 2 == 0 or not 0 <= order < window:
        raise EditError(f"expected a window of an odd number of frames that is larger than the order of the "
                        f"polynomial, got a window of {window} and order {order}")
    free = np.zeros(part.whole.shape, np.bool_)
    free[part.frames] = True
    located = is_located(part.whole)
    free &= located & ~is_anchor(part.whole.source)
    xy = part.whole.xy.astype(np.float64)
    for n in np.flatnonzero(free.any(0)).tolist():
        for first, last in spans(located[:, n]):
            run = np.s_[first : last + 1, n]
            xy[run] = smoothed(xy[run], ~free[run], window, order)
    after = part.cells
    after.xy[free[part.frames]] = xy[part.frames][free[part.frames]]
    return part.patch(f"smooth {part.words}", after)


def smoothed(xy: Points, held: Mask, window: int, order: int) -> Points:
    """(n, 2) points of consecutive frames, filtered; those that are `held` (n,) stay."""
    window = min(window, len(xy) - 1 + len(xy) % 2)
    if window <= order or held.all():
        return xy
    change = fitted(xy, window, order) - xy
    change -= _carried(change, held, window // 2 + 1)
    change[held] = 0
    for first, last in spans(~held):
        piece = np.s_[max(first - 1, 0) : last + 2]
        around = xy[max(first - 1 - window, 0) : last + 2 + window]
        change[piece] *= _share(np.diff(xy[piece], axis=0), np.diff(change[piece], axis=0), np.diff(around, axis=0))
    return np.asarray(xy + change)


def fitted(xy: Points, window: int, order: int) -> Points:
    """(n, 2) points, each the value of the polynomial through those around it; at both ends that of the last window.

    This is SciPy's `savgol_filter`, which takes a second to load: too long for the first use of a key.
    """
    half = window // 2
    powers = np.vander(np.linspace(-1, 1, window), order + 1)
    weights = powers @ np.linalg.pinv(powers)
    middle = np.lib.stride_tricks.sliding_window_view(xy, window, axis=0) @ weights[half]
    return np.concatenate([weights[:half] @ xy[:window], middle, weights[half + 1 :] @ xy[len(xy) - window :]])


def _carried(change: Points, held: Mask, reach: int) -> Points:
    """(n, 2) the change of the points that are held, fading out over `reach` frames to either side."""
    places = np.flatnonzero(held)
    if not len(places):
        return np.zeros_like(change)
    t = np.arange(len(held))
    after = np.searchsorted(places, t, side="right")
    left, right = places[(after - 1).clip(0)], places[after.clip(None, len(places) - 1)]
    between = (after > 0) & (after < len(places))
    # between two that are close, one fades out as the other fades in, and each is gone where the other is held
    width = np.where(between, np.minimum(reach, right - left), reach)
    near = np.where(after > 0, _fade((t - left) / width), 0)
    far = np.where(after < len(places), _fade((right - t) / width), 0)
    return np.asarray(near[:, None] * change[left] + far[:, None] * change[right])


def _fade(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * distance.clip(0, 1)))


def _share(steps: Points, changes: Points, around: Points) -> float:
    """How much of the change of some steps can be made, 0 … 1, so that none gets longer than the longest around."""
    a, b = (changes * changes).sum(1), (steps * changes).sum(1)
    room = (around * around).sum(1).max(initial=0) - (steps * steps).sum(1)
    grows = a + 2 * b > room
    if not grows.any():
        return 1.0
    a, b, room = a[grows], b[grows], room[grows]
    root = np.sqrt(b * b + a * room)
    shares = np.where(b > 0, room / np.maximum(root + b, 1e-300), (root - b) / np.maximum(a, 1e-300))
    return float(shares.min().clip(0, 1))
