"""From a data set to the effort of correcting its tracks."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, TrackingError
from napari_cotracker.core.samples import sample_truth
from napari_cotracker.core.tracker import Control, TrackJob, TrackUpdate
from napari_cotracker.core.video import Video
from napari_cotracker.evaluation.policies import Policy, all_policies
from napari_cotracker.tasks.effort import EffortOptions, measure_effort
from napari_cotracker.tasks.track import TrackOptions
from tests.evaluation.tapvid import FRAMES, entry
from tests.generators import drain

STILL = TrackOptions("still", accept_licence=True)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two clips whose picture stands still; in the second one a point is shown 32 px of 256 beside its place."""
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps({"goat": entry(), "swan": entry(shift=5)}))
    return path


def of_still(video: Video) -> Sequence[Policy]:
    """All policies with the tracker that is evaluated."""
    return [replace(policy, tracker="") for policy in all_policies()]


def figures(facts: dict[str, Any], clip: int, name: str) -> dict[str, Any]:
    return next(policy for policy in facts["clips"][clip]["policies"] if policy["name"] == name)


def test_every_policy_has_figures_for_every_clip_and_all(data: Path) -> None:
    updates, facts = drain(measure_effort(data, STILL, EffortOptions(policies=of_still)))
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == pytest.approx(1)
    assert (facts["model"], facts["stop"], facts["cancelled"]) == ("still", "position", False)
    assert [(clip["name"], clip["frames"], clip["tracks"]) for clip in facts["clips"]] == [
        ("goat", FRAMES, 2), ("swan", FRAMES, 2)]
    assert [policy["name"] for policy in facts["policies"]] == [policy.name for policy in all_policies()]
    json.dumps(facts, allow_nan=False)
    # the picture stands still: the first clip needs nobody; in the second the first point jumps after its first frame
    assert figures(facts, 0, "ours, queue")["corrections"]["mean"] == 0
    for name in ("to next, scan", "overwrite, scan", "ours, scan"):
        assert figures(facts, 1, name)["corrections"]["mean"] == 0.5, name


def test_a_clip_in_which_nothing_is_visible_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "data.pkl"
    hidden = entry() | {"occluded": np.ones((3, FRAMES), bool)}
    path.write_bytes(pickle.dumps({"owl": hidden, "goat": entry()}))
    _, facts = drain(measure_effort(path, STILL, EffortOptions(policies=of_still)))
    assert facts["left_out"] == ["owl"] and [clip["name"] for clip in facts["clips"]] == ["goat"]
    path.write_bytes(pickle.dumps({"owl": hidden}))
    with pytest.raises(CotrackerError, match="visible at some time of clip 'owl', got none"):
        drain(measure_effort(path, STILL, EffortOptions(policies=of_still)))


def test_policies_share_what_the_tracker_says(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.trackers.still import StillTracker

    jobs: list[TrackJob] = []
    whole = StillTracker.track

    def noted(self: StillTracker, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        jobs.append(job)
        return whole(self, job, control)

    monkeypatch.setattr(StillTracker, "track", noted)
    drain(measure_effort(data, STILL, EffortOptions(policies=of_still)))
    asked = [(job.video.fingerprint, job.frames.step, int(t), *xy) for job in jobs
             for t, xy in zip(job.queries.t, job.queries.xy.tolist(), strict=True)]
    assert len(asked) == len(set(asked))
    assert {step for _, step, *_ in asked} == {1, -1}


def test_fewer_tracks_and_other_policies(data: Path) -> None:
    effort = EffortOptions(1, policies=lambda video: [p for p in of_still(video) if p.name.startswith("ours")][:2])
    _, facts = drain(measure_effort(data, STILL, effort))
    assert [policy["tracks"] for policy in facts["policies"]] == [2, 2]


class StopAfter(Control):
    def __init__(self, updates: int) -> None:
        self.left = updates

    def cancelled(self) -> bool:
        return self.left <= 0


@pytest.mark.parametrize("allowed", [0, 1, 5, 20, 40, 60])
def test_a_cancelled_run_keeps_the_clips_that_are_done(allowed: int, data: Path) -> None:
    control = StopAfter(allowed)
    run = measure_effort(data, STILL, EffortOptions(policies=of_still), control=control)
    while True:
        try:
            next(run)
        except StopIteration as stop:
            facts = stop.value
            break
        control.left -= 1
    assert facts["cancelled"] is True and len(facts["clips"]) <= 1
    assert len(facts["policies"]) == (len(all_policies()) if facts["clips"] else 0)
    json.dumps(facts, allow_nan=False)


def test_wrong_options_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    for wrong in ({"tracks_per_clip": 0}, {"stop": "never"}, {"size": "9"}):
        with pytest.raises(CotrackerError, match="expected"):
            EffortOptions(**wrong)  # type: ignore[arg-type]
    with pytest.raises(TrackingError, match="nope"):
        drain(measure_effort(sample_truth("cells"), TrackOptions("nope"), EffortOptions(1)))
