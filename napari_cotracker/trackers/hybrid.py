"""A network and templates together: the network sees far and finds points again, templates are exact.

The network's sliding windows revise the second half of the window before. What a window says of the
frames before its own first one is final, so a follower goes that far, guided by it, and its answers
are sent; after the last window it goes to the end. Each window is sent, too, as the network has it,
and overwritten when the follower comes there: so the first answers come after one window.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import TrackerEntry
from ..core.queries import Queries
from ..core.tracker import Bookmark, Control, Estimate, RemoteControl, TrackJob, TrackUpdate
from ..model.config import read_sizes
from . import estimates, lucas_kanade
from .bookmarks import part, under, within
from .cotracker3_online import OnlineTracker
from .follower import Follower, Reach
from .guided import Guide, GuidedFollower
from .lucas_kanade import SECONDS_PER_UPDATE, LucasKanadeSettings, Run, read_in_order
from .settings import CoTracker3Settings
from .side_by_side import side_by_side

AREA = 384 * 384  # px of the pictures that the network sees, at least
MOST_ITERS = 4  # per window: measured, more place nothing better


@dataclass(frozen=True)
class HybridSettings(CoTracker3Settings, LucasKanadeSettings):
    """How to run the network, of whose iterations no more than `MOST_ITERS` count, and how the follower."""

    redetects: bool = True


class HybridTracker:
    """Follows points by templates, guided by a network; one pass, in the direction of the job's frames.

    Parameters
    ----------
    settings : HybridSettings

    Raises
    ------
    CheckpointError, TrackingError
        If there is no such network or device.
    """

    def __init__(self, settings: HybridSettings) -> None:
        self._settings = settings
        self._network = OnlineTracker(in_its_precision(settings))

    def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        """Run the job.

        Raises
        ------
        TrackingError
            If the network cannot go on.
        """
        from .cores import SHARED

        settings = at_its_size(self._settings_of(job), (job.video.width, job.video.height))
        with SHARED.beside() if self._network.is_on_processor else nullcontext():
            yield from self._track(replace(job, settings=settings), settings, control)

    def _track(self, job: TrackJob, settings: HybridSettings, control: Control) -> Iterator[TrackUpdate]:
        """Follow what the network has said so far while it goes on."""
        ears, leg, heard = _Ears(control, job.queries), None, TrackUpdate.heartbeat(0.0)
        network = job
        if job.bookmark is not None:
            leg, network = _Leg.resumed(job, settings, ears), replace(job, bookmark=within(job.bookmark, "network."))
        for _, update in side_by_side([partial(self._network.track, network)], ears, ears.network):
            if not len(update.frames):
                yield update
                continue
            # the one before is all told, so it is known where the network stood then
            stood = ears.network.stood.popleft() if len(heard.frames) and ears.network.stood else None
            if leg is not None and stood is not None and leg.is_at_rest:
                control.stands(partial(leg.bookmark_with, stood))
            if leg is None or leg.is_over(update):
                if leg is not None:
                    yield from _at(leg.go(leg.told), heard)
                leg = _Leg(job, settings, ears, int(update.ids[0]))
            heard = update
            leg.hear(update)
            yield replace(update, is_guess=True)  # until the follower comes there: half the wait for first answers
            yield from _at(leg.go(leg.final), heard)
        if leg is not None:
            yield from _at(leg.go(leg.told), heard)

    def _settings_of(self, job: TrackJob) -> HybridSettings:
        return job.settings if isinstance(job.settings, HybridSettings) else self._settings


class _Relay(RemoteControl):
    """Keeps where the network stood after each of its answers."""

    def __init__(self) -> None:
        super().__init__()
        self.stood: deque[Callable[[], Bookmark]] = deque()

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        self.stood.append(bookmark)


class _Ears(Control):
    """Passes the control on to the network and keeps the queries that come in.

    While the follower goes on, or rests, nobody else tells the network to wait.
    """

    def __init__(self, control: Control, queries: Queries) -> None:
        self._control, self.queries, self.network = control, queries, _Relay()

    def cancelled(self) -> bool:
        return self._control.cancelled()

    def paused(self) -> bool:
        held = self._control.paused()
        self.network.hold(held)
        return held

    def new_queries(self) -> Queries | None:
        added = self._control.new_queries()
        self.queries = self.queries.join(added)
        return added


class _Leg(Run):
    """The follower's way along one sweep of the network's windows."""

    follower: GuidedFollower

    def __init__(self, job: TrackJob, settings: HybridSettings, ears: _Ears, begun_with: int) -> None:
        super().__init__(replace(job, queries=Queries.none(), bookmark=None), settings)
        self._ears = ears
        self._place_of = {frame: position for position, frame in enumerate(job.frames)}
        self._guides: dict[int, Guide] = {}
        self._next = len(job.frames)
        self._begun_with = begun_with
        self.final = self.told = 0

    @classmethod
    def resumed(cls, job: TrackJob, settings: HybridSettings, ears: _Ears) -> Self:
        """The way of an earlier run, from where that stood.

        Raises
        ------
        TrackingError
            If the job's bookmark is damaged.
        """
        assert job.bookmark is not None
        known = within(job.bookmark, "leg.")
        leg = cls(job, settings, ears, int(part(known, "begun_with")))
        leg.resume(known, job.queries)
        leg.final, leg.told = int(part(known, "final")), int(part(known, "told"))
        leg._next = leg.final
        told = (part(known, f"guide.{name}") for name in Guide._fields)
        leg._guides = {leg.final + row: Guide(*parts) for row, parts in enumerate(zip(*told))}
        return leg

    @property
    def is_at_rest(self) -> bool:
        """Whether it has come as far as the network's answers are final, and has sent its own."""
        return self._next == self.final and not self._frames

    def bookmark_with(self, network: Callable[[], Bookmark]) -> Bookmark:
        """Where it stands, and the network stood when it had said no more than what this one knows."""
        known = [self._guides[place] for place in range(self.final, self.told)]
        guides = {f"guide.{name}": np.stack(parts) for name, parts in zip(Guide._fields, zip(*known))}
        places = {name: np.array(getattr(self, name)) for name in ("final", "told")}
        own = {**self.bookmark(), **guides, **places, "begun_with": np.array(self._begun_with)}
        return under("network.", network()) | under("leg.", own)

    def make_follower(self, size: tuple[int, int], reach: Reach) -> Follower:
        return GuidedFollower(size, reach)

    def answer(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        return self.follower.answer()

    def is_over(self, update: TrackUpdate) -> bool:
        """Whether an update begins another sweep, over other points."""
        return int(update.ids[0]) != self._begun_with

    def hear(self, update: TrackUpdate) -> None:
        """Take in a window: what was said of frames before it is final now."""
        # helpers help the network; templates follow each track by itself
        own = np.flatnonzero(~np.isin(update.ids, self._job.helpers))
        new = update.ids[own][len(self._ids) :]
        if len(new):
            self.add(self._ears.queries.select(_rows_of(self._ears.queries.ids, new)))
        places = [self._place_of[int(frame)] for frame in update.frames]
        for row, place in enumerate(places):
            self._guides[place] = Guide(update.xy[row, own], update.visibility[row, own], update.confidence[row, own])
        self._next = min(self._next, places[0])
        self.final, self.told = places[0], places[-1] + 1

    def go(self, end: int) -> Iterator[TrackUpdate]:
        """Follow up to a position along the job's frames."""
        sent = time.monotonic()
        frames = self._job.frames[self._next : max(end, self._next)]
        for frame in read_in_order(self._job.video, frames):
            yield from self._ears.rest()
            if self._ears.cancelled():
                break
            self.follower.advise(self._guides.pop(self._next).grow_to(len(self._ids)))
            self.advance(self._next, frame)
            self._next += 1
            if self.is_full or time.monotonic() - sent > SECONDS_PER_UPDATE:
                yield from self.flush()
                sent = time.monotonic()
        yield from self.flush()


def _rows_of(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    place = {int(track): row for row, track in enumerate(known)}
    return np.array([place[int(track)] for track in wanted], np.intp)


def _at(updates: Iterator[TrackUpdate], heard: TrackUpdate) -> Iterator[TrackUpdate]:
    """The same updates, with the network's share of the job that is done, and where it is: one of both is enough."""
    for update in updates:
        yield replace(update, done=heard.done, message=heard.message if len(update.frames) else update.message)


def at_its_size(settings: HybridSettings, size: tuple[int, int]) -> HybridSettings:
    """The same settings with a resolution: the network finds more in larger pictures than it was trained on."""
    if settings.parity:
        return settings
    settings = replace(settings, iters=min(settings.iters, MOST_ITERS))
    if settings.resolution is not None:
        return settings
    sizes = read_sizes(settings.checkpoint)
    area = max(AREA, sizes.model_resolution[0] * sizes.model_resolution[1])
    return replace(settings, resolution=estimates.size_of_area(area, size, sizes.stride * 2**sizes.levels))


def in_its_precision(settings: HybridSettings) -> HybridSettings:
    """The same settings with bfloat16 where a processor multiplies it: two thirds of the time, the same scores."""
    from .devices import pick_device

    if settings.precision != "auto" or settings.parity or pick_device(settings.device).type != "cpu":
        return settings
    return replace(settings, precision="half")


def estimate(job: TrackJob) -> Estimate:
    """Peak memory and time: both parts run in turn, and are in memory together."""
    if isinstance(job.settings, HybridSettings):
        job = replace(job, settings=at_its_size(job.settings, (job.video.width, job.video.height)))
    network, follower = estimates.estimate(job, whole=False), lucas_kanade.estimate(job)
    return Estimate(network.peak_bytes + follower.peak_bytes, network.seconds + 1.2 * follower.seconds)


TRACKER = TrackerEntry(
    name="hybrid",
    title="Hybrid: a network finds points, templates place them exactly",
    settings=HybridSettings,
    make=HybridTracker,
    estimate=estimate,
)
