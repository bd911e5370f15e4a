"""An annotator at work, with trackers whose faults are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.evaluation import queues, rules
from napari_cotracker.evaluation.annotator import Answer
from napari_cotracker.evaluation.effort import Sitting
from napari_cotracker.evaluation.policies import Approval, Policy, all_policies
from napari_cotracker.evaluation.stories import cost_of
from tests.evaluation.annotated import clip_of, steady_hand, straight, work_through

POLICIES = {policy.name: policy for policy in all_policies()}
FORWARD = POLICIES["to next, scan"]


def away(steps: np.ndarray) -> np.ndarray:
    """Half a pixel of drift a frame."""
    return 0.5 * steps


def in_order(*frames: int) -> queues.Queue:
    """A queue of these frames and no others, for one track."""
    order = iter((*frames, -1))
    return lambda view: queues.Choice(np.array([next(order)]), np.ones(1))


def test_scanning_a_steady_drift_takes_a_click_whenever_it_exceeds_the_tolerance() -> None:
    clip = clip_of(straight(40))
    sitting = Sitting(FORWARD, steady_hand(clip))
    work_through(sitting, clip, away)
    (story,) = sitting.stories
    # the first nine frames are right (0 … 4 px), and so are nine from each click on
    assert story.start.position == 9 / 40
    assert [step.frame for step in story.steps] == [9, 18, 27, 36]
    assert [step.passed for step in story.steps] == [9] * 4
    assert [step.standing.position for step in story.steps] == [18 / 40, 27 / 40, 36 / 40, 1]
    cost = cost_of(story, "position", 12)
    assert (cost.corrections, cost.looks, cost.actions, cost.own_actions) == (4, 36, 9, 49)


def test_keyframes_count_both_first_anchors_and_fit_what_moves_steadily() -> None:
    clip = clip_of(straight(40))
    sitting = Sitting(POLICIES["keyframes, uniform"], steady_hand(clip))
    assert work_through(sitting, clip, away) == {}
    (story,) = sitting.stories
    assert story.start.position == 9 / 40  # stands still until the last frame is placed
    assert [(step.answer, step.frame) for step in story.steps] == [(Answer.CORRECT, 39)]


def test_keyframes_of_a_bend_are_bisected() -> None:
    xy = straight(41)
    xy[:, 0, 0] = 20 + 3.0 * np.minimum(np.arange(41), 20)
    sitting = Sitting(POLICIES["keyframes, uniform"], steady_hand(clip_of(xy)))
    work_through(sitting, clip_of(xy), away)
    assert [step.frame for step in sitting.stories[0].steps] == [40, 20]


def test_overwriting_destroys_later_work_and_ours_does_not() -> None:
    clip, lost = clip_of(straight(40)), {}
    for name in ("overwrite, low confidence", "to next, low confidence", "ours, queue"):
        sitting = Sitting(replace(POLICIES[name], queue=in_order(30, 15)), steady_hand(clip))
        work_through(sitting, clip, away)
        (story,) = sitting.stories
        assert [step.frame for step in story.steps] == [30, 15]
        lost[name] = (story.steps[1].lost_outside, story.pin_error)
    # frames 30 to 38 were right; from frame 15 on they are 7.5 px off and more
    assert lost["overwrite, low confidence"] == (9, pytest.approx(7.5))
    assert lost["to next, low confidence"] == lost["ours, queue"] == (0, 0)


@pytest.mark.parametrize(("approval", "pinned"), [(Approval.NOTED, False), (Approval.KEPT, True),
                                                  (Approval.SOLVED_FROM, True)])
def test_what_becomes_of_an_approved_cell(approval: Approval, pinned: bool) -> None:
    clip = clip_of(straight(40))
    policy = Policy("one look", rules.BothWays(rules.blend_span), in_order(4), 2, approval=approval)
    sitting = Sitting(policy, steady_hand(clip))
    legs = work_through(sitting, clip, away)
    (story,) = sitting.stories
    assert [(step.answer, step.frame) for step in story.steps] == [(Answer.VERIFY, 4)]
    assert (sitting.tracks().source[4, 0] == Source.HUMAN) == pinned
    assert ({leg.frame for leg in legs} == {0, 4}) == (approval is Approval.SOLVED_FROM)
    assert sitting.tracks().xy[4, 0].tolist() == pytest.approx([24, 20])


def test_hidden_frames_are_settled_by_one_answer_and_never_placed() -> None:
    visible = np.ones((40, 1), bool)
    visible[10:20] = False
    clip = clip_of(straight(40), visible)

    def hidden_first(view: queues.View) -> queues.Choice:
        return queues.Choice(np.array([int(np.argmin(view.looked[10:20, 0])) + 10]), np.ones(1))

    policy = replace(POLICIES["ours, queue"], queue=hidden_first)
    sitting = Sitting(policy, steady_hand(clip), stop="both")
    work_through(sitting, clip, lambda steps: 0)
    (story,) = sitting.stories
    assert {step.answer for step in story.steps} == {Answer.OCCLUDE}
    assert len(story.steps) == 8  # ten frames are wrong, two may be
    assert story.start.meets("position") and not story.start.meets("both")
    assert (sitting.tracks().state[10:18, 0] == State.OCCLUDED_LOCATED).all()
    placed_first = Sitting(policy, steady_hand(clip), stop="position")
    work_through(placed_first, clip, lambda steps: 0)
    assert placed_first.stories[0].steps == []


def test_points_that_start_late_are_followed_backward_too() -> None:
    visible = np.ones((40, 1), bool)
    visible[:10] = False
    clip = clip_of(straight(40), visible)
    sitting = Sitting(POLICIES["ours, queue"], steady_hand(clip))
    legs = work_through(sitting, clip, lambda steps: 0)
    assert {(leg.frame, leg.is_backward) for leg in legs} == {(10, False), (10, True)}
    assert np.isfinite(sitting.tracks().xy).all()


def test_policies_ask_for_the_same_legs_as_long_as_they_do_the_same() -> None:
    clip = clip_of(straight(60, 3))
    person = steady_hand(clip, jitter=0.5)
    names = ("overwrite, scan", "nearest, scan", "ours, queue")
    asked = [Sitting(POLICIES[name], person).advance({}) for name in names]
    assert asked[0] == asked[1] == asked[2] and len(asked[0]) == 6


@settings(max_examples=25)
@given(st.sampled_from(sorted(POLICIES)), st.integers(0, 999))
def test_whatever_the_tracker_does_pins_hold_and_work_ends(name: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    visible = chance.random((30, 2)) > 0.2
    visible[chance.integers(0, 30, 2), [0, 1]] = True
    clip = clip_of(straight(30, 2), visible)
    sitting = Sitting(POLICIES[name], steady_hand(clip, jitter=0.5))
    work_through(sitting, clip, lambda steps: chance.normal(0, 2) * steps)
    assert sitting.share_done == 1
    for story in sitting.stories:
        if POLICIES[name].keeps_pins:
            assert story.pin_error == 0
            assert sum(step.lost_outside for step in story.steps) == 0
            assert story.until("position") is not None
        assert all(0 <= step.standing.position <= 1 for step in story.steps)


def test_a_less_steady_hand_has_more_to_do() -> None:
    clip = clip_of(straight(200, 8))
    steps = []
    for jitter in (0.0, 3.0, 9.0):
        sitting = Sitting(FORWARD, steady_hand(clip, jitter=jitter))
        work_through(sitting, clip, lambda steps: 0)
        steps.append(sum(len(story.steps) for story in sitting.stories))
    assert steps[0] == 0 < steps[1] < steps[2]
