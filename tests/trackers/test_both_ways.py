"""Both directions of any tracker become one answer between known cells."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_cotracker.core.blending import Sides
from napari_cotracker.core.gaps import Gap, GapJob
from napari_cotracker.core.tracker import Control, TrackJob, TrackUpdate
from napari_cotracker.trackers.both_ways import AGREES_FOR, agreement, solve_gaps, update_of
from napari_cotracker.trackers.lucas_kanade import LucasKanadeSettings, LucasKanadeTracker
from tests.generators import drain
from tests.moving_films import Film, moving_film
from tests.trackers.networks import Meanwhile

T = 60


def truth(t: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float32]:
    """A point that moves steadily."""
    return np.stack([10 + 2.0 * t, np.full(len(t), 30.0)], 1).astype(np.float32)


def video(n_frames: int = T) -> Film:
    return Film(np.zeros((n_frames, 8, 8, 3), np.uint8))


@dataclass
class Drifting:
    """Follows the truth from each query, with an error that grows, a few frames an update."""

    drift: float = 0.0
    per_update: int = 5
    guesses: bool = False
    jobs: list[TrackJob] = field(default_factory=list)

    def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        self.jobs.append(job)
        frames = np.array(job.frames)
        step = 1 if len(frames) < 2 or frames[1] > frames[0] else -1
        for start in range(0, len(frames), self.per_update):
            if control.cancelled():
                return
            part = frames[start : start + self.per_update]
            since = (part[:, None] - job.queries.t) * step
            base = job.queries.xy - truth(job.queries.t)
            xy = truth(part)[:, None] + base + self.drift * step * since[..., None] * np.array([0, 1])
            xy = np.where(since[..., None] >= 0, xy, np.nan).astype(np.float32)
            scores = np.where(since >= 0, np.exp(-since / 40), np.nan).astype(np.float32)
            if self.guesses:
                yield TrackUpdate(part, job.queries.ids, xy + 50, scores, scores, 0.1, "guess", is_guess=True)
            yield TrackUpdate(part, job.queries.ids, xy, scores, scores, start / len(frames), "following")


def gap(first: int, last: int, id: int = 4, *, start: bool = True, end: bool = True, old: float = 40.0) -> Gap:
    """Both ends right, the old track off by so many pixels."""
    here = truth(np.arange(first, last + 1))
    ends = [tuple(map(float, xy)) for xy in (here[0], here[-1])]
    return Gap(id, first, last, ends[0] if start else None, ends[1] if end else None,  # type: ignore[arg-type]
               here + np.float32(old))


def written(updates: list[TrackUpdate], n_frames: int = T, id: int = 4) -> NDArray[np.float32]:
    """(T, 2) what a listener holds in the end."""
    xy = np.full((n_frames, 2), np.nan, np.float32)
    for update in updates:
        for column in np.flatnonzero(update.ids == id):
            xy[update.frames] = update.xy[:, column]
    return xy


def solve(tracker: Drifting | LucasKanadeTracker, *gaps: Gap, film: Film | None = None,
          control: Control | None = None, together: bool = False) -> tuple[list[TrackUpdate], list[Sides | None]]:
    return drain(solve_gaps(tracker, GapJob(film or video(), gaps), control or Control(), together=together))


def test_a_closed_gap_is_solved_from_both_ends() -> None:
    updates, sides = solve(Drifting(drift=0.5), gap(10, 50))
    xy = written(updates)
    assert np.isnan(xy[:11]).all() and np.isnan(xy[50:]).all(), "nothing outside, no known cell"
    error = np.abs(xy[11:50] - truth(np.arange(11, 50))).max()
    assert error < 8, "one direction alone drifts by 20"
    assert sides[0] is not None
    assert sides[0].frames.tolist() == list(range(10, 51)) and sides[0].id == 4
    np.testing.assert_array_equal(sides[0].xy[1:-1], xy[11:50])
    assert sides[0].doubt.max() > 5


def test_at_the_same_time_or_in_turn_the_answer_is_the_same() -> None:
    gaps = gap(10, 40), gap(20, 59, 5, end=False), gap(3, 9, 6)
    (one, sides), (other, others) = (solve(Drifting(drift=0.5), *gaps, together=together) for together in (False, True))
    for id in (4, 5, 6):
        np.testing.assert_array_equal(written(one, id=id), written(other, id=id))
    for left, right in zip(sides, others, strict=True):
        assert left is not None and right is not None
        np.testing.assert_array_equal(left.doubt, right.doubt)
    for updates in (one, other):
        done = [update.done for update in updates]
        assert done == sorted(done) and done[-1] == 1


def test_at_the_same_time_neither_direction_waits_for_the_other() -> None:
    both = threading.Barrier(2, timeout=10)

    class Meeting(Drifting):
        def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
            both.wait()
            yield from super().track(job, control)

    sides = solve(Meeting(), gap(10, 50), together=True)[1]
    assert sides[0] is not None


def test_a_perfect_tracker_is_right_everywhere_for_a_thousand_frames() -> None:
    film = video(1000)
    updates, _ = solve(Drifting(per_update=64), gap(0, 500), gap(500, 999), film=film)
    xy = written(updates, 1000)
    inner = np.setdiff1d(np.arange(1000), [0, 500, 999])
    np.testing.assert_allclose(xy[inner], truth(inner), atol=1e-3)


def test_all_gaps_go_through_the_same_two_passes() -> None:
    tracker = Drifting()
    updates, sides = solve(tracker, gap(5, 20, 1), gap(20, 40, 1), gap(10, 30, 2))
    assert len(tracker.jobs) == 2
    assert [job.frames for job in tracker.jobs] == [range(5, 41), range(40, 4, -1)]
    assert all(one is not None for one in sides)
    assert {int(id) for update in updates for id in update.ids} == {1, 2}


def test_an_open_gap_ends_where_it_agrees_with_the_old_track() -> None:
    wrong = gap(10, 59, end=False)
    wrong.old[:] = truth(wrong.frames)
    wrong.old[:15] += 9
    tracker = Drifting(per_update=4)
    updates, sides = solve(tracker, wrong)
    xy = written(updates)
    assert len(tracker.jobs) == 1, "there is nothing to follow backward from"
    np.testing.assert_allclose(xy[11:25], truth(np.arange(11, 25)), atol=1e-3)
    until = 10 + 15 + AGREES_FOR
    assert np.isnan(xy[until:]).all() and sides[0] is not None and sides[0].frames[-1] == until - 1
    assert max(update.frames.max() for update in updates if len(update.frames)) < until + 4, "it was not followed on"


def test_an_open_gap_without_agreement_goes_to_its_end_as_it_comes() -> None:
    updates, sides = solve(Drifting(), gap(10, 59, end=False))
    frames = [update.frames.tolist() for update in updates if len(update.frames)]
    assert frames[0] == [11, 12, 13, 14] and len(frames) > 5
    assert sides[0] is not None and sides[0].frames.tolist() == list(range(10, 60))
    backward, _ = solve(Drifting(), gap(0, 20, start=False))
    assert np.isfinite(written(backward)[:20]).all() and np.isnan(written(backward)[20:]).all()


def test_where_there_was_nothing_there_is_nothing_to_agree_with() -> None:
    empty = gap(10, 59, end=False)
    empty.old[:] = np.nan
    assert np.isfinite(written(solve(Drifting(), empty)[0])[11:]).all()


def test_guesses_are_not_passed_on() -> None:
    updates, _ = solve(Drifting(guesses=True), gap(10, 59, end=False), gap(3, 9, 5))
    np.testing.assert_allclose(written(updates)[11:], truth(np.arange(11, 60)), atol=1e-3)


@pytest.mark.parametrize("after", [0, 2, 14])
def test_a_cancelled_run_says_nothing_half_known_of_closed_gaps(after: int) -> None:
    updates, sides = solve(Drifting(), gap(10, 50), control=Meanwhile(cancel_after=after))
    assert sides == [None] and np.isnan(written(updates)).all()


def test_agreement_needs_all_its_frames_at_once() -> None:
    track = gap(0, 59, end=False, old=0)
    heard = solve(Drifting(), gap(0, 59, end=False))[1][0]
    assert heard is not None
    assert agreement(track, heard.forward, 1, 1.0) == AGREES_FOR
    track.old[AGREES_FOR - 1] += 5
    assert agreement(track, heard.forward, 1, 1.0) == 2 * AGREES_FOR
    for scores in heard.forward[1:]:
        scores[:] = 0.9
    heard.forward.confidence[AGREES_FOR] = 0.2
    assert agreement(track, heard.forward, 1, 1.0) == 2 * AGREES_FOR
    assert agreement(track, heard.forward, 1, 1.0, surely=True) == 2 * AGREES_FOR + 1, "it has to be seen"
    track.old[::8] += 5
    assert agreement(track, heard.forward, 1, 1.0) == 60


def test_known_cells_are_never_sent() -> None:
    one = gap(3, 9)
    sides = solve(Drifting(), one)[1][0]
    assert sides is not None
    update = update_of(one, one.frames, sides.forward, 0.5, "words")
    assert update.frames.tolist() == [4, 5, 6, 7, 8] and update.ids.tolist() == [4]
    assert update.xy.shape == (5, 1, 2) and (update.done, update.message) == (0.5, "words")


def test_a_real_tracker_on_a_real_film() -> None:
    film, place = moving_film(24)
    points = np.array([place((60, 60), 0, t) for t in range(24)], np.float32)
    gaps = [Gap(4, 2, 20, tuple(points[2].tolist()), tuple(points[20].tolist()), points[2:21] + 9)]
    updates, _ = solve(LucasKanadeTracker(LucasKanadeSettings()), *gaps, film=film)
    assert np.abs(written(updates, 24)[3:20] - points[3:20]).max() < 1


def test_a_beat_comes_at_least_once_an_update() -> None:
    @dataclass
    class Slow:
        tick: Callable[[], None] = lambda: time.sleep(0)

        def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
            for done in (0.2, 0.4):
                self.tick()
                yield TrackUpdate.heartbeat(done, "thinking")
            yield from Drifting().track(job, control)

    updates, _ = drain(solve_gaps(Slow(), GapJob(video(), (gap(2, 9),)), Control()))
    beats = [update for update in updates if not len(update.frames)]
    assert beats[0].message == "thinking" and beats[0].done == pytest.approx(0.1)
    done = [update.done for update in updates]
    assert done == sorted(done)
