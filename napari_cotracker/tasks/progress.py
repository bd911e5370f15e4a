"""The progress of a task that is a part of another one."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TypeVar

from ..core.tracker import TrackUpdate

Result = TypeVar("Result")


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
