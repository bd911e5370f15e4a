"""What can be noticed about cells without looking at the picture, in frames and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .inspection import seen_states
from .tracks import Bytes, CellArrays, Floats, Source, State, is_anchor

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

FLIP_REACH = 5  # frames to each side in which flips count together
JUMP_REACH = 6  # frames after a jump that share its blame
LEAVING_REACH = 4  # frames off the picture on which one may ask whether a point has really left
MISFIT_REACH = 16  # frames beside an anchor that share the blame for not leading to it
_NEVER = 1 << 40


@dataclass(frozen=True, eq=False)
class Part:
    """Cells of n tracks over all T frames, and what follows from them alone.

    Parameters
    ----------
    xy : (T, n, 2) float32
    visibility, confidence : (T, n) float32
    state, source : (T, n) uint8
    seen : (T, n) uint8
        The `State` of every cell as views show it.
    before, after : (T, n) int64
        Frames of the nearest anchors or start, that of the cell itself being both; -1 and T where there are none.
    """

    xy: Floats
    visibility: Floats
    confidence: Floats
    state: Bytes
    source: Bytes
    seen: Bytes
    before: Places
    after: Places

    @classmethod
    def of(cls, cells: CellArrays, size: tuple[int, int], columns: Places, starts: Places) -> Part:
        """Of all cells (T, N), n columns, and the frames from which these were started, -1 where nobody knows."""
        own = Some(cells, columns)
        known = is_anchor(own.source)
        begun = np.flatnonzero((starts >= 0) & (starts < len(known)))
        known[starts[begun], begun] = True
        seen = seen_states(own, size)
        return cls(own.xy, own.visibility, own.confidence, own.state, own.source, seen, *nearest(known))

    @property
    def anchors(self) -> Mask:
        """(T, n) cells that a person placed or approved."""
        return is_anchor(self.source)

    @property
    def located(self) -> Mask:
        """(T, n) cells that are somewhere."""
        return np.asarray(np.isfinite(self.xy[..., 0] + self.xy[..., 1]))

    @property
    def visible(self) -> Mask:
        """(T, n) cells that count as in sight and are somewhere."""
        return np.asarray((self.seen == State.VISIBLE) & self.located)

    @property
    def settled(self) -> Mask:
        """(T, n) cells of which nothing is to be asked.

        Anchors; cells between keyframes that a person chose; cells that are nowhere; those that somebody called
        hidden or off the picture. Where somebody only called a cell visible, its place may be wrong, and
        that a point is off the picture is no more than what a tracker says, as long as nobody agreed.
        """
        said = (self.state != State.FROM_SCORES) & (self.state != State.VISIBLE)
        by_person = self.anchors | (self.source == Source.INTERPOLATED)
        return np.asarray(by_person | said | ~self.located)

    @property
    def leaving(self) -> Mask:
        """(T, n) cells off the picture, a few frames from one at which the point is on it."""
        on = (self.located & (self.seen != State.OUT_OF_FRAME)).astype(np.float32)
        near = np.maximum(_fading(on, 1, LEAVING_REACH + 1), _fading(on, -1, LEAVING_REACH + 1))
        return np.asarray(self.located & (self.seen == State.OUT_OF_FRAME) & (near > 0))


class Some:
    """The cells (T, n) of some tracks."""

    def __init__(self, cells: CellArrays, columns: Places) -> None:
        self.xy, self.visibility, self.confidence = (
            np.take(part, columns, 1) for part in (cells.xy, cells.visibility, cells.confidence))
        self.state, self.source = (np.take(part, columns, 1) for part in (cells.state, cells.source))


def nearest(known: Mask) -> tuple[Places, Places]:
    """(T, n) the last frame up to each one that is marked, and the first from each one on; -1 and T for none."""
    n_frames = len(known)
    frames = np.arange(n_frames, dtype=np.int64)[:, None]
    before = np.maximum.accumulate(np.where(known, frames, -1), 0)
    after = np.minimum.accumulate(np.where(known, frames, n_frames)[::-1], 0)[::-1]
    return before, after


def frames_away(part: Part) -> Floats:
    """(T, n) frames to the nearest anchor or start; T where there is none."""
    n_frames = len(part.state)
    frames = np.arange(n_frames)[:, None]
    to_last = np.where(part.before >= 0, frames - part.before, n_frames)
    to_next = np.where(part.after < n_frames, part.after - frames, n_frames)
    return np.minimum(to_last, to_next).astype(np.float32)


def origins(part: Part) -> Places:
    """(T, n) the nearest frame at which each track is right: an anchor or start that is somewhere.

    Where a track has none, its first frame in sight; frame 0 where it is never seen.
    """
    n_frames = len(part.state)
    frames = np.arange(n_frames)[:, None]
    right = part.located & ((part.before == frames) | (part.after == frames))
    lost = np.flatnonzero(~right.any(0) & part.visible.any(0))
    right[part.visible[:, lost].argmax(0) if len(lost) else [], lost] = True
    before, after = nearest(right)
    to_last = np.where(before >= 0, frames - before, _NEVER)
    to_next = np.where(after < n_frames, after - frames, _NEVER)
    return np.where(to_last <= to_next, before, after).clip(0, max(n_frames - 1, 0))


def is_led_from_behind(part: Part) -> Mask:
    """(T, n) whether the nearest anchor or start is an earlier one."""
    frames = np.arange(len(part.state))[:, None]
    return (part.before >= 0) & ((part.after >= len(part.state)) | (frames - part.before <= part.after - frames))


def flips(part: Part) -> tuple[Floats, Floats]:
    """(T, n) how often tracks come into sight or leave it around each frame: weighted by nearness, and counted.

    Leaving the picture is not one, nor is what a person says on both sides.
    """
    counts = part.located & (part.seen != State.OUT_OF_FRAME)
    open_to_doubt = counts & (part.state == State.FROM_SCORES)
    flip = np.zeros(counts.shape, np.float32)
    flip[1:] = (part.visible[1:] != part.visible[:-1]) & counts[1:] & counts[:-1] \
        & (open_to_doubt[1:] | open_to_doubt[:-1])
    near, count = flip.copy(), flip.copy()
    for apart in range(1, FLIP_REACH + 1):
        for moved in (_shifted(flip, apart, 0), _shifted(flip, -apart, 0)):
            near += (1 - apart / (FLIP_REACH + 1)) * moved
            count += moved
    return near, count


def jumps(part: Part) -> tuple[Floats, Floats]:
    """Steps out of line.

    Returns
    -------
    jump : (T, n) float32
        Pixels by which the step beside a cell differs from both the one before and the one after it,
        or by which the track misses the anchor beside it. The cell on the far side from the nearest
        anchor is blamed, and less and less those beyond it; before an anchor that is missed, those that lead to it.
    usual : (n,) float32
        The median of that over each track.
    """
    step = np.full(part.xy.shape, np.nan, np.float32)
    step[1:] = part.xy[1:] - part.xy[:-1]
    bend = np.full(part.state.shape, np.nan, np.float32)
    bend[1:] = _length(step[1:] - step[:-1])
    jump = np.fmin(bend, _shifted(bend, -1, np.nan))  # a turn bends the path once, a jump twice
    beside = part.anchors | _shifted(part.anchors, 1, False)
    usual = _median(np.where(beside, np.nan, jump))
    jump = np.where(beside, 0, np.nan_to_num(jump))
    behind = is_led_from_behind(part)
    ahead = np.where(behind, jump, 0)
    back = _shifted(np.where(~behind, jump, 0), -1, 0)
    blamed = np.maximum(_fading(ahead, 1, JUMP_REACH), _fading(back, -1, JUMP_REACH))
    return np.maximum(blamed, _missed(part)), usual


def _missed(part: Part) -> Floats:
    """(T, n) pixels by which cells beside an anchor lead past it."""
    out, xy = np.zeros(part.state.shape, np.float32), np.where(part.anchors[..., None], np.nan, part.xy)
    t, n = np.nonzero(part.anchors)
    frames, fading = np.arange(1, MISFIT_REACH), 1 - np.arange(MISFIT_REACH - 1, dtype=np.float32) / MISFIT_REACH
    for side in (-1, 1):
        near, far = (_at(xy, t + side * apart, n) for apart in (1, 2))
        expected = np.where(np.isfinite(far), 2 * near - far, near)
        miss = np.nan_to_num(_length(expected - part.xy[t, n]))
        blamed = t[:, None] + side * frames
        there = (blamed >= 0) & (blamed < len(out))
        columns = np.broadcast_to(n[:, None], blamed.shape)
        np.maximum.at(out, (blamed[there], columns[there]), (miss[:, None] * fading)[there])
    return np.where(part.anchors, 0, out).astype(np.float32)


def _at(xy: Floats, t: Places, n: Places) -> Floats:
    """(k, 2) some cells, NaN where there is no such frame."""
    there = (t >= 0) & (t < len(xy))
    return np.where(there[:, None], xy[np.where(there, t, 0), n], np.nan).astype(np.float32)


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt(np.square(vectors).sum(-1)), np.float32)


def margin(part: Part, size: tuple[int, int]) -> Floats:
    """(T, n) pixels from the border of the picture, -1 where a point has just left it; infinite out of sight."""
    x, y = part.xy[..., 0], part.xy[..., 1]
    room = np.minimum(np.minimum(x, size[0] - 1 - x), np.minimum(y, size[1] - 1 - y))
    return np.where(part.leaving, -1, np.where(part.visible, room, np.inf)).astype(np.float32)


def _shifted(values: NDArray[Any], by: int, fill: float | bool) -> NDArray[Any]:
    """What was `by` frames ago."""
    out = np.full_like(values, fill)
    if abs(by) < len(values):
        out[max(by, 0) : len(values) + min(by, 0)] = values[max(-by, 0) : len(values) - max(by, 0)]
    return out


def _fading(values: Floats, side: int, reach: int) -> Floats:
    """The largest value of the last (side 1) or coming (side -1) frames, fading with their number."""
    out = values.copy()
    for apart in range(1, reach):
        np.maximum(out, (1 - apart / reach) * _shifted(values, side * apart, 0), out=out)
    return out


def _median(values: Floats) -> Floats:
    """(n,) of each column of (T, n), of what is known; 0 where nothing is."""
    ordered = np.sort(values, axis=0)
    count = np.isfinite(values).sum(0)
    middle = np.minimum(count // 2, max(len(values) - 1, 0))
    if not len(values):
        return np.zeros(values.shape[1], np.float32)
    return np.where(count > 0, ordered[middle, np.arange(values.shape[1])], 0).astype(np.float32)
