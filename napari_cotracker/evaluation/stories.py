"""What happened to a track while a person corrected it, and what that cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .annotator import Answer

TARGET = 0.95  # share of the visible frames that are to be right, and of all frames rightly said to be visible or not
MOST_CORRECTIONS = 60
MOST_LOOKS = 200
AREA_ACTIONS = 30  # over which the area under the curve of accuracy is taken

# seconds, after the keystroke-level model of Card, Moran and Newell; the computer's own time is not counted
KEY, POINT, PRESS, THINK, SCRUB = 0.28, 1.1, 0.2, 1.35, 0.05


class Standing(NamedTuple):
    """How right a track is: shares of its visible frames, and of all frames."""

    position: float
    occlusion: float

    def meets(self, stop: str) -> bool:
        """Whether that is enough: of where it is, or (``both``) also of whether it is visible."""
        return self.position >= TARGET and (stop == "position" or self.occlusion >= TARGET)


NOWHERE = Standing(0.0, 0.0)


class Step(NamedTuple):
    """One look and what came of it.

    Parameters
    ----------
    answer : Answer
    frame : int
    passed : int
        Frames that a person watched to get there; 0 for one that jumps.
    standing : Standing
        Afterwards.
    lost_inside, lost_outside : int
        Frames that were right before and are no longer: between the neighbouring pins, and beyond them.
    """

    answer: Answer
    frame: int
    passed: int
    standing: Standing
    lost_inside: int = 0
    lost_outside: int = 0

    @property
    def seconds(self) -> float:
        """What it takes to go there, to decide and to answer."""
        going = SCRUB * self.passed if self.passed else KEY
        return going + THINK + (POINT + PRESS if self.answer is Answer.CORRECT else KEY)


@dataclass
class Story:
    """All that happened to one track.

    Parameters
    ----------
    frames : int
        T.
    start : Standing
        With nothing but its first point placed.
    steps : list of Step
    pin_error : float
        Pixels by which any placed or approved cell is missed in the end.
    """

    frames: int
    start: Standing = NOWHERE
    steps: list[Step] = field(default_factory=list)
    pin_error: float = 0.0

    def until(self, stop: str) -> list[Step] | None:
        """The steps up to where the track is right; None if it never is."""
        standings = [self.start, *(step.standing for step in self.steps)]
        met = [number for number, standing in enumerate(standings) if standing.meets(stop)]
        return self.steps[: met[0]] if met else None

    def counted(self, stop: str) -> list[Step]:
        """The steps up to where the track is right, or all."""
        met = self.until(stop)
        return self.steps if met is None else met

    @property
    def is_spent(self) -> bool:
        """Whether nobody would go on."""
        return corrections_in(self.steps) >= MOST_CORRECTIONS or len(self.steps) >= MOST_LOOKS


class Cost(NamedTuple):
    """What one track took until it was right.

    Parameters
    ----------
    corrections : int
        Points placed after the first one.
    looks : int
        Frames that a person looked at, those with a correction included.
    actions : int
        Keys and clicks, the first point's included: one to go to a frame and one to answer.
    own_actions : int
        The same, with as many for each correction as the program takes that works so, and one for a look.
    seconds : float
    area : float
        Mean share of visible frames that are right over the first 30 actions.
    wasted : int
        Looks at frames that needed no answer.
    is_met : bool
        Whether it came right at all; if not, it counts as 60 corrections.
    """

    corrections: int
    looks: int
    actions: int
    own_actions: int
    seconds: float
    area: float
    wasted: int
    is_met: bool


def corrections_in(steps: Sequence[Step]) -> int:
    """How many points were placed."""
    return sum(step.answer is Answer.CORRECT for step in steps)


def cost_of(story: Story, stop: str, own: int) -> Cost:
    """What a track took.

    Parameters
    ----------
    story : Story
    stop : {"position", "both"}
    own : int
        Actions for one correction in the program that works so.
    """
    steps, is_met = story.counted(stop), story.until(stop) is not None
    fixes = corrections_in(steps)
    wasted = sum(step.answer is Answer.VERIFY for step in steps)
    missing = 0 if is_met else max(0, MOST_CORRECTIONS - fixes)
    others = len(steps) - fixes
    return Cost(
        fixes + missing, sum(max(step.passed, 1) for step in steps) + missing, 1 + 2 * (len(steps) + missing),
        1 + own * (fixes + missing) + min(own, 2) * others, THINK + POINT + PRESS + sum(s.seconds for s in steps)
        + missing * (KEY + THINK + POINT + PRESS), _area(story.start, steps), wasted, is_met,
    )


def _area(start: Standing, steps: Sequence[Step]) -> float:
    shares = [start.position] + [step.standing.position for step in steps for _ in (0, 1)]
    return float(np.mean((shares + [shares[-1]] * AREA_ACTIONS)[:AREA_ACTIONS]))


def summarise(stories: Sequence[Story], stop: str, own: int) -> dict[str, Any]:
    """The figures of one policy over some tracks.

    Returns
    -------
    dict
        ``tracks``; ``corrections``, ``looks``, ``actions``, ``own_actions`` and ``seconds``, each with its
        ``median``, ``mean`` and ``p90``; ``corrections_per_100_frames``, ``looks_per_100_frames``, ``none_needed``
        (share of the tracks), ``unmet`` (likewise), ``area``, ``wasted_looks`` (share), ``lost_inside`` and
        ``lost_outside`` (frames spoilt by a correction, between the neighbouring pins and beyond), ``pin_error``.
    """
    costs = [cost_of(story, stop, own) for story in stories]
    steps = [step for story in stories for step in story.counted(stop)]
    frames = sum(story.frames for story in stories)

    def per_100(key: str) -> float:
        return round(100 * float(np.sum([getattr(cost, key) for cost in costs])) / frames, 3)

    return {
        "tracks": len(stories),
        **{key: _spread([getattr(cost, key) for cost in costs])
           for key in ("corrections", "looks", "actions", "own_actions", "seconds")},
        "corrections_per_100_frames": per_100("corrections"), "looks_per_100_frames": per_100("looks"),
        "none_needed": _mean([story.start.meets(stop) for story in stories]),
        "unmet": _mean([not cost.is_met for cost in costs]),
        "area": _mean([cost.area for cost in costs]),
        "wasted_looks": round(sum(cost.wasted for cost in costs) / max(sum(cost.looks for cost in costs), 1), 4),
        "lost_inside": sum(step.lost_inside for step in steps),
        "lost_outside": sum(step.lost_outside for step in steps),
        "pin_error": round(max(story.pin_error for story in stories), 4),
    }


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(float(np.median(values)), 3), "mean": round(float(np.mean(values)), 3),
            "p90": round(float(np.percentile(values, 90)), 3)}
