"""A worker without a process: the test says what is answered, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.tasks.child import TASKS

from .mouse import settle


class StubJob:
    """Notes what it is told, and answers when the test lets it."""

    def __init__(self, task: str, video: Any, arguments: Mapping[str, Any], listener: Any, urgent: bool = False
                 ) -> None:
        self.task, self.video, self.arguments, self.listener = task, video, arguments, listener
        self.urgent = urgent
        self.told: list[str] = []
        self.added: list[Queries] = []

    def cancel(self) -> None:
        self.told.append("cancel")

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def add(self, queries: Queries) -> None:
        self.added.append(queries)

    def answer(self, frames: range, done: float = 0.5, value: float = 5.0, ids: Any = None) -> None:
        """An update for every queried track, or some."""
        ids = self.arguments["queries"].ids if ids is None else np.asarray(ids)
        cells = (len(frames), len(ids))
        self.listener.updated(TrackUpdate(
            np.array(frames), ids, np.full((*cells, 2), value, np.float32), np.full(cells, 0.9, np.float32),
            np.full(cells, 0.8, np.float32), done, f"frame {frames[0]}"))

    def carry_out(self) -> None:
        """Do what the child would do."""
        film = {} if self.video is None else {"video": self.video}
        try:
            steps = TASKS[self.task](**film, **self.arguments)
            while True:
                self.listener.updated(next(steps))
        except StopIteration as stop:
            self.finish(stop.value)
        except CotrackerError as error:
            self.fail(error)
        settle(0.05)

    def finish(self, result: Any = None, cancelled: bool = False) -> None:
        self.listener.finished(result, cancelled)

    def fail(self, error: CotrackerError) -> None:
        self.listener.failed(error)


class StubWorker:
    """Keeps the jobs that were started."""

    pid = None

    def __init__(self) -> None:
        self.jobs: list[StubJob] = []

    def start(self, task: str, video: Any, arguments: Mapping[str, Any], listener: Any, *, urgent: bool = False
              ) -> StubJob:
        self.jobs.append(StubJob(task, video, arguments, listener, urgent))
        return self.jobs[-1]

    def warm_up(self) -> None:
        """There is nothing to warm."""

    def close(self) -> None:
        """There is nothing to close."""
