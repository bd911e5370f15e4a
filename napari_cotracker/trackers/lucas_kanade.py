"""Pyramidal Lucas-Kanade tracking with templates that keep points from drifting: fast, and free of weights."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import TrackerEntry
from ..core.queries import Queries
from ..core.tracker import Bookmark, Control, Estimate, TrackJob, TrackUpdate
from ..core.tracks import Anchors, State
from ..core.video import Video
from .bookmarks import arrays_of, part, put_arrays
from .follower import Follower, Picture, Reach, prepare
from .scores import confidence_of, visibility_of

SECONDS_PER_UPDATE = 0.4
FRAMES_PER_UPDATE = 64
BYTES_PER_READ = 48 << 20
FRAMES_PER_READ = 16


@dataclass(frozen=True)
class LucasKanadeSettings:
    """How to run the Lucas-Kanade tracker.

    Parameters
    ----------
    radius : int
        Of the templates, in pixels; larger holds better in noise, smaller at the edges of objects.
    window : int
        Side of the flow window in pixels.
    levels : int
        Halvings of the picture above the full size; more follow faster motion.
    search : int
        Pixels around its expected place in which a lost point is searched for.
    blur : float
        Standard deviation in pixels of the blur against noise; 0 for none.
    """

    radius: int = 12
    window: int = 13
    levels: int = 4
    search: int = 24
    blur: float = 0.7

    def __post_init__(self) -> None:
        if self.radius < 3 or self.window < 5 or not 0 <= self.levels <= 8 or self.search < 1 or self.blur < 0:
            raise ValueError("expected radius ≥ 3, window ≥ 5, levels 0 to 8, search ≥ 1 and blur ≥ 0")


class LucasKanadeTracker:
    """Follows points from frame to frame; one pass, in the direction of the job's frames."""

    def __init__(self, settings: LucasKanadeSettings) -> None:
        self._settings = settings

    def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        """Run the job; memory does not depend on the clip's length.

        Points whose frame lies behind when they are handed in are left to another pass.
        """
        run = Run(job, self._settings)
        sent = time.monotonic()
        for position, frame in enumerate(read_in_order(job.video, job.frames[run.position :]), run.position):
            yield from control.rest(position / len(job.frames))
            if control.cancelled():
                break
            added = control.new_queries()
            if added is not None and len(added):
                yield from run.flush()
                run.add(added)
            run.advance(position, frame)
            if run.is_full or time.monotonic() - sent > SECONDS_PER_UPDATE:
                yield from run.flush()
                control.stands(run.bookmark)
                sent = time.monotonic()
        yield from run.flush()
        control.stands(run.bookmark)


