"""From signs against cells to moments at which a person should look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cues import Cue, Evidence, words
from .moments import widened
from .tracks import Floats

Mask = NDArray[np.bool_]


class Moment(NamedTuple):
    """A stretch of a track that may be wrong, and the frame at which to look.

    Parameters
    ----------
    id : int
        The track.
    frame : int
        Where a correction helps most.
    first, last : int
        Frames that are judged with it.
    score : float
        The largest of the stretch, 0 … 1: about the probability that it is wrong.
    cue : Cue
        What says so.
    amount : float
        Of that cue at the frame, as in `Evidence.amounts`.
    reason : str
        That in words.
    """

    id: int
    frame: int
    first: int
    last: int
    score: float
    cue: Cue
    amount: float
    reason: str


@dataclass(frozen=True)
class RankingRules:
    """How doubtful frames are gathered into moments.

    Parameters
    ----------
    floor : float
        Scores below are no moment at all.
    holds : float
        Neighbouring frames belong to a moment as long as they have that share of its score.
    bridge : int
        Frames without doubt that do not end a moment.
    apart : int
        Frames around a moment in which there is no other of the same track.
    guard : int
        Frames around an anchor that are not proposed, the anchor's own included.
    early : float
        Of a stretch that runs off, the first frame with that share of its score is proposed.
    level : float
        Of a stretch between two anchors, the middle of the frames with that share of its score.
    """

    floor: float = 0.05
    holds: float = 0.6
    bridge: int = 2
    apart: int = 5
    guard: int = 3
    early: float = 0.95
    level: float = 0.9


def rank(ids: NDArray[np.int64], evidence: Evidence, hidden: Mask | None = None, rules: RankingRules | None = None
         ) -> list[list[Moment]]:
    """The moments of every track, each track's worst first.

    A moment begins at the worst frame of a track and goes as far as frames are nearly as bad; the next one
    lies outside it. What is proposed is not simply the worst frame:

    * where forward and backward disagree, it is the frame at which they are furthest apart: neither side can
      be trusted there, and an anchor halves the span for both;
    * jumps, flips: where they are worst;
    * a stretch that runs off, with no anchor beyond it, is best caught early. A fix there is followed on from
      until the track is right again, and repairs all that comes after; a fix at its end leaves the way there to be
      guessed. Not too early, though: where it is merely less sure, it is often still right, and the look is wasted.
      With a simulated person the first frame that is about as bad as its worst needed the fewest looks;
    * a stretch between two anchors: the middle of the frames that are about as bad as its worst, since a peak that
      is higher by a hair says nothing, and from the middle both halves are shortest.

    Parameters
    ----------
    ids : (n,) int64
        Of the tracks in `evidence`.
    evidence : Evidence
    hidden : (T, n) bool, optional
        Cells that are not to be proposed.
    rules : RankingRules, optional
    """
    rules = rules or RankingRules()
    part = evidence.part
    barred = part.settled | widened(part.anchors, rules.guard - 1)
    if hidden is not None:
        barred |= hidden
    worst = np.where(barred, 0, evidence.worst)
    return [[stretch.moment(int(id)) for stretch in _stretches(evidence, column, worst[:, column], rules)]
            for column, id in enumerate(ids)]


def order(moments: Iterable[Moment], by_time: bool = False) -> list[Moment]:
    """The worst first, or in the order of time."""
    return sorted(moments, key=in_time if by_time else worst_first)


def worst_first(moment: Moment) -> tuple[float, int, int]:
    """To sort by."""
    return -moment.score, moment.frame, moment.id


def in_time(moment: Moment) -> tuple[int, int]:
    """To sort by."""
    return moment.frame, moment.id


@dataclass(frozen=True, eq=False)
class _Stretch:
    """Frames first … last of a track, of which `peak` is the worst."""

    evidence: Evidence
    column: int
    free: Floats
    rules: RankingRules
    peak: int
    first: int
    last: int

    def moment(self, id: int) -> Moment:
        """What a person is told of it."""
        scores = self.evidence.scores[:, self.peak, self.column]
        cue = Cue(int(scores.argmax()))
        frame = self._proposed(cue)
        amount = float(self.evidence.amounts[cue, frame, self.column])
        reason = words(cue, amount, len(self.free))
        return Moment(id, frame, self.first, self.last, float(scores.max()), cue, amount, reason)

    def _proposed(self, cue: Cue) -> int:
        """The frame at which a correction helps most."""
        if cue in (Cue.DISAGREEMENT, Cue.JUMP, Cue.FLIP):
            return self.peak
        span = slice(self.first, self.last + 1)
        score = np.where(self.free[span] > 0, self.evidence.scores[cue, span, self.column], 0)
        before = self.evidence.part.before[self.peak, self.column] >= 0
        after = self.evidence.part.after[self.peak, self.column] < len(self.free)
        if before != after:
            near = np.flatnonzero(score >= self.rules.early * score.max())
            return self.first + int(near[0] if before else near[-1])
        start, stop = _reach(score >= self.rules.level * score.max(), self.peak - self.first, 0)
        return self.first + (start + stop) // 2


def _stretches(evidence: Evidence, column: int, free: Floats, rules: RankingRules) -> Iterator[_Stretch]:
    left = free.copy()
    while len(left) and left[peak := int(left.argmax())] >= max(rules.floor, 1e-9):
        first, last = _reach(left >= rules.holds * left[peak], peak, rules.bridge)
        yield _Stretch(evidence, column, left, rules, peak, first, last)
        left[max(first - rules.apart, 0) : last + rules.apart + 1] = 0


def _reach(held: Mask, peak: int, bridge: int) -> tuple[int, int]:
    """First and last frame around one of those that hold, over gaps of at most so many."""
    frames = np.flatnonzero(held)
    ends = np.append(np.flatnonzero(frames[1:] - frames[:-1] > bridge + 1), len(frames) - 1)
    group = int(np.searchsorted(ends, np.searchsorted(frames, peak)))
    return int(frames[ends[group - 1] + 1 if group else 0]), int(frames[ends[group]])
