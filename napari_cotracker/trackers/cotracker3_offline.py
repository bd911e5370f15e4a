"""CoTracker3 on a whole clip at once: looks forward and backward from every query.

Memory grows with the length; clips much beyond 120 frames are better tracked online.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..core.declarations import TrackerEntry
from ..core.errors import TrackingError
from ..core.queries import Queries
from ..core.tracker import Control, TrackJob, TrackUpdate
from .estimates import estimate
from .network import NetworkTracker
from .settings import CoTracker3Settings

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.cotracker import Guess
    from .background import Background
    from .engine import Engine


class OfflineTracker(NetworkTracker):
    """The whole-clip tracker; refuses a clip that does not fit into memory."""

    whole = True

    def _track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        from .background import Background, Cancelled
        from .cores import SHARED
        from .devices import available_memory
        from .engine import Engine, only_within, settings_of

        free, needed = available_memory(self._network.model.device), estimate(job, whole=True).peak_bytes
        if needed > free:
            raise TrackingError(
                f"tracking {len(job.frames)} frames at once needs about {needed / 2**30:.1f} GiB and "
                f"{free / 2**30:.1f} GiB are free; use mode online, fewer frames or a smaller resolution"
            )
        engine = Engine(self._network, job, settings_of(job, self.settings))
        queries = only_within(job.queries, job.frames)
        with Background(control, SHARED.resting) as background:
            try:
                while len(queries):
                    yield from _solve(engine, background, queries)
                    queries = only_within(control.new_queries() or Queries.none(), job.frames)
            except Cancelled:
                return


def _solve(engine: Engine, background: Background, queries: Queries) -> Generator[TrackUpdate, None, None]:
    """One window over all frames; features take the first half of the progress bar."""
    message = f"{len(engine)} frames at once"
    count = engine.settings.iters
    prepare = partial(_prepare, engine, queries, background.check)
    pyramid, templates, guess = yield from engine.work(background, prepare, 0.0, "encoding frames")
    solved = yield from engine.refine(
        background, pyramid, templates, guess, iters=count, done=lambda i: 0.5 + 0.5 * i / count, message=message
    )
    answer = partial(engine.answer, queries, solved, 0, both_ways=True)
    yield TrackUpdate(*(yield from engine.work(background, answer, 1.0, message)), 1.0, message)


def _prepare(engine: Engine, queries: Queries, check: Callable[[], None]) -> tuple[list[Tensor], Tensor, Guess]:
    """Features of the clip, templates of all tracks, and where to start from."""
    import torch

    from ..model.cotracker import Guess

    pyramid = engine.pyramid(range(len(engine)), check)
    order = engine.order(queries)
    first = 0 if engine.settings.parity else int(order.min())
    t, xy = (torch.cat(pair) for pair in zip(engine.support(first, len(queries)), engine.place(queries), strict=True))
    return pyramid, engine.model.templates(pyramid, t, xy), Guess.at_rest(xy, len(engine))


TRACKER = TrackerEntry(
    name="cotracker3-offline",
    title="CoTracker3 offline: the whole clip at once, up to some hundred frames",
    settings=CoTracker3Settings,
    make=OfflineTracker,
    estimate=partial(estimate, whole=True),
    bidirectional=True,
)
