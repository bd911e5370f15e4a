"""The queue points at the right track and frame for the right reason."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core.cues import Cue, gather
from napari_cotracker.core.neighbours import Neighbours
from napari_cotracker.core.ranking import Moment, RankingRules, order, rank
from napari_cotracker.core.signs import nearest
from napari_cotracker.core.tracks import Source, is_anchor
from tests.doubtful_clips import Sheet, blink, drift, jump, sheet, spoiled, swap, waver


def ranked(clip: Sheet, hidden: np.ndarray | None = None, doubt: np.ndarray | None = None,
           rules: RankingRules | None = None) -> list[Moment]:
    columns = np.arange(len(clip.ids))
    neighbours = Neighbours(clip, clip.size)
    neighbours.compare(columns)
    evidence = gather(clip, clip.size, columns, np.full(len(columns), -1), neighbours, doubt=doubt)
    return order([moment for moments in rank(clip.ids, evidence, hidden, rules) for moment in moments])


def serious(clip: Sheet, **more: np.ndarray) -> list[Moment]:
    return [moment for moment in ranked(clip, **more) if moment.score > 0.2]


def test_a_clip_without_a_fault_asks_for_nothing() -> None:
    assert not serious(sheet())


def test_a_jump() -> None:
    clip = sheet()
    jump(clip, 3, 40)
    worst = serious(clip)[0]
    assert (worst.id, worst.frame, worst.cue, worst.reason) == (30, 40, Cue.JUMP, "jumps 20 px")


def test_a_drift_is_caught_before_its_end() -> None:
    clip = sheet()
    drift(clip, 5, 30)
    moments = serious(clip)
    assert {moment.id for moment in moments} == {50}
    assert moments[0].cue == Cue.OUTLIER
    assert 40 <= moments[0].frame <= 70
    assert moments[0].reason.startswith("moves unlike its neighbours (")


def test_a_swap_is_asked_about_on_both_tracks_where_it_happens() -> None:
    clip = sheet()
    swap(clip, 5, 6, 50)
    assert {(moment.id, moment.frame) for moment in serious(clip)[:2]} == {(50, 50), (60, 50)}


def test_an_occlusion_that_flickers() -> None:
    clip = sheet()
    blink(clip, 2, range(40, 47))
    worst = serious(clip)[0]
    assert (worst.id, worst.cue) == (20, Cue.FLIP)
    assert worst.frame in range(39, 48)


def test_two_sides_that_disagree_are_asked_about_where_they_are_furthest_apart() -> None:
    clip = sheet()
    clip.anchor(79, 8)
    doubt = np.full(clip.state.shape, np.nan, np.float32)
    doubt[:, 8] = 20 * np.exp(-np.square((np.arange(80) - 33) / 8))
    worst = serious(clip, doubt=doubt)[0]
    assert (worst.id, worst.frame, worst.reason) == (80, 33, "forward and backward are 20 px apart")


def test_of_a_plateau_between_anchors_the_middle_is_asked_for() -> None:
    clip = sheet()
    clip.anchor(79, 4)
    waver(clip, 4, range(20, 41), 0.5)
    clip.confidence[21, 4] = 0.49  # the worst by a hair
    worst = serious(clip)[0]
    assert (worst.frame, worst.first, worst.last) == (30, 20, 40)
    assert worst.reason == "confidence 0.50"


def test_of_a_stretch_that_runs_off_the_beginning_is_asked_for() -> None:
    clip = sheet()
    waver(clip, 4, range(40, 80), 0.4)
    clip.confidence[70, 4] = 0.39
    assert serious(clip)[0].frame == 40


def test_backwards_of_its_only_anchor_the_beginning_is_the_end() -> None:
    clip = sheet()
    clip.source[0, 4] = Source.PREDICTED
    clip.anchor(79, 4)
    waver(clip, 4, range(0, 40), 0.4)
    assert serious(clip)[0].frame == 39


def test_neighbouring_doubtful_frames_are_one_moment() -> None:
    clip = sheet()
    waver(clip, 4, range(20, 30), 0.4)
    waver(clip, 4, range(31, 34), 0.5)
    waver(clip, 4, range(60, 64), 0.5)
    assert [(moment.first, moment.last) for moment in serious(clip)] == [(20, 33), (60, 63)]


def test_what_was_looked_at_is_not_asked_again() -> None:
    clip = sheet()
    waver(clip, 4, range(20, 40), 0.4)
    hidden = np.zeros(clip.state.shape, bool)
    hidden[20:34, 4] = True
    assert [(moment.first, moment.last) for moment in serious(clip, hidden=hidden)] == [(34, 39)]
    hidden[34:40, 4] = True
    assert not serious(clip, hidden=hidden)


def test_orders() -> None:
    clip = sheet()
    waver(clip, 4, range(20, 30), 0.6)
    waver(clip, 5, range(50, 60), 0.4)
    moments = [moment for moment in ranked(clip) if moment.score > 0.2]
    assert [moment.id for moment in order(moments)] == [50, 40]
    assert [moment.id for moment in order(moments, by_time=True)] == [40, 50]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000))
def test_what_is_asked_can_be_answered(seed: int) -> None:
    clip, rules = spoiled(seed), RankingRules()
    before, after = nearest(is_anchor(clip.source))
    moments = ranked(clip)
    assert moments
    for moment in moments:
        column = moment.id // 10
        assert np.isfinite(clip.xy[moment.frame, column]).all()
        assert moment.first <= moment.frame <= moment.last
        away = [moment.frame - before[moment.frame, column]] if before[moment.frame, column] >= 0 else []
        away += [after[moment.frame, column] - moment.frame] if after[moment.frame, column] < 40 else []
        assert all(frames >= rules.guard for frames in away)
        assert rules.floor <= moment.score <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_moments_of_one_track_stay_apart(seed: int) -> None:
    rules = RankingRules(apart=4)
    moments = ranked(spoiled(seed), rules=rules)
    for id in {moment.id for moment in moments}:
        spans = sorted((moment.first, moment.last) for moment in moments if moment.id == id)
        assert all(first - last > rules.apart for (_, last), (first, _) in pairwise(spans))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.permutations(range(16)))
def test_the_order_of_tracks_does_not_matter(seed: int, mixed: list[int]) -> None:
    clip = spoiled(seed)
    there, here = ranked(clip), ranked(clip.pick(np.array(mixed)))
    assert {(m.id, m.frame, m.cue) for m in there} == {(m.id, m.frame, m.cue) for m in here}
    np.testing.assert_allclose([m.score for m in there], [m.score for m in here], atol=1e-4)
