"""A correction solves the stretches around it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.core.gaps import Gap, GapJob, Others
from napari_cotracker.core.tracker import Control, Tracker, TrackUpdate
from napari_cotracker.core.video import Video
from napari_cotracker.tasks import retrack as module
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.tasks.retrack import retrack
from napari_cotracker.trackers import both_ways
from napari_cotracker.trackers.lucas_kanade import LucasKanadeTracker
from tests.generators import drain
from tests.moving_films import moving_film
from tests.torch_threads import torch_threads_are
from tests.trackers.networks import Meanwhile, small_file

FILM, WHERE = moving_film(30)
TRUTH = np.array([WHERE((60, 60), 0, t) for t in range(30)], np.float32)
LUCAS_KANADE = TrackOptions(model="lucas-kanade")
NETWORK = TrackOptions(model="cotracker3", checkpoint=small_file(), device="cpu", iters=1, support_grid=2,
                       disk_budget=0)


@pytest.fixture
def _both_ways_are_never_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.core.blending.ONE", -1.0)


def gap(first: int, last: int, id: int = 7, *, start: bool = True, end: bool = True) -> Gap:
    ends = [(float(TRUTH[t, 0]), float(TRUTH[t, 1])) for t in (first, last)]
    return Gap(id, first, last, ends[0] if start else None, ends[1] if end else None, TRUTH[first : last + 1] + 20)


def cells(updates: list[TrackUpdate]) -> list[TrackUpdate]:
    return [update for update in updates if len(update.frames)]


def test_both_sides_of_a_fix_are_solved_again() -> None:
    updates, result = drain(retrack(FILM, [gap(4, 15), gap(15, 29, end=False)], LUCAS_KANADE))
    xy = np.full((30, 2), np.nan, np.float32)
    for update in cells(updates):
        assert update.ids.tolist() == [7]
        xy[update.frames] = update.xy[:, 0]
    assert np.isnan(xy[[*range(5), 15]]).all(), "known cells and what lies outside are not touched"
    inner = [*range(5, 15), *range(16, 30)]
    assert np.abs(xy[inner] - TRUTH[inner]).max() < 1
    assert [(one.id, one.frames[0], one.frames[-1]) for one in result["sides"]] == [(7, 4, 15), (7, 15, 29)]
    assert result["meta"]["runs"][0]["model"] == "lucas-kanade" and result["bad_frames"] == []
    for one in result["sides"]:
        told = np.isin(one.frames, inner)
        np.testing.assert_array_equal(one.xy[told], xy[one.frames[told]])


def test_where_templates_say_the_same_both_ways_no_network_is_asked() -> None:
    updates, result = drain(retrack(FILM, [gap(4, 15), gap(20, 29, end=False)], NETWORK))
    closed = [update for update in cells(updates) if update.frames[-1] < 15]
    assert len(closed) == 1 and np.abs(closed[0].xy[:, 0] - TRUTH[5:15]).max() < 1
    assert [(one.frames[0], one.frames[-1]) for one in result["sides"]] == [(4, 15), (20, 29)]
    assert any("loading" in update.message for update in updates), "the open one is the network's"
    updates, result = drain(retrack(FILM, [gap(4, 15)], NETWORK))
    assert not any("loading" in update.message for update in updates)
    assert len(result["sides"]) == 1 and updates[-1].done == 1


@pytest.mark.usefixtures("_both_ways_are_never_one")
def test_with_a_network_there_is_an_answer_before_it_is_asked_and_a_finer_one_after() -> None:
    updates, result = drain(retrack(FILM, [gap(4, 15)], NETWORK))
    answers = cells(updates)
    assert len(answers) == 3 and all(update.frames.tolist() == list(range(5, 15)) for update in answers)
    assert np.abs(answers[0].xy[:, 0] - TRUTH[5:15]).max() < 1, "templates alone, at once"
    np.testing.assert_array_equal(result["sides"][0].xy[1:-1], answers[2].xy[:, 0])
    assert not np.array_equal(answers[1].xy, answers[2].xy)
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == 1


@pytest.mark.usefixtures("_both_ways_are_never_one")
@pytest.mark.parametrize(("threads", "room", "expected"), [(2, 1 << 30, True), (1, 1 << 30, False), (2, 10_000, False)])
def test_with_cores_and_room_both_directions_are_followed_at_once(
        threads: int, room: int, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = []
    real = both_ways.solve_gaps

    def solve_gaps(*args: Any, together: bool = False, **others: Any) -> Any:
        chosen.append(together)
        return real(*args, together=together, **others)

    monkeypatch.setattr(both_ways, "solve_gaps", solve_gaps)
    monkeypatch.setattr(module, "HELD_BYTES", room)
    in_turn = drain(retrack(FILM, [gap(4, 15)], NETWORK))[1]["sides"][0]
    with torch_threads_are(threads):
        sides = drain(retrack(FILM, [gap(4, 15)], NETWORK))[1]["sides"][0]
    assert chosen == [False, False, False, expected], "templates alone, and then the network, each time"
    np.testing.assert_allclose(sides.xy, in_turn.xy, atol=1e-2)


def test_of_a_long_gap_only_what_a_new_end_contradicts_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.core.gaps.LONG", 20)
    monkeypatch.setattr(both_ways, "AGREES_FOR", 5)
    old = TRUTH.copy()
    old[20:] += 20
    ends = [(float(x), float(y)) for x, y in TRUTH[[1, 28]]]
    for options in (LUCAS_KANADE, NETWORK):
        updates, result = drain(retrack(FILM, [Gap(7, 1, 28, *ends, old[1:29], (False, True))], options))
        written = np.concatenate([update.frames for update in cells(updates)])
        assert set(written.tolist()) == set(range(16, 28)), "frame 15 is where it joins the old track"
        assert updates[0].done <= 0.1 and cells(updates)[0].frames[-1] == 27, "beside the new end, at once"
        assert [(one.frames[0], one.frames[-1]) for one in result["sides"]] == [(15, 28)]
        done = [update.done for update in updates]
        assert done == sorted(done) and done[-1] == 1


def test_the_network_goes_through_no_frames_between_stretches_that_are_far_apart(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "APART", 8)
    asked: list[set[int]] = []

    def solve_gaps(tracker: Tracker, job: GapJob, control: Control, **how: Any) -> Any:
        if not isinstance(tracker, LucasKanadeTracker):
            asked.append({frame for gap in job.gaps for frame in gap.frames})
        return (yield from whole(tracker, job, control, **how))

    whole = both_ways.solve_gaps
    monkeypatch.setattr(both_ways, "solve_gaps", solve_gaps)
    monkeypatch.setattr("napari_cotracker.core.blending.ONE", -1.0)
    updates, result = drain(retrack(FILM, [gap(20, 29), gap(1, 5), gap(7, 10)], NETWORK))
    assert [(min(frames), max(frames)) for frames in asked] == [(1, 10), (20, 29)]
    assert sorted(int(one.frames[0]) for one in result["sides"]) == [1, 7, 20]
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == 1


def frames_kept(monkeypatch: pytest.MonkeyPatch) -> list[range]:
    """What is kept from now on, where there is room for 22 frames."""
    kept: list[range] = []

    def hold(video: Video, frames: range) -> Video:
        kept.append(frames)
        return video

    monkeypatch.setattr(module, "HELD_BYTES", 22 * FILM.width * FILM.height * 3)
    monkeypatch.setattr(module, "hold", hold)
    return kept


@pytest.mark.parametrize(("gaps", "frames"), [
    ([gap(4, 15)], range(4, 16)), ([gap(20, 25, 2), gap(4, 15), gap(25, 29, 2, end=False)], range(4, 26)),
    ([gap(0, 4, start=False), gap(4, 15), gap(15, 29, end=False)], range(4, 16)), ([gap(4, 29, end=False)], None),
    ([gap(0, 29)], None),
])
def test_frames_are_kept_that_both_directions_go_through(
        gaps: list[Gap], frames: range | None, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = frames_kept(monkeypatch)
    drain(retrack(FILM, gaps, NETWORK))
    assert kept == ([] if frames is None else [frames])


def test_corrections_under_way_share_the_room_for_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = frames_kept(monkeypatch)
    first = retrack(FILM, [gap(4, 15)], NETWORK)
    next(first)
    drain(retrack(FILM, [gap(15, 26)], NETWORK))
    assert kept == [range(4, 16)], "12 and 12 frames do not fit into 22"
    first.close()
    drain(retrack(FILM, [gap(15, 26)], NETWORK))
    assert kept == [range(4, 16), range(15, 27)]


def test_what_is_near_is_answered_before_what_is_far_is_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_SECONDS", 0.0)
    monkeypatch.setattr("napari_cotracker.trackers.lucas_kanade.FRAMES_PER_UPDATE", 3)
    gaps = [gap(0, 12, start=False), gap(12, 16), gap(16, 29, end=False)]
    updates, result = drain(retrack(FILM, gaps, LUCAS_KANADE))
    order = [int(update.frames[0]) for update in cells(updates)]
    through = order.index(max(order))
    assert min(order[:through]) < 12 and any(12 < t < 16 for t in order[:through]), order
    assert sorted((one.frames[0], one.frames[-1]) for one in result["sides"]) == [(0, 12), (12, 16), (16, 29)]
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == 1


def test_open_gaps_are_not_shown_twice() -> None:
    updates, _ = drain(retrack(FILM, [gap(15, 29, end=False)], NETWORK))
    assert "loading" in updates[0].message, "no first look"


def test_nothing_to_do_is_done_at_once() -> None:
    assert drain(retrack(FILM, [], NETWORK)) == ([], {"meta": {}, "sides": [], "bad_frames": []})


@pytest.mark.usefixtures("_both_ways_are_never_one")
def test_a_cancelled_run_keeps_the_first_answer() -> None:
    control = Meanwhile()
    run = retrack(FILM, [gap(4, 15)], NETWORK, control=control)
    answers = []
    with pytest.raises(StopIteration) as stop:
        while True:
            update = next(run)
            if len(update.frames):
                answers.append(update)
                control.cancel_after = 0
    assert len(answers) == 1 and stop.value.value["sides"] == []


@pytest.mark.usefixtures("_both_ways_are_never_one")
def test_others_take_part_and_are_never_answered_for() -> None:
    others = Others(np.array([4]), np.array([[[50, 50], [70, 70]]], np.float32))
    updates, _ = drain(retrack(FILM, [gap(4, 15)], NETWORK, others=others))
    assert {int(id) for update in cells(updates) for id in update.ids} == {7}


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(TrackingError, match="within the 30 frames"):
        next(retrack(FILM, [replace(gap(4, 15), last=40, old=np.zeros((37, 2), np.float32))], LUCAS_KANADE))
    with pytest.raises(CheckpointError):
        next(retrack(FILM, [gap(4, 15)], replace(NETWORK, checkpoint="gone.pth")))