class Run:
    """One job under way: the follower, and the answers not yet sent."""

    follower: Follower

    def __init__(self, job: TrackJob, settings: LucasKanadeSettings) -> None:
        reach = Reach(settings.radius, settings.window, settings.levels, settings.search)
        self._job, self._blur = job, settings.blur
        self.follower = self.make_follower((job.video.width, job.video.height), reach)
        self._ids, self._t = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._start_xy = np.zeros((0, 2), np.float32)
        self._before: Picture | None = None
        self.position = 0
        self._frames: list[int] = []
        self._answers: list[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]] = []
        if job.bookmark is None:
            self.add(job.queries)
        else:
            self.resume(job.bookmark, job.queries)

    @property
    def is_full(self) -> bool:
        """Whether the answers should be sent now."""
        return len(self._frames) >= FRAMES_PER_UPDATE

    def make_follower(self, size: tuple[int, int], reach: Reach) -> Follower:
        """The follower to run."""
        return Follower(size, reach)

    def answer(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Position, visibility and confidence of every point in the current frame."""
        signs = self.follower.signs()
        return self.follower.xy, visibility_of(signs), confidence_of(signs)

    def add(self, queries: Queries) -> None:
        """Follow more points, from their frames on."""
        self._ids, self._t = np.concatenate([self._ids, queries.ids]), np.concatenate([self._t, queries.t])
        self._start_xy = np.concatenate([self._start_xy, queries.xy])
        self.follower.grow(len(queries))

    def bookmark(self) -> Bookmark:
        """Where it stands, once all answers are sent."""
        return {"position": np.array(self.position), "ids": self._ids.copy(),
                **arrays_of(self.follower, "follower.")}

    def resume(self, bookmark: Bookmark, queries: Queries) -> None:
        """Go on from there, with the points it had.

        Raises
        ------
        TrackingError
            If the bookmark is damaged.
        """
        self.add(queries.of(part(bookmark, "ids")))
        put_arrays(self.follower, bookmark, "follower.")
        self.position = int(part(bookmark, "position"))
        if self.position:
            before = self._job.video.read([self._job.frames[self.position - 1]])[0]
            self._before = prepare(before, self._blur)

    def advance(self, position: int, frame: NDArray[np.uint8]) -> None:
        """Take in the next frame."""
        now, t = prepare(frame, self._blur), self._job.frames[position]
        if self._before is not None and self.follower.is_on.any():
            self.follower.step(self._before, now)
        self._place(t, now)
        self._before, self.position = now, position + 1
        on = self.follower.is_on
        xy, visibility, confidence = self.answer()
        xy = np.where(on[:, None], xy, np.float32(np.nan))
        visibility, confidence = (np.where(on, score, np.float32(np.nan)) for score in (visibility, confidence))
        here = self._t == t
        xy[here], visibility[here], confidence[here] = self._start_xy[here], 1, 1
        self._frames.append(t)
        self._answers.append((xy, visibility, confidence))

    def flush(self) -> Iterator[TrackUpdate]:
        """Send what has gathered."""
        if not self._frames:
            return
        xy, visibility, confidence = (np.stack(values) for values in zip(*self._answers))
        done = self.position / len(self._job.frames)
        frames = np.array(self._frames, np.int64)
        self._frames, self._answers = [], []
        yield TrackUpdate(frames, self._ids.copy(), xy, visibility, confidence, done, f"frame {frames[-1]}")

    def _place(self, t: int, now: Picture) -> None:
        """Start the points of this frame, and put right those that have an anchor in it."""
        rows = np.flatnonzero(self._t == t)
        if len(rows):
            self.follower.start(now, rows, self._start_xy[rows])
        rows, xy = _anchored(self._job.anchors, t, self._ids, self.follower.is_on)
        if len(rows):
            self.follower.start(now, rows, xy)


def _anchored(anchors: Anchors, t: int, ids: NDArray[np.int64], is_on: NDArray[np.bool_]
              ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Rows of followed points that a person placed, visible, in a frame, and where."""
    seen = (anchors.t == t) & np.isin(anchors.state, (State.FROM_SCORES, State.VISIBLE))
    seen &= np.isfinite(anchors.xy).all(1)
    place = {int(track): xy for track, xy in zip(anchors.ids[seen], anchors.xy[seen])}
    rows = np.array([row for row in np.flatnonzero(is_on & bool(place)) if int(ids[row]) in place], np.intp)
    return rows, np.array([place[int(ids[row])] for row in rows], np.float32).reshape(-1, 2)


def read_in_order(video: Video, frames: range) -> Iterator[NDArray[np.uint8]]:
    """Frames of a video one by one, read some at a time."""
    together = max(1, min(FRAMES_PER_READ, BYTES_PER_READ // (video.height * video.width * 3)))
    for first in range(0, len(frames), together):
        yield from video.read(frames[first : first + together])


def estimate(job: TrackJob) -> Estimate:
    """Peak memory and time: two prepared pictures with their pyramids, and two templates for each point."""
    pixels, n = job.video.height * job.video.width, len(job.queries)
    side = 2 * (job.settings.radius if isinstance(job.settings, LucasKanadeSettings) else 12) + 1
    read = min(BYTES_PER_READ, FRAMES_PER_READ * pixels * 3) + pixels * 3
    work = min(n, 1024) * side * side * 4 * 20
    waiting = FRAMES_PER_UPDATE * n * 16 * 2
    return Estimate(
        peak_bytes=read + pixels * 80 + n * (side * side * 8 + 800) + work + waiting,
        seconds=len(job.frames) * (5e-8 * pixels + 2.5e-4 * n + 0.005),
    )


TRACKER = TrackerEntry(
    name="lucas-kanade",
    title="Lucas-Kanade: fast, needs no weights; loses points that turn away or hide for long",
    settings=LucasKanadeSettings,
    make=LucasKanadeTracker,
    estimate=estimate,
)
