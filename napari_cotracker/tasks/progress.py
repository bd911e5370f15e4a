"""The progress of tasks: of one that is a part of another one, and of one that goes from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TypeVar

from ..core.tracker import Control, TrackUpdate

Step = TypeVar("Step")
Other = TypeVar("Other")
Result = TypeVar("Result")


class Cancelled(Exception):
    """Leaves what is being written, so that nothing of it stays."""


def mapped(run: Generator[Step, None, Result], change: Callable[[Step], Other]) -> Generator[Other, None, Result]:
    """The same run, with what `change` makes of each of its steps; it is closed together with this one."""
    try:
        while True:
            try:
                step = next(run)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield change(step)
    finally:
        run.close()


def scaled(run: Generator[TrackUpdate, None, Result], start: float, stop: float
           ) -> Generator[TrackUpdate, None, Result]:
    """The same run, its ``done`` going from `start` to `stop`."""
    return mapped(run, lambda update: replace(update, done=start + (stop - start) * update.done))


def beats(frames: range, control: Control | None) -> Generator[tuple[TrackUpdate, int | None], None, None]:
    """Each frame with the heartbeat to yield once it is done; heartbeats without a frame while it is paused.

    Raises
    ------
    Cancelled
        As soon as the user wants no more.
    """
    control = control or Control()
    for count, frame in enumerate(frames, 1):
        for beat in control.rest((count - 1) / len(frames)):
            yield beat, None
        if control.cancelled():
            raise Cancelled
        yield TrackUpdate.heartbeat(count / len(frames), f"writing, frame {count} of {len(frames)}"), frame
