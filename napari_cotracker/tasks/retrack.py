"""Solve stretches of tracks again after a person said where they are: what a correction starts."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..core.blending import Sides
from ..core.errors import TrackingError
from ..core.gaps import Gap, GapJob, Others
from ..core.queries import Queries
from ..core.tracker import Control, TrackUpdate
from ..core.video import Video
from ..videos.held import Room, hold
from .first_look import FIRST_LOOK, look, narrowed
from .plan import Plan, TrackOptions, make_plan
from .progress import scaled
from .track import describe_run, ended, errors_told, make_tracker
from .turns import take_turns

CONTEXT = {"cpu": 8}  # of the other tracks, how many take part; each costs a processor time that someone waits for
CONTEXT_ELSEWHERE = 64
SUPPORT = 3  # of the support grid on a processor: with other tracks beside, 6 × 6 points were no better (measured)
ITERATIONS = 3  # of a network in each direction: both answers are blended, and someone waits for them
TURN_SECONDS = 3.0  # what is short is through in a turn; what is long shows how it begins
HELD_BYTES = 640 << 20  # of frames, for both directions at the same time: 100 of 1920 × 1080
HELD = Room()  # of all corrections that are on their way together
APART = 32  # frames between gaps that are not followed, for there is nothing to be found out
FEWER = {"hybrid": 2}  # templates place what it finds: a third iteration was no better on 39 spans (measured)


Solving = Generator[TrackUpdate, None, list[Sides | None]]


@runtime_checkable
class Refiner(Protocol):
    """A tracker that can improve what lies between two known cells."""

    def refine(self, job: GapJob, sides: list[Sides | None], control: Control) -> Generator[TrackUpdate, None, None]:
        """Improve closed gaps of which both directions have been heard."""
        ...


def retrack(video: Video, gaps: Sequence[Gap], options: TrackOptions | None = None, *, others: Others | None = None,
            control: Control | None = None) -> Generator[TrackUpdate, None, dict[str, Any]]:
    """Solve gaps again, yielding every piece of the answer as it comes.

    Of a long gap between two known cells, one of which is new, only what that one contradicts is solved (`narrowed`).
    A gap between two known cells is followed from both, first by Lucas-Kanade alone, so that there is an
    answer at once. Where both directions say the same, that is the answer; else the chosen tracker
    follows it both ways, too, and a CoTracker3 network refines the blended answer. A gap with one known
    end is followed outward until it agrees with the old track. Closed gaps, those that are followed forward and those
    that are followed backward take turns, so that what is near is answered soon however long the others are.

    Parameters
    ----------
    video : Video
    gaps : sequence of Gap
        Of one track or many; those of one track share no inner frame.
    options : TrackOptions, optional
        ``direction`` does not count, of the iterations no more than `ITERATIONS` or `FEWER`, and on a processor no
        finer support grid than `SUPPORT`. Weights are not fetched: the first run over a video does that.
    others : Others, optional
        Tracks that take part and are not changed.
    control : Control, optional
        A cancelled run keeps what it has said.

    Yields
    ------
    TrackUpdate
        Cells of the gaps only, without the known ones; later updates replace earlier ones.

    Returns
    -------
    dict
        ``meta`` of the run as `napari_cotracker.core.tracks.Tracks` has it, ``sides``, a list of `Sides` for
        every gap that was solved, and ``bad_frames``.

    Raises
    ------
    CotrackerError
        If a gap does not fit the video, weights are missing, or the tracker cannot go on.
    """
    from ..trackers.weights import require_local

    options, control = options or TrackOptions(), control or Control()
    if not gaps:
        return {"meta": {}, "sides": [], "bad_frames": []}
    options = _quick(options, video.n_frames)
    plan = make_plan(video, _known(gaps, video.n_frames), options)
    plan = plan.with_checkpoint(require_local(plan.choice))
    context = CONTEXT.get(_device(options), CONTEXT_ELSEWHERE)
    job = GapJob(video, (), plan.settings, others or Others.none(), context)
    closed, *outward = _apart(gaps)
    began = monotonic()
    parts = [_closed(plan, replace(job, gaps=closed), control)] if closed else []
    parts += [_solve(plan, replace(job, gaps=some), control) for some in outward if some]
    sides = yield from take_turns(parts, TURN_SECONDS)
    cancelled = control.cancelled()
    yield TrackUpdate.heartbeat(1.0, "cancelled" if cancelled else "done")
    return {"meta": {"runs": [ended(describe_run(plan), began, cancelled)]},
            "sides": [one for some in sides for one in some if one is not None],
            "bad_frames": sorted(int(frame) for frame in video.bad_frames)}


def _apart(gaps: Sequence[Gap]) -> tuple[tuple[Gap, ...], ...]:
    """The closed ones, those that are followed forward, and those that are followed backward."""
    return (tuple(gap for gap in gaps if gap.is_closed), tuple(gap for gap in gaps if gap.end_xy is None),
            tuple(gap for gap in gaps if gap.start_xy is None))


def _closed(plan: Plan, job: GapJob, control: Control) -> Solving:
    """Gaps between two known cells, or what is wrong of them."""
    gaps = yield from scaled(narrowed(job, control), 0.0, 0.1)
    return (yield from scaled(_between(plan, replace(job, gaps=gaps), control), 0.1, 1.0))


def _between(plan: Plan, job: GapJob, control: Control) -> Solving:
    """A first look, and the tracker if that leaves anything to be found out."""
    if plan.entry.name == FIRST_LOOK:
        return (yield from _solve(plan, job, control))
    shared = range(min(gap.first for gap in job.gaps), max(gap.last for gap in job.gaps) + 1)
    size = len(shared) * job.video.width * job.video.height * 3
    with HELD.take(size, HELD_BYTES if _device(plan.options) == "cpu" else 0) as fits:
        job = replace(job, video=hold(job.video, shared)) if fits else job
        found = yield from scaled(look(job, control), 0.0, 0.2)
        sides: list[Sides | None] = list(found.settled)
        parts = _clusters(found.open)
        for number, some in enumerate(parts):
            begin, end = (0.2 + 0.8 * n / len(parts) for n in (number, number + 1))
            part = replace(job, gaps=some)
            sides += yield from scaled(_solve(plan, part, control, together=fits), begin, end)
        return sides


def _clusters(gaps: Sequence[Gap]) -> list[tuple[Gap, ...]]:
    """Gaps that are followed together: a tracker goes through all frames from the first to the last of them."""
    clusters: list[list[Gap]] = []
    end = 0
    for gap in sorted(gaps, key=lambda gap: gap.first):
        if not clusters or gap.first > end + APART:
            clusters.append([])
        clusters[-1].append(gap)
        end = max(end, gap.last)
    return [tuple(cluster) for cluster in clusters]


def _solve(plan: Plan, job: GapJob, control: Control, *, together: bool = False) -> Solving:
    """What the tracker says of gaps from their known ends, then what a network makes of those that are closed."""
    from ..trackers.both_ways import solve_gaps
    from ..trackers.cores import torch_threads

    tracker = yield from scaled(make_tracker(plan, control), 0.0, 0.2)
    refines = isinstance(tracker, Refiner) and any(gap.is_closed for gap in job.gaps)
    together = together and torch_threads() > 1
    with errors_told(plan):
        sides = yield from scaled(solve_gaps(tracker, job, control, together=together), 0.2, 0.7 if refines else 1.0)
        if not isinstance(tracker, Refiner) or not refines or control.cancelled():
            return sides
        for update in scaled(tracker.refine(job, sides, control), 0.7, 1.0):
            yield update
            sides = [_with_answer(one, update) for one in sides]
    return sides


def _with_answer(sides: Sides | None, update: TrackUpdate) -> Sides | None:
    """Sides that know what was written in their place."""
    if sides is None or sides.id not in update.ids:
        return sides
    _, here, there = np.intersect1d(sides.frames, update.frames, return_indices=True)
    xy = sides.xy.copy()
    xy[here] = update.xy[there, update.ids.tolist().index(sides.id)]
    return replace(sides, xy=xy)


def _known(gaps: Sequence[Gap], n_frames: int) -> Queries:
    """The known ends, as what a plan needs."""
    ends = [(t, xy) for gap in gaps for t, xy in ((gap.first, gap.start_xy), (gap.last, gap.end_xy)) if xy is not None]
    beyond = max(gap.last for gap in gaps)
    if beyond >= n_frames:
        raise TrackingError(f"expected gaps within the {n_frames} frames of the video, got one up to frame {beyond}")
    return Queries(np.array([t for t, _ in ends], np.int64), np.array([xy for _, xy in ends], np.float32))


def _quick(options: TrackOptions, n_frames: int) -> TrackOptions:
    """The same options for someone who waits for the answer."""
    from ..trackers.models import choose

    tracker = choose(options.model, options.mode, n_frames, options.checkpoint).tracker
    iters = min(options.iters, FEWER.get(tracker, ITERATIONS))
    support = min(options.support_grid, SUPPORT) if _device(options) == "cpu" else options.support_grid
    return replace(options, direction="both", iters=iters, support_grid=support)


def _device(options: TrackOptions) -> str:
    from ..trackers.estimates import likely_device

    return likely_device(options.device)
