"""What lies between two known cells is refined inside the network's own iterations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.blending import Sides
from napari_cotracker.core.gaps import Gap, GapJob, Others
from napari_cotracker.core.registry import trackers
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.trackers import refinement
from napari_cotracker.trackers.both_ways import solve_gaps
from napari_cotracker.trackers.engine import Engine
from napari_cotracker.trackers.network import NetworkTracker
from tests.generators import drain
from tests.trackers.networks import Meanwhile, moving_clip, small_settings

KINDS = ["cotracker3-online", "cotracker3-offline"]


def make(kind: str, **changes: object) -> NetworkTracker:
    tracker = trackers()[kind].make(small_settings(**changes))
    assert isinstance(tracker, NetworkTracker)
    return tracker


def a_gap(first: int, last: int, id: int = 3) -> Gap:
    return Gap(id, first, last, (20.25, 20.125), (30.0, 24.0), np.full((last - first + 1, 2), 5, np.float32))


def solved(tracker: NetworkTracker, *gaps: Gap, length: int = 40, others: Others | None = None
           ) -> tuple[GapJob, list[Sides | None]]:
    job = GapJob(moving_clip(length), gaps, tracker.settings, others or Others.none())
    return job, drain(solve_gaps(tracker, job, Control()))[1]


def cells(updates: list[TrackUpdate]) -> list[TrackUpdate]:
    return [update for update in updates if len(update.frames)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("last", [5, 18, 39])
def test_every_closed_gap_gets_a_finer_answer(kind: str, last: int) -> None:
    tracker = make(kind)
    job, sides = solved(tracker, a_gap(3, last))
    (update,) = cells(list(tracker.refine(job, sides, Control())))
    assert update.frames.tolist() == list(range(4, last)) and update.ids.tolist() == [3]
    assert np.isfinite(update.xy).all() and update.done == 1
    assert sides[0] is not None
    assert not np.array_equal(update.xy[:, 0], sides[0].xy[1:-1])
    scores = np.stack([update.visibility, update.confidence])
    assert ((scores >= 0) & (scores <= 1)).all()


def test_open_gaps_and_those_that_were_not_solved_are_left_out() -> None:
    tracker = make("cotracker3-online")
    opened = replace(a_gap(3, 20), end_xy=None)
    job, sides = solved(tracker, opened, a_gap(5, 12, 8), a_gap(5, 12, 9))
    sides[2] = None
    updates = cells(list(tracker.refine(job, sides, Control())))
    assert [update.ids.tolist() for update in updates] == [[8]]


def test_others_take_part() -> None:
    tracker = make("cotracker3-online")
    places = np.random.default_rng(0).uniform(5, 40, (1, 6, 2)).astype(np.float32)
    job, sides = solved(tracker, a_gap(3, 20))
    alone, together = (cells(list(tracker.refine(one, sides, Control()))) for one in
                       (job, replace(job, others=Others(np.array([3]), places))))
    assert not np.array_equal(alone[0].xy, together[0].xy)
    assert together[0].ids.tolist() == [3]


def test_a_long_gap_goes_through_windows_there_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    read = Engine.pyramid

    def noted(engine: Engine, places: Sequence[int], check: Callable[[], None]) -> Any:
        seen.append(places[0])
        return read(engine, places, check)

    monkeypatch.setattr(Engine, "pyramid", noted)
    tracker = make("cotracker3-online")
    job, sides = solved(tracker, a_gap(0, 39))
    seen.clear()
    list(tracker.refine(job, sides, Control()))
    assert seen[2:] == [0, 8, 16, 24, 24, 16, 8, 0], "after the frames of both ends"
    monkeypatch.setattr(refinement, "WHOLE_UP_TO", 40)
    whole = make("cotracker3-offline")
    seen.clear()
    list(whole.refine(replace(job, settings=whole.settings), sides, Control()))
    assert seen[2:] == [0, 0]


def test_a_cancel_ends_it_without_an_answer() -> None:
    tracker = make("cotracker3-online")
    job, sides = solved(tracker, a_gap(0, 39))
    assert not cells(list(tracker.refine(job, sides, Meanwhile(cancel_after=0))))
