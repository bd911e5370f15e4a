"""Follow points through a video: forward from each query, backward before it, into one set of tracks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from ..core.errors import CotrackerError, TrackingError
from ..core.queries import Queries
from ..core.tracker import Bookmark, Control, Tracker, TrackUpdate
from ..core.tracks import Anchors, Tracks
from ..core.video import Video
from .film_facts import film_facts
from .plan import (
    Pass,
    Plan,
    TrackOptions,
    check_queries,
    estimate,
    facts_of_run,
    licence_to_accept,
    make_plan,
    plan_passes,
)
from .progress import mapped
from .recorder import Recorder, Side
from .standing import Earlier, Standing

__all__ = ["TrackOptions", "estimate", "licence_to_accept", "track"]


def track(video: Video, queries: Queries, options: TrackOptions | None = None, *, anchors: Anchors | None = None,
          control: Control | None = None, facts: Mapping[str, Any] | None = None, earlier: Earlier | None = None
          ) -> Generator[TrackUpdate, None, Tracks]:
    """Track points, yielding every piece of the answer as it comes.

    Parameters
    ----------
    video : Video
    queries : Queries
        In pixels of the video. Their cells hold exactly the query, with both scores 1; their source
        is *predicted* as for every other cell. A point that a person vouches for is an anchor.
    options : TrackOptions, optional
    anchors : Anchors, optional
        Cells that stay as they are and get the source *human*.
    control : Control, optional
        Cancels, pauses, and hands in new queries. A cancelled run keeps what it has.
    facts : mapping, optional
        The video's `film_facts`, if somebody has asked for them already: a film is opened once more for them.
    earlier : Earlier, optional
        What a run of the same points left that broke off: only what is missing is tracked.

    Yields
    ------
    TrackUpdate
        Only the cells that count, NaN elsewhere; ``done`` covers the whole run.

    Returns
    -------
    Tracks
        NaN where not tracked; frames that could not be decoded are *unknown*.

    Raises
    ------
    CotrackerError
        If the run cannot start or go on, whatever the tracker raised. Where something was tracked until
        then, it is a `TrackingError` that carries it.
    """
    from ..trackers.download import Cancelled

    options, control = options or TrackOptions(), control or Control()
    plan = make_plan(video, queries, options, anchors)
    with errors_told(plan):
        # now, for files may be gone when the run ends
        facts, run = film_facts(video) if facts is None else facts, describe_run(plan)
    recorder = Recorder(video.n_frames, queries, plan.anchors)
    earlier = earlier or Earlier()
    listener = _Listener(control, recorder, Standing(video, earlier))
    plan = replace(plan, passes=earlier.rest(plan.passes))
    earlier.recall(recorder)

    def so_far(cancelled: bool) -> Tracks:
        created = datetime.now(UTC).isoformat(timespec="seconds")
        meta = {**facts, "runs": [ended(run, listener.standing.began, cancelled)], "created": created}
        return recorder.tracks(meta, listener.standing.bad_frames)

    try:
        with suppress(Cancelled):
            if plan.passes:
                plan = yield from _with_weights(plan, control)
                run = describe_run(plan)
                yield from _run(plan, listener)
    except CotrackerError as error:
        if not recorder.has_answers():
            raise
        broken = TrackingError(str(error))
        broken.tracks = so_far(cancelled=True)
        raise broken from error
    yield TrackUpdate.heartbeat(1.0, "cancelled" if control.cancelled() else "done")
    return so_far(control.cancelled())


class _Listener(Control):
    """Passes the control on to the tracker and notes the queries that come in meanwhile."""

    def __init__(self, control: Control, recorder: Recorder, standing: Standing) -> None:
        self._control, self.recorder, self.standing = control, recorder, standing
        self.added: set[int] = set()

    @property
    def queries(self) -> Queries:
        """All that are followed by now."""
        return self.recorder.queries

    def cancelled(self) -> bool:
        return self._control.cancelled()

    def paused(self) -> bool:
        return self._control.paused()

    def new_queries(self) -> Queries | None:
        queries = self._control.new_queries()
        if queries is None or not len(queries):
            return None
        check_queries(self.standing.video, queries)
        self.recorder.add(queries)
        self.added.update(queries.ids.tolist())
        return queries

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        if not self.added:  # of which who goes on knows nothing
            self._control.stands(partial(self.standing.within, bookmark))

    def ends(self) -> None:
        """A pass is over."""
        if not self.added and not self.cancelled():
            self._control.stands(self.standing.behind)


def _with_weights(plan: Plan, control: Control) -> Generator[TrackUpdate, None, Plan]:
    from ..trackers.download import provide_weights

    work = provide_weights(plan.choice, plan.options.accept_licence, control)
    path = yield from mapped(work, lambda step: TrackUpdate.heartbeat(0.0, step[1]))
    return plan.with_checkpoint(path)


def make_tracker(plan: Plan, control: Control) -> Generator[TrackUpdate, None, Tracker]:
    """The tracker of a plan; heartbeats go on while torch and a network load."""
    from ..trackers.background import Background

    message = f"loading {plan.choice.model.name}"
    yield TrackUpdate.heartbeat(0.0, message)
    with errors_told(plan), Background(control) as background:
        return (yield from background.run(partial(plan.entry.make, plan.settings), 0.0, message))


def _run(plan: Plan, listener: _Listener) -> Generator[TrackUpdate, None, None]:
    tracker = yield from make_tracker(plan, listener)
    total, behind = sum(len(one.frames) for one in plan.passes), 0
    for planned in plan.passes:
        # queries that came in since may lie further out
        now = {one.side: one for one in _passes_for(plan, listener.queries)}.get(planned.side, planned)
        one = planned if now.frames == planned.frames else now
        listener.standing.side = one.side
        for update in _run_pass(plan, one, listener.queries, tracker, listener):
            yield replace(update, done=min((behind + update.done * len(planned.frames)) / total, 1.0))
        behind += len(planned.frames)
        listener.ends()
    yield from _catch_up(plan, tracker, listener)


def _run_pass(plan: Plan, one: Pass, queries: Queries, tracker: Tracker, listener: _Listener) -> Iterator[TrackUpdate]:
    if listener.cancelled():
        return
    with errors_told(plan):
        for update in tracker.track(plan.job(one, queries), listener):
            yield listener.recorder.write(update, one.side)


def _catch_up(plan: Plan, tracker: Tracker, listener: _Listener) -> Iterator[TrackUpdate]:
    """Points added when the tracker had already passed their frame get passes of their own."""
    tried: set[tuple[int, Side]] = set()
    while not listener.cancelled():
        listener.new_queries()
        late = _late(plan, listener, tried)
        if late is None:
            return
        one, queries = late
        tried.update((track, one.side) for track in queries.ids.tolist())
        for update in _run_pass(plan, one, queries, tracker, listener):
            yield replace(update, done=0.99, message="tracking added points")


def _late(plan: Plan, listener: _Listener, tried: set[tuple[int, Side]]) -> tuple[Pass, Queries] | None:
    for side in Side:
        waiting = listener.recorder.unanswered(side)
        new = [track in listener.added and (track, side) not in tried for track in waiting.ids.tolist()]
        queries = waiting.select(np.array(new, np.bool_))
        passes = _passes_for(plan, queries) if len(queries) else ()
        for one in passes:
            if one.side is side:
                return one, queries
    return None


def _passes_for(plan: Plan, queries: Queries) -> tuple[Pass, ...]:
    return plan_passes(plan.video.n_frames, queries, plan.options.direction, plan.entry.bidirectional)


@contextmanager
def errors_told(plan: Plan) -> Iterator[None]:
    """Turn whatever a tracker raises into an error that says what happened and what to do."""
    try:
        yield
    except (CotrackerError, GeneratorExit):
        raise
    except MemoryError as error:
        raise TrackingError(
            f"{plan.choice.model.name} ran out of memory with {len(plan.queries)} points in {plan.video.width} × "
            f"{plan.video.height} pixels; track fewer points at a time, choose mode online, or lower the resolution"
        ) from error
    except Exception as error:
        if isinstance(error, ImportError | OSError):
            from ..trackers.inspection import require_torch

            require_torch()
        detail = (str(error).strip().splitlines() or [""])[0]
        raise TrackingError(
            f"{plan.choice.model.name} stopped with {type(error).__name__}: {detail:.200}; "
            "try another model, or report this with the video's size and the options used"
        ) from error


def describe_run(plan: Plan) -> dict[str, Any]:
    """What tracks note of the run that made them; how it ended comes in `ended`."""
    from ..trackers.weights import sha256

    settings = {f.name: getattr(plan.settings, f.name) for f in fields(plan.settings)}
    checkpoint = settings.pop("checkpoint", None)
    run = facts_of_run(plan.video, plan.options) | {"settings": _plain(settings)}
    if checkpoint:
        run["checkpoint"] = {"name": Path(checkpoint).name, "sha256": sha256(Path(checkpoint))}
    return run


def ended(run: Mapping[str, Any], began: float, cancelled: bool) -> dict[str, Any]:
    """The same run with its seconds, of one that began at a time of `monotonic`."""
    return {**run, "seconds": round(monotonic() - began, 3), "cancelled": cancelled}


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()}
