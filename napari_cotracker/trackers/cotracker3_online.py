"""CoTracker3 with a sliding window: clips of any length, results while it runs.

Windows of 16 frames start at the earliest query and advance by 8; a track joins in the window that
holds its query. Points added during the run join the next window, or a second sweep over the cached
features when their frame has gone by.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..core.declarations import TrackerEntry
from ..core.queries import Queries
from ..core.tracker import Bookmark, Control, TrackJob, TrackUpdate
from .bookmarks import part
from .estimates import estimate
from .network import NetworkTracker
from .settings import CoTracker3Settings

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.cotracker import Guess
    from ..model.streaming import WindowState
    from .background import Background
    from .engine import Answer, Engine

FAST_ITERS = 2


class OnlineTracker(NetworkTracker):
    """The sliding-window tracker; every window's answer revises the second half of the one before."""

    whole = False

    def _track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        from .background import Background, Cancelled
        from .cores import SHARED
        from .engine import Engine, only_within, settings_of

        engine = Engine(self._network, job, settings_of(job, self.settings))
        queries = only_within(job.queries, job.frames)
        begun_with = queries.ids.tolist()
        with Background(control, SHARED.resting) as background:
            try:
                while len(queries):
                    sweep = _Sweep(engine, background, queries)
                    if job.bookmark is not None and queries.ids.tolist() == begun_with:
                        yield from engine.work(background, partial(sweep.resume, job.bookmark), 0.0, "going on")
                    queries = yield from sweep.run(
                        lambda: only_within(control.new_queries() or Queries.none(), job.frames), control.stands)
            except Cancelled:
                return


class _Sweep:
    """One pass of windows over the clip."""

    def __init__(self, engine: Engine, background: Background, queries: Queries) -> None:
        self.engine = engine
        self.background = background
        self.waiting = queries
        self.tracked = self.late = Queries.none()
        self.first = 0 if engine.settings.parity else int(engine.order(queries).min())
        self.state: WindowState | None = None

    def run(self, added: Callable[[], Queries], stands: Callable[[Callable[[], Bookmark]], None]
            ) -> Generator[TrackUpdate, None, Queries]:
        """Answers window by window; returns the queries that came too late for this pass."""
        from ..model.streaming import window_starts
        from .carried import bookmark_of

        engine, length = self.engine, len(self.engine)
        window = engine.model.config.window
        starts = [self.first + s for s in window_starts(length - self.first, window)]
        done_before = 0 if self.state is None else sum(start < self.state.start for start in starts)
        for number, start in enumerate(starts[done_before:], start=done_before + 1):
            newcomers = self.admit(added(), start, window)
            iters = self.iterations(len(newcomers))
            positions = [min(p, length - 1) for p in range(start, start + window)]
            message = f"window {number} of {len(starts)}, frame {int(engine.frames[start])}"
            done = partial(self.share, start, window)
            prepare = partial(self.prepare, newcomers, positions)
            pyramid, guess = yield from engine.work(self.background, prepare, done(0), message)
            assert self.state is not None
            engine.expect(self.background, [min(p + window // 2, length - 1) for p in positions])
            solved = yield from engine.refine(
                self.background, pyramid, self.state.templates, guess, iters=iters, done=done, message=message
            )
            finished = done(engine.settings.iters)
            answer = yield from engine.work(self.background, partial(self.leave, solved, start), finished, message)
            yield TrackUpdate(*answer, finished, message)
            stands(partial(bookmark_of, self.state, self.tracked.ids))
        return self.late

    def resume(self, bookmark: Bookmark) -> None:
        """Go on after the window that an earlier run came to.

        Raises
        ------
        TrackingError
            If the bookmark is damaged.
        """
        from .carried import carry_on

        tracked = self.waiting.of(part(bookmark, "ids"))
        self.waiting = self.waiting.select(~np.isin(self.waiting.ids, tracked.ids))
        self.enter(tracked, self.first)
        assert self.state is not None
        self.state = carry_on(self.engine, self.state, bookmark, self.background.check)

    def share(self, start: int, window: int, iteration: int) -> float:
        """Share of the clip that is done at an iteration of the window at `start`."""
        before = start - self.first + window // 2 if start > self.first else 0
        stop = start - self.first + window
        covered = before + (stop - before) * iteration / self.engine.settings.iters
        return min(1.0, covered / (len(self.engine) - self.first))

    def iterations(self, newcomers: int) -> int:
        """How often to refine a window: in fast mode, windows in which no track starts need less."""
        iters = self.engine.settings.iters
        return min(iters, FAST_ITERS) if self.engine.settings.fast and not newcomers else iters

    def admit(self, added: Queries, start: int, window: int) -> Queries:
        """The tracks whose query lies in the window; those that it has passed are put off."""
        gone = self.engine.order(added) < start
        self.late = self.late.join(added.select(gone))
        self.waiting = self.waiting.join(added.select(~gone))
        ready = self.engine.order(self.waiting) < start + window
        if self.engine.settings.parity:
            ready[:] = True
        newcomers, self.waiting = self.waiting.select(ready), self.waiting.select(~ready)
        return newcomers

    def enter(self, queries: Queries, start: int) -> None:
        """Add tracks to the state; the support grid goes before them all."""
        from ..model.streaming import WindowState

        begin = partial(WindowState.begin, self.engine.model, start=start, dtype=self.engine.reader.keep)
        if self.state is None:
            self.state = begin(*self.engine.support(self.first, len(queries) + len(self.waiting)))
        self.state = self.state.join(begin(*self.engine.place(queries)))
        self.tracked = self.tracked.join(queries)

    def prepare(self, newcomers: Queries, positions: list[int]) -> tuple[list[Tensor], Guess]:
        """Features of the window, templates of the tracks that it brings, and where to start from."""
        from ..model.redetection import redetect
        from ..model.streaming import enter_window

        self.enter(newcomers, positions[0])
        assert self.state is not None
        pyramid = self.engine.pyramid(positions, self.background.check)
        self.state, guess = enter_window(self.engine.model, self.state, pyramid)
        settings = self.engine.settings
        if settings.redetects and not settings.parity:
            rows = self.begun_before()
            guess = redetect(pyramid, self.state.templates, guess, rows, self.background.check)
        return pyramid, guess

    def leave(self, solved: Guess, start: int) -> Answer:
        """What a window says; and the state moves on."""
        from ..model.streaming import leave_window

        assert self.state is not None
        self.state = leave_window(self.state, solved, extrapolate=self.engine.settings.fast)
        return self.engine.answer(self.tracked, solved, start)

    def begun_before(self) -> Tensor:
        """Rows of the tracks that were in an earlier window; the support grid is none of them."""
        assert self.state is not None
        begun = self.state.t < self.state.start
        begun[: len(begun) - len(self.tracked)] = False
        return begun.nonzero()[:, 0]


TRACKER = TrackerEntry(
    name="cotracker3-online",
    title="CoTracker3 online: sliding window of 16 frames, any length, results while it runs",
    settings=CoTracker3Settings,
    make=OnlineTracker,
    estimate=partial(estimate, whole=False),
)
