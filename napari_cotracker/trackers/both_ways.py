"""Solves stretches of tracks between known cells with any tracker: forward, backward, and one answer of both.

All stretches go through the same two passes, one after the other or at the same time. A closed one is
followed from both of its ends, and both answers are blended. An open one is followed outward from its
known end, shown as it comes, and ends where it agrees with where the track is said to be already.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Side, Sides, blend
from ..core.gaps import Gap, GapJob
from ..core.moments import spans
from ..core.tracker import Control, Tracker, TrackJob, TrackUpdate
from .side_by_side import Run, side_by_side

AGREES = 1.0  # px between old and new answer (of pictures up to 512 px, in proportion beyond)
AGREES_FOR = 16  # frames for which they must not be farther apart, to be one


def solve_gaps(tracker: Tracker, job: GapJob, control: Control, *, together: bool = False, surely: bool = False
               ) -> Generator[TrackUpdate, None, list[Sides | None]]:
    """Solve all gaps of a job; known cells are neither moved nor sent.

    Parameters
    ----------
    tracker : Tracker
    job : GapJob
    control : Control
    together : bool
        Whether both directions are followed at the same time, each in a thread; the tracker has to be safe for that.
    surely : bool
        Whether an open gap ends only where the new answer sees the point, and with a frame on which the old one stays:
        what is solved in its place is to join the old track there.

    Yields
    ------
    TrackUpdate
        Of open gaps while they are followed, of closed ones when both passes are over.

    Returns
    -------
    list of Sides or None
        What both directions say of each gap; None for those that a cancelled run did not come to.

    Raises
    ------
    TrackingError
        As the tracker does.
    """
    passes = [_Pass(job, step, surely) for step in (1, -1)]
    runs = [partial(one.run, tracker) for one in passes if one.has_ends]
    shares = [0.0] * len(runs)
    for number, update in side_by_side(runs, control) if together else _in_turn(runs, control):
        shares[number] = update.done
        yield replace(update, done=sum(shares) / len(shares))
    found = []
    for number, gap in enumerate(job.gaps):
        sides = _join(job, gap, *(one.heard(number) for one in passes))
        found.append(sides)
        if sides is not None and gap.is_closed:
            yield update_of(gap, sides.frames, blend(sides.forward, sides.backward, job.unit), 1.0)
    return found


def _in_turn(runs: Sequence[Run], control: Control) -> Iterator[tuple[int, TrackUpdate]]:
    """As `side_by_side`, one run after the other."""
    for number, run in enumerate(runs):
        for update in run(control):
            yield number, update


def update_of(gap: Gap, frames: NDArray[np.int64], side: Side, done: float, message: str = "") -> TrackUpdate:
    """What is said of some frames of a gap as an update, without its known cells."""
    sent = gap.is_inner[frames - gap.first] & side.known
    xy, visibility, confidence = side.select(sent)
    return TrackUpdate(frames[sent], np.array([gap.id]), xy[:, None], visibility[:, None], confidence[:, None], done,
                       message)


def agreement(gap: Gap, heard: Side, step: int, limit: float, surely: bool = False) -> int:
    """How many frames, counted from an open gap's known end, are to be solved: up to where old and new agree.

    Parameters
    ----------
    gap : Gap
    heard : Side
        Over all frames of the gap, silence where there is no answer yet.
    step : int
        1 for a gap that is followed forward from its first frame, -1 for one backward from its last.
    limit : float
        Pixels.
    surely : bool
        Whether only frames count on which the point is seen.
    """
    with np.errstate(invalid="ignore"):
        alike = np.linalg.norm(heard.xy - gap.old, axis=1) <= limit
        alike &= heard.is_seen | (not surely)
    together = [span for span in spans(alike[::step]) if span[1] - span[0] + 1 >= AGREES_FOR]
    return together[0][0] + AGREES_FOR if together else len(gap)


class _Pass:
    """One direction: what is heard of every gap that has a known end to start from."""

    def __init__(self, job: GapJob, step: int, surely: bool) -> None:
        self._job, self._step, self._surely = job, step, surely
        self._queries = job.queries(step)
        self._heard = {int(id): Side.nothing(len(job.gaps[int(id)])) for id in self._queries.ids if id >= 0}
        self._limit = AGREES * max(1.0, job.unit / 2)

    @property
    def has_ends(self) -> bool:
        """Whether any gap has a known end to start from."""
        return bool(self._heard)

    def heard(self, number: int) -> Side | None:
        """What was said of a gap, up to where an open one agrees with the old track; None without a known end."""
        side = self._heard.get(number)
        gap = self._job.gaps[number]
        if side is None or gap.is_closed:
            return side
        kept = np.arange(len(gap))[:: self._step] < self._reach(gap, side)
        return Side(*(np.where(kept[:, None] if part.ndim == 2 else kept, part, np.float32(np.nan)) for part in side))

    def run(self, tracker: Tracker, control: Control) -> Iterator[TrackUpdate]:
        """Follow until every gap is through."""
        helpers = self._queries.ids[self._queries.ids < 0]
        job = TrackJob(self._job.video, self._queries, self._frames(), settings=self._job.settings, helpers=helpers)
        with closing(tracker.track(job, control)) as updates:  # type: ignore[type-var]
            for update in updates:
                # a guess is the network's own, which the next update of the same window replaces
                if not len(update.frames) or update.is_guess:
                    yield TrackUpdate.heartbeat(update.done, update.message)
                    continue
                yield from self._take(update)
                if all(self._is_through(number) for number in self._heard):
                    return

    def _frames(self) -> range:
        gaps = [self._job.gaps[number] for number in self._heard]
        first, last = min(gap.first for gap in gaps), max(gap.last for gap in gaps)
        return range(first, last + 1) if self._step > 0 else range(last, first - 1, -1)

    def _take(self, update: TrackUpdate) -> Iterator[TrackUpdate]:
        """Note what is said of the gaps, and pass on what is said of open ones."""
        for column, id in enumerate(update.ids.tolist()):
            if id < 0:
                continue
            gap, heard = self._job.gaps[id], self._heard[id]
            told = (update.frames >= gap.first) & (update.frames <= gap.last)
            told &= np.isfinite(update.xy[:, column]).all(1)
            places = update.frames[told] - gap.first
            for part, new in zip(heard, (update.xy, update.visibility, update.confidence), strict=True):
                part[places] = new[told, column]
            if not gap.is_closed and len(places):
                kept = self.heard(id)
                assert kept is not None
                frames = np.sort(update.frames[told])
                frames = frames[frames != self._joint(gap, heard)]
                yield update_of(gap, frames, kept.select(frames - gap.first), update.done, update.message)

    def _reach(self, gap: Gap, heard: Side) -> int:
        return agreement(gap, heard, self._step, self._limit, self._surely)

    def _joint(self, gap: Gap, heard: Side) -> int:
        """The frame on which an open gap joins the old track, which is not to be moved there; -1 if there is none."""
        if not self._surely or (reach := self._reach(gap, heard)) == len(gap):
            return -1
        return gap.first + reach - 1 if self._step > 0 else gap.last - reach + 1

    def _is_through(self, number: int) -> bool:
        gap, heard = self._job.gaps[number], self._heard[number]
        if bool(heard.known[-1 if self._step > 0 else 0]):
            return True
        return not gap.is_closed and self._reach(gap, heard) < len(gap)


def _join(job: GapJob, gap: Gap, forward: Side | None, backward: Side | None) -> Sides | None:
    """Both answers for the frames of which there is one."""
    sides = [Side.nothing(len(gap)) if side is None else side for side in (forward, backward)]
    known = sides[0].known & sides[1].known if gap.is_closed else sides[0].known | sides[1].known
    if not known.any() or (gap.is_closed and not known.all()):
        return None
    one, other = (side.select(known) for side in sides)
    return Sides(gap.id, gap.frames[known], one, other, blend(one, other, job.unit).xy, job.unit)
