"""What a correction changes: the rules by which tracks are solved anew from the cells that a person placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core import gaps
from ..core.blending import Side, Sides, blend, mixed
from ..core.tracks import Floats

AGREEMENT = 1.0  # px within which a new answer and the old one are the same
AGREEING_FRAMES = 16  # in a row, from which on the old answer holds
SLOPE = 12.0  # of the sigmoid over a span of length 1


@dataclass
class Path:
    """One track as it stands, on T frames.

    Parameters
    ----------
    track : int
    side : Side
    doubt : (T,) float32
        Pixels between both directions; NaN where only one speaks.
    pins : dict
        Frame to (2,) float32: cells that a person placed or approved.
    seen : dict
        Frame to bool: whether the point is visible there, as a person says.
    """

    track: int
    side: Side
    doubt: Floats
    pins: dict[int, Floats] = field(default_factory=dict)
    seen: dict[int, bool] = field(default_factory=dict)

    def neighbours(self, at: int) -> tuple[int | None, int | None]:
        """The frames of the pins before and after a frame."""
        return max((t for t in self.pins if t < at), default=None), min((t for t in self.pins if t > at), default=None)


Start = tuple[int, bool]  # the frame of a pin, and whether the tracker goes backward from there
Look = Callable[..., list[Side]]  # (*starts) -> what the tracker says from each of them, on T frames
Rule = Callable[[Path, int, Look], tuple[Side, Floats]]  # (path, its new pin) -> the whole track and its doubt
SolveSpan = Callable[[int, int, int, Side, Side], Side]  # (track, first and last frame, forward, backward) -> the span


def interpolate(path: Path, at: int, look: Look) -> tuple[Side, Floats]:
    """Straight lines from pin to pin; before the first and after the last the point stands still."""
    frames, known = np.arange(len(path.doubt)), sorted(path.pins)
    xy = [np.interp(frames, known, [path.pins[t][axis] for t in known]) for axis in (0, 1)]
    sure = np.ones(len(frames), np.float32)
    return Side(np.stack(xy, 1).astype(np.float32), sure, sure), np.full_like(sure, np.nan)


def overwrite(path: Path, at: int, look: Look) -> tuple[Side, Floats]:
    """Forward from the new pin to the end, whatever is there; backward only from a pin before all others."""
    return _onward(path, at, None, look((at, False), *([(at, True)] if at == min(path.pins) else [])))


def go_to_next(path: Path, at: int, look: Look) -> tuple[Side, Floats]:
    """Forward from the new pin to the next one; backward only from a pin before all others."""
    before, after = path.neighbours(at)
    return _onward(path, at, after, look((at, False), *([(at, True)] if before is None else [])))


def go_to_middle(path: Path, at: int, look: Look) -> tuple[Side, Floats]:
    """Both ways from the new pin, as far as no other pin is nearer."""
    before, after = path.neighbours(at)
    first = 0 if before is None else (before + at) // 2 + 1
    end = None if after is None else (at + after) // 2 + 1
    forward, backward = look((at, False), (at, True))
    side = replaced(path.side, backward, slice(first, at + 1))
    return replaced(side, forward, slice(at, end)), np.full_like(path.doubt, np.nan)


@dataclass(frozen=True)
class BothWays:
    """Spans between pins are solved from both sides; beyond the outer pins one side speaks.

    Parameters
    ----------
    solve_span : callable
        ``(track, first frame, last frame, forward, backward) -> Side``, all three sides on the frames of
        the span, both pins included.
    is_local : bool
        Whether beyond the outer pins, and in long spans, a new answer gives way to the old one where both agree.
    """

    solve_span: SolveSpan
    is_local: bool = True

    def __call__(self, path: Path, at: int, look: Look) -> tuple[Side, Floats]:
        """The track with a new pin at a frame."""
        before, after = path.neighbours(at)
        outer = [(t, is_backward) for t, is_backward in ((before, False), (after, True)) if t is not None]
        forward, backward, *others = look((at, False), (at, True), *outer)
        side, doubt = path.side, path.doubt.copy()
        if before is None:
            start = at - self._reach(backward.xy[at::-1], side.xy[at::-1]) + 1
            side, doubt[start : at + 1] = replaced(side, backward, slice(start, at + 1)), np.nan
        else:
            first = at + 1 - self._contradicted(backward, side, slice(at, before, -1))
            side = self._close(path.track, slice(first, at + 1), (others[0], backward), (side, doubt))
        if after is None:
            end = at + self._reach(forward.xy[at:], side.xy[at:])
            side, doubt[at:end] = replaced(side, forward, slice(at, end)), np.nan
        else:
            end = at + self._contradicted(forward, side, slice(at, after))
            side = self._close(path.track, slice(at, end), (forward, others[-1]), (side, doubt))
        return side, doubt

    def _close(self, track: int, span: slice, sides: tuple[Side, Side], now: tuple[Side, Floats]) -> Side:
        """One span solved anew; its doubt is written."""
        forward, backward = (one.select(span) for one in sides)
        side, doubt = now
        solved = self.solve_span(track, span.start, span.stop - 1, forward, backward)
        frames = np.arange(span.start, span.stop)
        doubt[span] = Sides(track, frames, forward, backward, solved.xy).doubt
        whole = Side(*(np.empty_like(part) for part in side))
        for part, piece in zip(whole, solved, strict=True):
            part[span] = piece
        return replaced(side, whole, span)

    def _reach(self, new: Floats, old: Floats) -> int:
        return agreement(new, old) if self.is_local else len(new)

    def _contradicted(self, new: Side, old: Side, outward: slice) -> int:
        """How many frames between two pins are solved anew, the new pin included: all of a span that is not long."""
        new, old = new.select(outward), old.select(outward)
        n = len(new.xy)
        if not self.is_local or n < gaps.LONG:
            return n + 1
        reach = agreement(np.where(new.is_seen[:, None], new.xy, np.float32(np.nan)), old.xy)
        return n + 1 if reach >= n else reach + AGREEING_FRAMES


def _onward(path: Path, at: int, end: int | None, sides: list[Side]) -> tuple[Side, Floats]:
    """Forward from a pin up to a frame; if there are two sides, also backward to the start."""
    side = replaced(path.side, sides[0], slice(at, end))
    if len(sides) > 1:
        side = replaced(side, sides[1], slice(None, at + 1))
    return side, np.full_like(path.doubt, np.nan)


def agreement(new: Floats, old: Floats) -> int:
    """How many frames outward a new answer replaces the old one: up to where both agree for long enough.

    Parameters
    ----------
    new, old : (n, 2)
        Positions in the order of going outward, the new pin first.
    """
    same = np.linalg.norm(new - old, axis=1) <= AGREEMENT
    runs = np.convolve(same, np.ones(AGREEING_FRAMES), "valid") if len(same) >= AGREEING_FRAMES else np.zeros(0)
    found = np.flatnonzero(runs > AGREEING_FRAMES - 0.5)
    return max(int(found[0]), 1) if len(found) else len(new)


def replaced(side: Side, other: Side, rows: slice) -> Side:
    """A side with some frames of another one."""
    parts = [part.copy() for part in side]
    for part, new in zip(parts, other, strict=True):
        part[rows] = new[rows]
    return Side(*parts)


def blend_span(track: int, first: int, last: int, forward: Side, backward: Side) -> Side:
    """Both directions, weighted by confidence and distance."""
    return blend(forward, backward)


def blend_by_sigmoid(track: int, first: int, last: int, forward: Side, backward: Side) -> Side:
    """Both directions, weighted by distance alone: a sigmoid around the middle, exact at both ends."""
    share: NDArray[np.float64] = 1 / (1 + np.exp(-SLOPE * (np.linspace(0, 1, len(forward.xy)) - 0.5)))
    share[0], share[-1] = 0, 1
    return mixed(forward, backward, np.where(forward.known, np.where(backward.known, share, 0), 1))
