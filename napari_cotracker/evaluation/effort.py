"""A simulated annotator works through the tracks of a clip under one policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Side
from ..core.moments import widened
from ..core.tracks import Floats, Source, State, Tracks
from .annotator import Annotator, Answer, Reply
from .policies import Approval, Policy
from .queues import View
from .rules import Path, Start
from .stories import Standing, Step, Story

Bools = NDArray[np.bool_]

APART = 3  # frames between two looks, as long as there are such


class Leg(NamedTuple):
    """What a tracker has to follow: a point from the frame where it was placed to one end of the clip.

    Parameters
    ----------
    tracker : str
        A model; "" is the one that is evaluated.
    track, frame : int
    x, y : float
    is_backward : bool
    """

    tracker: str
    track: int
    frame: int
    x: float
    y: float
    is_backward: bool


class Due(NamedTuple):
    """An answer that has been given and not yet carried out."""

    frame: int
    reply: Reply
    passed: int = 0


@dataclass
class Work:
    """One track on the annotator's desk.

    Parameters
    ----------
    path : Path
    story : Story
    looked : (T,) bool
        Frames that were looked at and are as they were then.
    right : (T,) bool
        Frames that are visible and right.
    due : Due or None
    last : int
        The frame looked at last, -1 before the first answer is carried out.
    is_over : bool
    """

    path: Path
    story: Story
    looked: Bools
    right: Bools
    due: Due | None
    last: int = -1
    is_over: bool = False


class Sitting:
    """One policy at work on all tracks of a clip, each as far as the tracker's answers allow.

    Parameters
    ----------
    policy : Policy
    annotator : Annotator
    stop : {"position", "both"}
        When a track is done.
    """

    def __init__(self, policy: Policy, annotator: Annotator, stop: str = "position") -> None:
        self.policy, self._annotator, self._stop = policy, annotator, stop
        self._visible = annotator.visible
        self._work = [self._begin(track) for track in range(self._visible.shape[1])]

    @property
    def stories(self) -> list[Story]:
        """What has happened so far, track by track."""
        return [work.story for work in self._work]

    @property
    def share_done(self) -> float:
        """Share of the tracks that are finished."""
        return sum(work.is_over for work in self._work) / len(self._work)

    def tracks(self) -> Tracks:
        """All tracks as they stand; what a person said has a source, and a state of its own."""
        paths = [work.path for work in self._work]
        xy, visibility, confidence = (np.stack(parts, 1) for parts in zip(*(path.side for path in paths), strict=True))
        state, source = np.zeros(self._visible.shape, np.uint8), np.where(np.isfinite(xy).all(2), Source.PREDICTED, 0)
        for n, path in enumerate(paths):
            for frame, is_visible in path.seen.items():
                state[frame, n] = State.VISIBLE if is_visible else State.OCCLUDED_LOCATED
            source[list(path.pins), n] = Source.HUMAN
        return Tracks(self._annotator.columns, xy, visibility, confidence, state, source,
                      meta={"size": self._annotator.clip.size})

    def advance(self, legs: Mapping[Leg, Side]) -> set[Leg]:
        """Go on until every unfinished track waits for a leg; gives those that are missing."""
        while True:
            missing: set[Leg] = set()
            waiting = [work for work in self._work if not work.is_over]
            settled = [work for work in waiting if self._carry_out(work, legs, missing)]
            if not settled:
                return missing
            seen = self._see()
            for work in settled:
                self._judge(work, seen)
            self._ask([work for work in settled if not work.is_over and work.due is None], seen)

    def _begin(self, track: int) -> Work:
        n_frames, first = len(self._visible), int(self._visible[:, track].argmax())
        path = Path(track, Side.nothing(n_frames), np.full(n_frames, np.nan, np.float32))
        looked, right = np.zeros((2, n_frames), np.bool_)
        return Work(path, Story(n_frames), looked, right, Due(first, self._placing(track, first)))

    def _placing(self, track: int, frame: int) -> Reply:
        return Reply(Answer.CORRECT, self._annotator.place(track, frame), True)

    def _carry_out(self, work: Work, legs: Mapping[Leg, Side], missing: set[Leg]) -> bool:
        """Make an answer part of its track; whether everything was there for that."""
        assert work.due is not None
        at, reply, _ = work.due
        path, policy = work.path, self.policy
        is_pin = reply.is_visible and (reply.answer is Answer.CORRECT or policy.approval is not Approval.NOTED)
        is_start = reply.answer is Answer.CORRECT or policy.approval is Approval.SOLVED_FROM
        if is_pin:
            path.pins[at] = reply.xy
        if is_pin and is_start:
            try:
                side, doubt = policy.rule(path, at, _Eyes(policy.tracker, path, legs))
            except _LegsMissing as lack:
                missing |= lack.legs
                return False
            _take(work, at, side, doubt, policy.keeps_pins)
        path.seen[at] = reply.is_visible
        work.looked[at] = True
        return True

    def _see(self) -> _Seen:
        tracks = self.tracks()
        return _Seen(tracks, tracks.states() == State.VISIBLE, self._annotator.error(tracks.xy))

    def _judge(self, work: Work, seen: _Seen) -> None:
        """Write down what came of an answer, and whether the track is done."""
        assert work.due is not None
        path, (at, reply, passed), track = work.path, work.due, work.path.track
        right = (seen.error[:, track] <= self._annotator.tolerance) & self._visible[:, track]
        agreed = seen.is_visible[:, track] == self._visible[:, track]
        standing = Standing(float(right.sum() / self._visible[:, track].sum()), float(agreed.mean()))
        is_first, work.last, work.due = work.last < 0, at, None
        if is_first:
            work.story.start = standing
        else:
            inside, outside = _count_lost(path, at, work.right & ~right)
            work.story.steps.append(Step(reply.answer, at, passed, standing, inside, outside))
        work.right = right
        work.story.pin_error = max(float(np.abs(path.side.xy[t] - xy).max()) for t, xy in path.pins.items())
        last = len(right) - 1 - int(self._visible[::-1, track].argmax())
        if is_first and self.policy.places_last and last != at:
            work.due = Due(last, self._placing(track, last))
        else:
            work.is_over = standing.meets(self._stop) or work.story.is_spent

    def _ask(self, asked: list[Work], seen: _Seen) -> None:
        """Send the person to the next frame of some tracks; a track without such a frame is over."""
        if not asked:
            return
        view = self._view(seen)
        frames = self.policy.queue(view).frames
        for work in asked:
            track = work.path.track
            frame = int(frames[track])
            if frame < 0:
                work.is_over = True
                continue
            said = bool(seen.is_visible[frame, track])
            reply = self._annotator.answer(track, frame, work.path.side.xy[frame], said)
            passed = (frame - work.last) % len(work.looked) if self.policy.scans else 0
            work.due = Due(frame, reply, passed)

    def _view(self, seen: _Seen) -> View:
        looked = np.stack([work.looked for work in self._work], 1)
        return View(
            seen.tracks, np.stack([work.path.doubt for work in self._work], 1), looked, _apart(looked),
            np.array([work.last for work in self._work]), seen.error > self._annotator.tolerance, seen.error,
        )


class _Seen(NamedTuple):
    """All tracks as they stand: where they are said to be visible, and how far off they are."""

    tracks: Tracks
    is_visible: Bools
    error: NDArray[np.float64]


class _LegsMissing(Exception):
    """A rule wants to know what no tracker has been asked yet."""

    def __init__(self, legs: set[Leg]) -> None:
        super().__init__(legs)
        self.legs = legs


@dataclass(frozen=True)
class _Eyes:
    """What the tracker says from the pins of a path."""

    tracker: str
    path: Path
    legs: Mapping[Leg, Side]

    def __call__(self, *starts: Start) -> list[Side]:
        wanted = [Leg(self.tracker, self.path.track, frame, float(x), float(y), is_backward)
                  for frame, is_backward in starts for x, y in [self.path.pins[frame]]]
        if missing := set(wanted) - self.legs.keys():
            raise _LegsMissing(missing)
        return [self.legs[leg] for leg in wanted]


def _take(work: Work, at: int, side: Side, doubt: Floats, keeps_pins: bool) -> None:
    """Put a new answer in place of the old one; pins hold, and what changed may be looked at again."""
    path = work.path
    held = path.pins if keeps_pins else {at: path.pins[at]}
    for frame, xy in held.items():
        side.xy[frame], side.visibility[frame], side.confidence[frame] = xy, 1, 1
    if not keeps_pins:
        path.seen = {t: is_visible for t, is_visible in path.seen.items() if t <= at or not is_visible}
    work.looked &= (side.xy == path.side.xy).all(1)
    work.looked[[*held, *(t for t, is_visible in path.seen.items() if not is_visible)]] = True
    path.side, path.doubt = side, doubt


def _count_lost(path: Path, at: int, lost: Bools) -> tuple[int, int]:
    """How many frames between the pins around a frame, and how many elsewhere."""
    before, after = path.neighbours(at)
    inside = int(lost[0 if before is None else before : after].sum())
    return inside, int(lost.sum()) - inside


def _apart(looked: Bools) -> Bools:
    """(T, N) frames some way from all that were looked at; where there are none, all others."""
    near = widened(looked, APART - 1)
    return np.where(near.all(0), ~looked, ~near)
