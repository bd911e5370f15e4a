"""Of long stretches between known cells only what a new one contradicts is solved again."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_cotracker.core import gaps
from napari_cotracker.core.blending import Side, Sides
from napari_cotracker.core.gaps import Gap, GapJob
from napari_cotracker.core.tracker import Control, RemoteControl, TrackUpdate
from napari_cotracker.tasks import first_look
from napari_cotracker.tasks.first_look import look, narrowed
from napari_cotracker.trackers import both_ways
from napari_cotracker.trackers.both_ways import AGREES_FOR
from tests.generators import drain
from tests.moving_films import moving_film

T = 90
FILM, WHERE = moving_film(T, velocity=(0.5, -0.25))
TRUTH = np.array([WHERE((50, 70), 0, t) for t in range(T)], np.float32)


@pytest.fixture(autouse=True)
def _what_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaps, "LONG", 40)


def gap(first: int, last: int, wrong: NDArray[Any] | range, *, start: bool = False, end: bool = False) -> Gap:
    """Both ends known, one of them new or both; the old track off by 20 px on some frames."""
    old = TRUTH.copy()
    old[list(wrong)] += 20
    ends = [(float(x), float(y)) for x, y in (TRUTH[first], TRUTH[last])]
    return Gap(3, first, last, ends[0], ends[1], old[first : last + 1], (start, end))


def cut(*gaps: Gap) -> tuple[list[tuple[int, int]], NDArray[np.int64]]:
    """Which frames are to be solved, and which have been shown, in that order."""
    updates, left = drain(narrowed(GapJob(FILM, gaps), Control()))
    for part in left:
        assert part.is_closed
        np.testing.assert_allclose([part.start_xy, part.end_xy], TRUTH[[part.first, part.last]], atol=1e-4)
        assert len(part.old) == len(part)
    for update in updates:
        if len(update.frames):
            np.testing.assert_allclose(update.xy[:, 0], TRUTH[update.frames], atol=1)
    return [(part.first, part.last) for part in left], np.concatenate(
        [np.zeros(0, np.int64), *(update.frames for update in updates)])


def test_a_new_end_is_followed_to_where_the_old_track_holds() -> None:
    parts, shown = cut(gap(2, 88, range(60, 90), end=True))
    assert parts == [(60 - AGREES_FOR, 88)]
    assert shown.max() == 87 and shown.min() == 61 - AGREES_FOR, "no known cell, and nothing of what holds"
    parts, shown = cut(gap(2, 88, range(20), start=True))
    assert parts == [(2, 19 + AGREES_FOR)] and (shown.min(), shown.max()) == (3, 18 + AGREES_FOR)


def test_what_is_right_already_is_left_but_for_the_frames_that_show_it() -> None:
    assert cut(gap(0, 80, range(0), end=True))[0] == [(81 - AGREES_FOR, 80)]


def test_two_new_ends_leave_what_is_right_between_them() -> None:
    parts, shown = cut(gap(0, 89, [*range(10), *range(80, 90)], start=True, end=True))
    assert parts == [(0, 9 + AGREES_FOR), (80 - AGREES_FOR, 89)]
    assert set(shown.tolist()) == {*range(1, 9 + AGREES_FOR), *range(81 - AGREES_FOR, 89)}


@pytest.mark.parametrize("one", [
    gap(0, 89, range(1, 89), start=True), gap(0, 89, range(1, 89), end=True),
    gap(0, 89, [*range(50), *range(60, 90)], start=True, end=True),
])
def test_where_old_and_new_never_agree_for_long_all_of_it_is_to_be_solved(one: Gap) -> None:
    parts, shown = cut(one)
    assert parts == [(0, 89)] and len(shown)
    assert not {0, 89} & set(shown.tolist()), "the other end is known, too"


@pytest.mark.parametrize("one", [gap(0, 89, range(60, 90)), gap(50, 89, range(60, 90), end=True)])
def test_short_ones_and_those_without_a_new_end_are_solved_whole(one: Gap) -> None:
    parts, shown = cut(one)
    assert parts == [(one.first, one.last)] and not len(shown)


def test_where_the_old_track_goes_on_it_is_not_moved() -> None:
    """It and what templates say may differ by a pixel and more; one frame of theirs would stick out of the track."""
    one = gap(0, 89, range(60, 90), end=True)
    one = replace(one, old=one.old + np.float32(0.6))
    updates, (part,) = drain(narrowed(GapJob(FILM, (one,)), Control()))
    np.testing.assert_array_equal(part.start_xy, one.old[part.first])
    assert part.first not in np.concatenate([update.frames for update in updates])


def test_stopped_at_its_very_first_frame_a_stretch_is_still_one() -> None:
    one, answers = gap(0, 89, range(60, 90), end=True), iter([False])
    control = RemoteControl()
    control.cancelled = lambda: next(answers, True)  # type: ignore[method-assign]
    assert drain(narrowed(GapJob(FILM, (one,)), control))[1] == (one,)


def test_each_new_end_is_shown_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_look, "TURN_SECONDS", 0.0)
    monkeypatch.setattr("napari_cotracker.trackers.lucas_kanade.FRAMES_PER_UPDATE", 3)
    _, shown = cut(gap(0, 89, range(1, 89), start=True, end=True))
    assert shown[:20].min() < 10 and shown[:20].max() > 80


def answered(monkeypatch: pytest.MonkeyPatch, one: Gap, apart: NDArray[Any], *, seen: float = 0.9) -> None:
    """Templates say the truth forward, and so many pixels beside it backward."""

    def solve_gaps(*_: object, **__: object) -> Generator[TrackUpdate, None, list[Sides | None]]:
        xy, scores = TRUTH[one.first : one.last + 1], np.full(len(one), 1, np.float32)
        forward, backward = Side(xy, scores, scores), Side(xy + apart[:, None], scores * np.float32(seen), scores)
        yield TrackUpdate.heartbeat(1.0, "")
        return [Sides(one.id, one.frames, forward, backward, xy)]

    monkeypatch.setattr(both_ways, "solve_gaps", solve_gaps)


def test_of_a_long_stretch_only_what_templates_do_not_settle_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    one = gap(0, 89, range(0))
    apart = np.zeros(90, np.float32)
    apart[[30, 35, 88, 89]] = 9  # between the first two lies too little to be sure of
    answered(monkeypatch, one, apart)
    _, found = drain(look(GapJob(FILM, (one,)), Control()))
    assert [(each.frames[0], each.frames[-1]) for each in found.settled] == [(0, 29), (36, 87)]
    assert [(part.first, part.last) for part in found.open] == [(29, 36), (87, 89)]
    np.testing.assert_array_equal(found.open[0].start_xy, TRUTH[29])
    assert found.open[1].end_xy == one.end_xy


def test_a_short_stretch_is_settled_as_a_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    one, apart = gap(0, 39, range(0)), np.zeros(40, np.float32)
    answered(monkeypatch, one, apart)
    _, found = drain(look(GapJob(FILM, (one,)), Control()))
    assert len(found.settled) == 1 and not found.open
    apart[39] = 9
    answered(monkeypatch, one, apart)
    assert drain(look(GapJob(FILM, (one,)), Control()))[1] == ([], (one,))


def test_where_a_point_is_not_seen_nothing_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    one = gap(0, 89, range(0))
    answered(monkeypatch, one, np.zeros(90, np.float32), seen=0.1)
    _, found = drain(look(GapJob(FILM, (one,)), Control()))
    assert not found.settled and [(part.first, part.last) for part in found.open] == [(0, 89)]
