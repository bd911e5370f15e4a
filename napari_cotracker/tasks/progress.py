"""The progress of tasks: of one that is a part of another one, and of one that goes from frame to frame."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import sleep
from typing import TypeVar

from ..core.tracker import Control, TrackUpdate

Result = TypeVar("Result")

PAUSE = 0.1
"""Seconds between heartbeats while nothing goes on."""


class Cancelled(Exception):
    """Leaves what is being written, so that nothing of it stays."""


def scaled(run: Generator[TrackUpdate, None, Result], start: float, stop: float
           ) -> Generator[TrackUpdate, None, Result]:
    """The same run, its ``done`` going from `start` to `stop`."""
    try:
        while True:
            try:
                update = next(run)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield replace(update, done=start + (stop - start) * update.done)
    finally:
        run.close()


def beats(frames: range, control: Control | None, verb: str = "writing"
          ) -> Generator[tuple[TrackUpdate, int | None], None, None]:
    """Each frame with the heartbeat to yield once it is done; heartbeats without a frame while it is paused.

    Raises
    ------
    Cancelled
        As soon as the user wants no more.
    """
    control = control or Control()
    for count, frame in enumerate(frames, 1):
        while control.paused() and not control.cancelled():
            sleep(PAUSE)
            yield TrackUpdate.heartbeat((count - 1) / len(frames), "paused"), None
        if control.cancelled():
            raise Cancelled
        yield TrackUpdate.heartbeat(count / len(frames), f"{verb}, frame {count} of {len(frames)}"), frame
