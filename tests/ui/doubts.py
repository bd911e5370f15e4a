"""A window with tracks of which some moments are doubtful, and answers for the corrections that follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.blending import Side, Sides
from napari_cotracker.core.tracker import TrackUpdate

from .mouse import settle, wait_until
from .windows import Window, drawn
from .workers import StubJob

LENGTH = 40
STARTS = ((12.0, 12.0), (20.0, 30.0), (32.0, 20.0))
FIRST, SECOND = (0, 16), (1, 30)  # id and frame of what is doubtful, the worse first


def path_of(id: int) -> NDArray[np.float32]:
    """(T, 2) where a track is said to be: it moves by a fifth of a pixel."""
    return np.array([(STARTS[id][0] + t / 5, STARTS[id][1]) for t in range(LENGTH)], np.float32)


def doubtful(window: Window, **arguments: Any) -> Any:
    """Three tracks; the first is doubtful on frames 15 to 17, the second on frame 30, the third nowhere."""
    layer = window.add(drawn(LENGTH), rgb=True, **arguments)
    window.viewer.dims.set_current_step(0, 0)
    window.viewer.reset_view()
    track(window)
    settle(0.1)
    return layer


def track(window: Window) -> None:
    """Place the points, and have them tracked."""
    ids = window.project.place(0, STARTS)
    confidence = np.full((LENGTH, 3), 0.97, np.float32)
    confidence[15:18, 0], confidence[30, 1] = (0.7, 0.02, 0.7), 0.2
    update = TrackUpdate(np.arange(LENGTH), ids, np.stack([path_of(n) for n in range(3)], 1),
                         np.full((LENGTH, 3), 0.97, np.float32), confidence, 1.0)
    run = window.session.begin_run("track 3 points", ids)
    run.write(update)
    run.close()


def looked_through(window: Window) -> None:
    """Wait until the queue knows all tracks."""
    wait_until(lambda: window.panel.correct.reviewing.is_ready)


def at(window: Window) -> tuple[int | None, int]:
    """The selected track and the frame that is shown."""
    return window.project.selection.one, window.project.frame


def retracks(window: Window) -> list[StubJob]:
    """Corrections that were started."""
    return [job for job in window.worker.jobs if job.task == "retrack"]


def frames_of(job: StubJob) -> list[tuple[int, int, int]]:
    """Track, first and last frame of what a correction solves."""
    return sorted((gap.id, gap.first, gap.last) for gap in job.arguments["gaps"])


def answer(job: StubJob, xy: Sequence[float], frames: Sequence[int] | None = None) -> None:
    """The tracker says that the tracks are at one place, on all frames that are solved or some."""
    for gap in job.arguments["gaps"]:
        inner = gap.frames[gap.is_inner]
        inner = inner if frames is None else inner[np.isin(inner, frames)]
        cells = (len(inner), 1)
        job.listener.updated(TrackUpdate(inner, np.array([gap.id]), np.full((*cells, 2), xy, np.float32),
                                         np.full(cells, 0.9, np.float32), np.full(cells, 0.95, np.float32), 0.5))
    wait_until_heard(job)


def land(job: StubJob, xy: Sequence[float], other: float = 8.0) -> None:
    """The whole answer of a correction; the backward direction's lies `other` pixels beside it."""
    answer(job, xy)
    sides = [sides_of(gap.id, gap.frames[gap.is_inner], xy, other) for gap in job.arguments["gaps"]]
    job.finish({"meta": {"runs": [{"model": "stub"}]}, "sides": sides, "bad_frames": []})
    wait_until_heard(job)


def wait_until_heard(job: StubJob) -> None:
    """Wait until what a job has said has been read, unless nobody reads it any more."""
    inbox = job.listener
    wait_until(lambda: inbox._mailbox is None or not inbox._is_called)
    settle()


def sides_of(id: int, frames: NDArray[np.int64], xy: Sequence[float], other: float) -> Sides:
    """Both directions' answers, of which the forward one was written."""
    here = np.full((len(frames), 2), xy, np.float32)
    forward, backward = (Side(place, *np.full((2, len(frames)), 0.9, np.float32)) for place in (here, here + other))
    return Sides(id, frames, forward, backward, here)
