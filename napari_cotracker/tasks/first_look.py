"""What templates alone say of stretches between two known cells: an answer at once, and what is left to a network.

A stretch between the first frame of a film and a correction may have thousands of frames, of which a track was wrong
on fifty. So of long ones only those are solved again that the correction contradicts.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core import registry
from ..core.blending import Sides
from ..core.gaps import Gap, GapJob
from ..core.moments import spans
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Floats
from .turns import take_turns

FIRST_LOOK = "lucas-kanade"
"""The tracker of answers that come at once."""

SURE_FOR = 16  # frames for which both directions have to say the same, for a part of a stretch to be settled
TURN_SECONDS = 0.5  # what is near either end is shown within a second

Solved = Generator[TrackUpdate, None, "list[Sides | None]"]


class Look(NamedTuple):
    """What a first look finds.

    Parameters
    ----------
    settled : list of Sides
        Of what is known for sure.
    open : tuple of Gap
        Closed ones of which more may be found out.
    """

    settled: list[Sides]
    open: tuple[Gap, ...]


def narrowed(job: GapJob, control: Control) -> Generator[TrackUpdate, None, tuple[Gap, ...]]:
    """Cut long gaps down to what lies between a new end and the frame from which on the old track holds.

    Templates follow from the new end outward, shown as they go, until they have agreed with the old track for some
    frames. What lies beyond follows from the other end.

    Parameters
    ----------
    job : GapJob
        Of closed gaps. Those that are not long, or have no new end, stay as they are.
    control : Control

    Yields
    ------
    TrackUpdate
        Cells beside the new ends.

    Returns
    -------
    tuple of Gap
        Closed ones.
    """
    ways = {step: [part for gap in job.gaps if gap.is_long for part in _outward(gap, step)] for step in (1, -1)}
    kinds = [step for step, gaps in ways.items() if gaps]
    told = yield from take_turns([_templates(replace(job, gaps=tuple(ways[step])), control, surely=True)
                                  for step in kinds], TURN_SECONDS)
    reach = {(gap.id, gap.first, step): 0 if one is None else len(one.frames)
             for step, sides in zip(kinds, told, strict=True) for gap, one in zip(ways[step], sides, strict=True)}
    return tuple(part for gap in job.gaps for part in _wrong(
        gap, reach.get((gap.id, gap.first, 1), 0), reach.get((gap.id, gap.first + 1, -1), 0)))


def look(job: GapJob, control: Control) -> Generator[TrackUpdate, None, Look]:
    """The first answer for closed gaps, shown when it is through.

    Where both directions see the point and say the same, nothing more is to be found out: of a short gap if they do
    all along, of a long one wherever they do for some frames.
    """
    found, settled, left = (yield from _templates(job, control)), list[Sides](), list[Gap]()
    for gap, sides in zip(job.gaps, found, strict=True):
        if sides is None or (not gap.is_long and not sides.are_one):
            left.append(gap)
        elif sides.are_one:
            settled.append(sides)
        else:
            sure = _sure(sides)
            settled += [sides.select(slice(first, last + 1)) for first, last in spans(sure)]
            left += [_part(gap, max(first - 1, 0), min(last + 1, len(gap) - 1), sides.xy)
                     for first, last in spans(~sure)]
    return Look(settled, tuple(left))


def _templates(job: GapJob, control: Control, *, surely: bool = False) -> Solved:
    """Gaps solved by templates alone, and nobody beside them: it is to be quick."""
    from ..trackers.both_ways import solve_gaps

    entry = registry.trackers()[FIRST_LOOK]
    settings = entry.settings()
    job = replace(job, settings=settings, context=0)
    return (yield from solve_gaps(entry.make(settings), job, control, surely=surely))


def _outward(gap: Gap, step: int) -> Sequence[Gap]:
    """The gap as one with a known end only, the other one left out, if that end is new."""
    if not gap.is_new[0 if step > 0 else 1]:
        return []
    if step > 0:
        return [replace(gap, last=gap.last - 1, end_xy=None, old=gap.old[:-1])]
    return [replace(gap, first=gap.first + 1, start_xy=None, old=gap.old[1:])]


def _wrong(gap: Gap, ahead: int, back: int) -> Sequence[Gap]:
    """As many frames at a gap's beginning and at its end; all of it where that leaves nothing between, or nothing."""
    last = len(gap) - 1
    rows = [(first, stop) for first, stop in ((0, ahead - 1), (last + 1 - back, last)) if first < stop]
    if ahead + back >= last:
        return [gap]
    return [_part(gap, *part, gap.old) for part in rows] or [gap]


def _part(gap: Gap, first: int, last: int, xy: Floats) -> Gap:
    """Rows of a gap as one of its own, held by these places where it has no known end."""
    start = gap.start_xy if first == 0 else (float(xy[first, 0]), float(xy[first, 1]))
    end = gap.end_xy if last == len(gap) - 1 else (float(xy[last, 0]), float(xy[last, 1]))
    return Gap(gap.id, gap.first + first, gap.first + last, start, end, gap.old[first : last + 1])


def _sure(sides: Sides) -> NDArray[np.bool_]:
    """(n,) frames on which both sides are one, and for some frames around."""
    sure = np.zeros(len(sides.frames), np.bool_)
    for first, last in spans(sides.is_one):
        sure[first : last + 1] = last - first + 1 >= SURE_FOR
    return sure
