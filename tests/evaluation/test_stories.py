"""What a story costs, counted by hand."""

from __future__ import annotations

import json

import pytest

from napari_cotracker.evaluation.annotator import Answer
from napari_cotracker.evaluation.stories import MOST_CORRECTIONS, MOST_LOOKS, Standing, Step, Story, cost_of, summarise

FIX, FINE, HIDDEN = Answer.CORRECT, Answer.VERIFY, Answer.OCCLUDE


def step(answer: Answer, position: float, passed: int = 0, occlusion: float = 0.5, lost: tuple[int, int] = (0, 0)
         ) -> Step:
    return Step(answer, 3, passed, Standing(position, occlusion), *lost)


STORY = Story(40, Standing(0.5, 0.5), [step(FINE, 0.5), step(FIX, 0.9, lost=(2, 1)), step(FIX, 0.95), step(FIX, 0.99)])


def test_a_story_ends_for_the_count_where_the_track_is_right() -> None:
    cost = cost_of(STORY, "position", own=12)
    assert (cost.corrections, cost.looks, cost.actions, cost.wasted, cost.is_met) == (2, 3, 7, 1, True)
    assert cost.own_actions == 1 + 2 * 12 + 2
    placing, fixing = 1.35 + 1.1 + 0.2, 0.28 + 1.35 + 1.1 + 0.2
    assert cost.seconds == pytest.approx(placing + 2 * fixing + (0.28 + 1.35 + 0.28))
    assert cost.area == pytest.approx((3 * 0.5 + 2 * 0.9 + 25 * 0.95) / 30)


def test_one_that_is_right_at_once_takes_one_click() -> None:
    cost = cost_of(Story(9, Standing(0.95, 0)), "position", own=12)
    assert (cost.corrections, cost.looks, cost.actions, cost.own_actions, cost.is_met) == (0, 0, 1, 1, True)


def test_one_that_never_gets_right_counts_as_sixty() -> None:
    cost = cost_of(STORY, "both", own=2)
    assert (cost.corrections, cost.actions, cost.is_met) == (60, 1 + 2 * 61, False)


def test_visibility_counts_where_it_is_asked_for() -> None:
    story = Story(9, Standing(1, 0.9), [step(HIDDEN, 1, occlusion=0.96)])
    assert cost_of(story, "position", 2).looks == 0
    both = cost_of(story, "both", 2)
    assert (both.corrections, both.looks, both.actions, both.wasted, both.is_met) == (0, 1, 3, 0, True)


def test_watched_frames_are_looks_and_take_time() -> None:
    cost = cost_of(Story(99, Standing(0, 0), [step(FIX, 1, passed=50)]), "position", 2)
    assert (cost.looks, cost.actions) == (50, 3)
    assert cost.seconds == pytest.approx(2 * (1.35 + 1.1 + 0.2) + 50 * 0.05)


def test_patience_ends() -> None:
    assert not STORY.is_spent
    assert Story(9, steps=[step(FIX, 0)] * MOST_CORRECTIONS).is_spent
    assert not Story(9, steps=[step(FINE, 0)] * (MOST_LOOKS - 1)).is_spent
    assert Story(9, steps=[step(FINE, 0)] * MOST_LOOKS).is_spent


def test_many_stories_in_one_row() -> None:
    facts = summarise([STORY, Story(60, Standing(1, 1), pin_error=0.25)], "position", 12)
    assert facts["tracks"] == 2 and facts["corrections"] == {"median": 1, "mean": 1, "p90": pytest.approx(1.8)}
    assert facts["corrections_per_100_frames"] == 2 and facts["looks_per_100_frames"] == 3
    assert (facts["none_needed"], facts["unmet"], facts["pin_error"]) == (0.5, 0, 0.25)
    assert facts["wasted_looks"] == pytest.approx(1 / 3, abs=1e-4)
    assert (facts["lost_inside"], facts["lost_outside"]) == (2, 1)
    json.dumps(facts, allow_nan=False)


def test_what_came_after_the_end_is_not_counted() -> None:
    late = Story(9, Standing(0, 0), [step(FIX, 1), step(FIX, 0, lost=(5, 5))])
    assert summarise([late], "position", 2)["lost_inside"] == 0
    at_once = Story(9, Standing(1, 0), [step(FIX, 0, lost=(5, 5))])
    assert summarise([at_once], "position", 2)["lost_inside"] == 0
