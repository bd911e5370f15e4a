"""What it takes a person to get tracks right, with our way to correct them and with others."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.blending import Side
from ..core.errors import CotrackerError
from ..core.queries import Queries
from ..core.tracker import Control, TrackUpdate
from ..core.video import Video
from .evaluate import SIZES, open_clip, over_clips
from .plan import TrackOptions, facts_of_run
from .progress import scaled
from .track import track

if TYPE_CHECKING:
    from ..evaluation.datasets import Clip
    from ..evaluation.effort import Leg, Sitting
    from ..evaluation.policies import Policy
    from ..evaluation.stories import Story

READING_SHARE = 0.05  # of a clip's time

Facts = dict[str, Any]


@dataclass(frozen=True)
class EffortOptions:
    """How effort is measured.

    Parameters
    ----------
    tracks_per_clip : int
        Chosen evenly among the points that are visible in two fifths of the frames.
    stop : {"position", "both"}
        When a track is done: 95 % of its visible frames are right; ``both``: also, of 95 % of all frames, it is
        rightly said whether the point is visible.
    is_native : bool
        Whether 4 px are pixels of the clip; else of a picture whose longer side is 256.
    size : {"auto", "256", "native"}
        As in `napari_cotracker.tasks.evaluate.evaluate`.
    policies : callable
        Makes the policies for a film; `napari_cotracker.evaluation.policies.all_policies` if not given.
    """

    tracks_per_clip: int = 8
    stop: str = "position"
    is_native: bool = False
    size: str = "auto"
    policies: Callable[[Video], Sequence[Policy]] | None = None

    def __post_init__(self) -> None:
        if self.tracks_per_clip < 1:
            raise CotrackerError(f"expected at least 1 track a clip, got {self.tracks_per_clip}")
        if self.stop not in ("position", "both"):
            raise CotrackerError(f"expected stop position or both, got {self.stop!r}")
        if self.size not in SIZES:
            raise CotrackerError(f"expected size {', '.join(SIZES)}; got {self.size!r}")


@dataclass(frozen=True)
class _Result:
    """What came of one clip: the policies and, for each of them, the stories of its tracks."""

    facts: Facts
    policies: Sequence[Policy]
    stories: Sequence[list[Story]]


def measure_effort(data: str | Path, options: TrackOptions | None = None, effort: EffortOptions | None = None, *,
                   control: Control | None = None) -> Generator[TrackUpdate, None, Facts]:
    """Let a simulated annotator correct tracks until they are right, under several policies.

    All policies are asked for the same tracks and share what the tracker says: points of different
    tracks, policies and frames are tracked together.

    Parameters
    ----------
    data : path
        As in `napari_cotracker.tasks.evaluate.evaluate`.
    options : TrackOptions, optional
    effort : EffortOptions, optional
    control : Control, optional
        A cancelled run keeps the clips that are done.

    Yields
    ------
    TrackUpdate
        Heartbeats with the share of the whole that is done.

    Returns
    -------
    dict
        ``model``, ``licence``, ``mode``, ``stop``, ``tolerance``, ``policies`` (for each its ``name`` and its
        figures over all tracks, as in `napari_cotracker.evaluation.stories.summarise`), ``clips`` (for each the
        same, with ``name``, ``frames``, ``tracks`` and ``seconds``), ``left_out`` (names of clips in which
        nothing is ever visible) and ``cancelled``.

    Raises
    ------
    CotrackerError
        If the data set cannot be read, a clip cannot be tracked, or all of them are left out.
    """
    options, effort, control = options or TrackOptions(), effort or EffortOptions(), control or Control()
    work = partial(_work_through, options=options, effort=effort, control=control)
    results, left_out = yield from over_clips(Path(data), "first", effort.size, work, control)
    return {**_report(results, effort, cancelled=control.cancelled()), "left_out": left_out}


def _work_through(clip: Clip, size: tuple[int, int], options: TrackOptions, effort: EffortOptions, control: Control
                  ) -> Generator[TrackUpdate, None, _Result | None]:
    """All policies on one clip; None if that was cancelled."""
    from ..evaluation.annotator import Annotator
    from ..evaluation.effort import Sitting
    from ..evaluation.policies import all_policies

    began = monotonic()
    film, clip = (yield from scaled(open_clip(clip, size, control), 0.0, READING_SHARE)), clip.resized(size)
    with closing(film):
        if control.cancelled():
            return None
        policies = effort.policies(film) if effort.policies else all_policies()
        annotator = Annotator.of(clip, effort.tracks_per_clip, effort.is_native)
        sittings = [Sitting(policy, annotator, effort.stop) for policy in policies]
        yield from scaled(_rounds(sittings, film, options, control), READING_SHARE, 1.0)
        facts = {**facts_of_run(film, options), "name": clip.name, "frames": film.n_frames,
                 "tracks": len(annotator.columns), "seconds": round(monotonic() - began, 3)}
    return None if control.cancelled() else _Result(facts, policies, [sitting.stories for sitting in sittings])


def _rounds(sittings: Sequence[Sitting], film: Video, options: TrackOptions, control: Control
            ) -> Generator[TrackUpdate, None, None]:
    """Track what the policies wait for, until none waits any more."""
    legs: dict[Leg, Side] = {}
    while not control.cancelled():
        missing: set[Leg] = set()
        done = float(np.mean([sitting.share_done for sitting in sittings]))
        for sitting in sittings:
            missing |= sitting.advance(legs)
            yield TrackUpdate.heartbeat(done, sitting.policy.name)
        if not missing:
            yield TrackUpdate.heartbeat(1.0, "finished")
            return
        together = sorted(missing, key=lambda leg: (leg.tracker, leg.is_backward, *leg))
        for (tracker, _), group in groupby(together, key=lambda leg: (leg.tracker, leg.is_backward)):
            chosen = replace(options, model=tracker, checkpoint=None) if tracker else options
            legs |= yield from _follow(list(group), film, chosen, (done, control))


def _follow(legs: list[Leg], film: Video, options: TrackOptions, state: tuple[float, Control]
            ) -> Generator[TrackUpdate, None, dict[Leg, Side]]:
    """What the tracker says of legs of one direction, NaN behind their starts."""
    done, control = state
    queries = Queries.from_array([(leg.frame, leg.x, leg.y) for leg in legs])
    direction = "backward" if legs[0].is_backward else "forward"
    run = track(film, queries, replace(options, direction=direction), control=control)
    tracks = yield from scaled(run, done, done)
    return {leg: Side(tracks.xy[:, n], tracks.visibility[:, n], tracks.confidence[:, n]) for n, leg in enumerate(legs)}


def _report(results: Sequence[_Result], effort: EffortOptions, cancelled: bool) -> Facts:
    from ..evaluation.annotator import TOLERANCE

    first = results[0].facts if results else {}
    everything = [
        _figures(policy, [story for result in results for story in result.stories[n]], effort.stop)
        for n, policy in enumerate(results[0].policies if results else ())
    ]
    return {
        **{key: first.get(key) for key in ("model", "licence", "mode")},
        "stop": effort.stop, "tolerance": TOLERANCE, "is_native": effort.is_native, "policies": everything,
        "clips": [
            {**{key: result.facts[key] for key in ("name", "frames", "tracks", "seconds")},
             "policies": [_figures(policy, stories, effort.stop)
                          for policy, stories in zip(result.policies, result.stories, strict=True)]}
            for result in results
        ],
        "cancelled": cancelled,
    }


def _figures(policy: Policy, stories: Sequence[Story], stop: str) -> Facts:
    from ..evaluation.stories import summarise

    return {"name": policy.name, **summarise(stories, stop, policy.actions)}
