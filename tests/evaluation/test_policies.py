"""The policies that are compared."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.blending import Side
from napari_cotracker.evaluation import queues
from napari_cotracker.evaluation.effort import Sitting
from napari_cotracker.evaluation.policies import all_policies
from tests.evaluation.annotated import clip_of, steady_hand, straight, work_through


def test_each_rival_has_the_common_queue_and_its_own() -> None:
    policies = {policy.name: policy for policy in all_policies()}
    assert len(policies) == len(all_policies())
    for rival in ("overwrite", "to next", "nearest", "flow both ways"):
        low, scan = policies[f"{rival}, low confidence"], policies[f"{rival}, scan"]
        assert (low.queue, low.scans, scan.queue, scan.scans) == (queues.least_confident, False, queues.scan, True)
        assert (low.rule, low.actions, low.tracker) == (scan.rule, scan.actions, scan.tracker)
    assert {policy.tracker for policy in policies.values()} == {"", "lucas-kanade"}


def test_a_tracker_without_fault_needs_nobody() -> None:
    clip = clip_of(straight(30, 2))
    for policy in all_policies():
        sitting = Sitting(policy, steady_hand(clip))
        work_through(sitting, clip, lambda steps: 0)
        expected = 1 if policy.places_last else 0
        assert [len(story.steps) for story in sitting.stories] == [expected] * 2, policy.name
        assert sitting.share_done == 1


def test_our_span_solver_and_queue_can_be_others() -> None:
    clip, spans, asked = clip_of(straight(30)), [], []

    def solve(track: int, first: int, last: int, forward: Side, backward: Side) -> Side:
        spans.append((track, first, last, len(forward.xy)))
        return backward

    def last_frame(view: queues.View) -> queues.Choice:
        asked.append(len(view.looked))
        return queues.Choice(np.array([-1 if view.looked[29, 0] else 29]), np.ones(1))

    ours = next(policy for policy in all_policies(solve, last_frame) if policy.name == "ours, queue")
    work_through(Sitting(ours, steady_hand(clip)), clip, lambda steps: 0.5 * steps)
    assert spans == [(0, 0, 29, 30)] and asked == [30, 30]
