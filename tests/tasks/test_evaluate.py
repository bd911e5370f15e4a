"""From a data set to scores, with trackers whose scores are known."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.declarations import NoOptions, TrackerEntry
from napari_cotracker.core.errors import CotrackerError, FormatError, TrackingError
from napari_cotracker.core.samples import sample_clip, sample_truth
from napari_cotracker.core.tracker import Control, Estimate, TrackJob, TrackUpdate
from napari_cotracker.tasks.evaluate import evaluate
from napari_cotracker.tasks.track import TrackOptions
from tests.evaluation.tapvid import FRAMES, HEIGHT, WIDTH, encoded, entry
from tests.generators import drain
from tests.trackers.networks import small_file

STILL = TrackOptions("still", accept_licence=True)


def written(content: Any, folder: Path, name: str = "data.pkl") -> Path:
    (folder / name).write_bytes(pickle.dumps(content))
    return folder / name


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[TrackJob]:
    """What the tracker ``still`` is asked to do."""
    from napari_cotracker.trackers.still import StillTracker

    seen: list[TrackJob] = []
    whole = StillTracker.track

    def noted(self: StillTracker, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        seen.append(job)
        return whole(self, job, control)

    monkeypatch.setattr(StillTracker, "track", noted)
    return seen


def test_clips_are_tracked_and_scored(tmp_path: Path, jobs: list[TrackJob]) -> None:
    updates, facts = drain(evaluate(written({"goat": entry(), "swan": entry(shift=5)}, tmp_path), STILL))
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == pytest.approx(1)
    assert {"resizing the frames", "keeping points still"} <= {update.message for update in updates}
    assert (facts["model"], facts["licence"], facts["protocol"]) == ("still", "BSD-3-Clause", "first")
    assert facts["cancelled"] is False and facts["seconds_per_frame"] > 0
    goat, swan = facts["clips"]
    assert {key: goat[key] for key in ("name", "frames", "points", "tracks", "size")} == {
        "name": "goat", "frames": FRAMES, "points": 2, "tracks": 2, "size": [256, 256]}
    assert goat["median_error"] == pytest.approx(0, abs=1e-3) and goat["delta_avg"] == goat["survival"] == 1
    # the first point, 11 cells, is 5 px of 40 off, 32 of 256; the other one, 4 visible cells, is right
    assert swan["median_error"] == pytest.approx(32, abs=1e-3) and swan["within_16"] == pytest.approx(4 / 15, abs=1e-6)
    assert facts["mean"]["within_16"] == pytest.approx((1 + 4 / 15) / 2, abs=1e-6)
    json.dumps(facts, allow_nan=False)

    video = jobs[0].video
    assert (video.width, video.height, video.n_frames) == (256, 256, FRAMES)
    first = np.array([10.5 / WIDTH, 6.5 / HEIGHT]) * 256 - 0.5
    np.testing.assert_allclose(jobs[0].queries.xy, [first, [127.5, 127.5]], rtol=1e-6)
    assert jobs[0].queries.t.tolist() == [0, 3]
    assert {job.frames.step for job in jobs} == {1}


def test_strided_queries_start_every_fifth_frame_and_go_both_ways(tmp_path: Path, jobs: list[TrackJob]) -> None:
    _, facts = drain(evaluate(written([entry()], tmp_path), STILL, "strided"))
    assert jobs[0].queries.t.tolist() == [0, 5, 10, 10]
    assert jobs[0].frames == range(FRAMES)
    assert facts["clips"][0]["tracks"] == 4 and facts["clips"][0]["points"] == 2
    # of the four tracks 11 cells each count; the last one is of the point that is hidden in 7 frames
    assert facts["mean"]["always_visible"] == pytest.approx(1 - 7 / 44, abs=1e-6)


@pytest.mark.parametrize(("size", "expected"), [("auto", [256, 256]), ("256", [256, 256]), ("native", [WIDTH, HEIGHT])])
def test_frames_of_pickles_are_resized_unless_told_otherwise(size: str, expected: list[int], tmp_path: Path) -> None:
    _, facts = drain(evaluate(written([encoded(entry())], tmp_path), STILL, size=size))
    assert facts["clips"][0]["size"] == expected
    assert facts["mean"]["delta_avg"] == 1


@pytest.mark.parametrize(("size", "expected"), [("auto", [400, 400]), ("256", [256, 256]), ("native", [400, 400])])
def test_our_films_are_tracked_as_they_are_unless_told_otherwise(size: str, expected: list[int]) -> None:
    _, facts = drain(evaluate(sample_truth("cells"), TrackOptions("lucas-kanade"), size=size))
    assert facts["clips"][0]["size"] == expected
    assert facts["mean"]["delta_avg"] > 0.75 and facts["mean"]["median_error"] < 0.6


def test_a_folder_of_clips_or_of_pickles_is_one_data_set(tmp_path: Path) -> None:
    for name in ("cells", "street"):
        for path in (sample_clip(name), sample_truth(name)):
            shutil.copy(path, tmp_path)
    _, facts = drain(evaluate(tmp_path, STILL))
    assert [clip["name"] for clip in facts["clips"]] == ["cells", "street"]
    for number in range(2):
        written([entry()] * 2, tmp_path, f"000{number}_of_0002.pkl")
    _, facts = drain(evaluate(tmp_path, STILL))
    assert [clip["name"] for clip in facts["clips"]] == [
        "0000_of_0002 0", "0000_of_0002 1", "0001_of_0002 0", "0001_of_0002 1"]


class StopAfter(Control):
    def __init__(self, updates: int) -> None:
        self.left = updates

    def cancelled(self) -> bool:
        return self.left <= 0


@pytest.mark.parametrize("allowed", [0, 1, 5, 12, 14, 20])
def test_a_cancelled_evaluation_keeps_the_clips_that_are_done(allowed: int, tmp_path: Path) -> None:
    control = StopAfter(allowed)
    run = evaluate(written([entry()] * 3, tmp_path), STILL, control=control)
    after = 0
    while True:
        try:
            next(run)
        except StopIteration as stop:
            facts = stop.value
            break
        after += control.left <= 0
        control.left -= 1
    assert facts["cancelled"] is True and after < 5
    assert len(facts["clips"]) == (1 if allowed == 20 else 0)
    assert (facts["mean"]["delta_avg"] is None) == (allowed < 20)


def test_a_film_that_is_not_that_of_the_truth_is_refused(tmp_path: Path) -> None:
    shutil.copy(sample_truth("cells"), tmp_path / "cells.npz")
    shutil.copy(sample_clip("street"), tmp_path / "cells.mp4")
    with pytest.raises(FormatError, match="72 frames of 400 × 400 pixels, got 90 of 512 × 288"):
        drain(evaluate(tmp_path, STILL))


def test_what_makes_no_sense_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = written([entry()], tmp_path)
    with pytest.raises(CotrackerError, match="expected protocol first or strided, got 'last'"):
        drain(evaluate(path, STILL, "last"))
    with pytest.raises(CotrackerError, match="expected size auto, 256, native; got '512'"):
        drain(evaluate(path, STILL, size="512"))
    with pytest.raises(FormatError, match="nothing of that name"):
        drain(evaluate(tmp_path / "gone", STILL))
    with pytest.raises(FormatError, match="as frame 3 of clip"):
        pictures = encoded(entry())["video"]
        drain(evaluate(written([entry() | {"video": [*pictures[:3], b"", *pictures[4:]]}], tmp_path), STILL))


HIDDEN = entry() | {"occluded": np.ones((3, FRAMES), bool)}
RARE = entry() | {"occluded": entry()["occluded"] | ~np.isin(np.arange(FRAMES), [3, 4])}


@pytest.mark.parametrize(("protocol", "left_out"), [("first", ["owl"]), ("strided", ["owl", "bat"])])
def test_clips_in_which_no_track_starts_are_left_out(protocol: str, left_out: list[str], tmp_path: Path) -> None:
    data = written({"owl": HIDDEN, "goat": entry(), "bat": RARE}, tmp_path)
    updates, facts = drain(evaluate(data, STILL, protocol))
    assert facts["left_out"] == left_out
    assert [clip["name"] for clip in facts["clips"]] == [n for n in ("owl", "goat", "bat") if n not in left_out]
    done = [update.done for update in updates]
    assert done == sorted(done)
    alone = drain(evaluate(written([entry()], tmp_path, "goat.pkl"), STILL, protocol))[1]
    assert facts["clips"][0] | {"name": "", "seconds": 0} == alone["clips"][0] | {"name": "", "seconds": 0}


def test_a_data_set_in_which_no_track_starts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="some fifth frame of clip 'data 0', got none; use protocol first"):
        drain(evaluate(written([RARE], tmp_path), STILL, "strided"))
    with pytest.raises(FormatError, match="visible at some time of clip 'owl' and 1 other, got none"):
        drain(evaluate(written({"owl": HIDDEN, "bat": HIDDEN}, tmp_path), STILL))


def test_what_a_tracker_raises_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
            raise RuntimeError("the cable came out")

    known = dict(registry.trackers())
    broken = TrackerEntry("still", "Broken", NoOptions, lambda settings: Broken(), lambda job: Estimate(1, 1.0))
    monkeypatch.setattr(registry, "trackers", lambda: {**known, "still": broken})
    with pytest.raises(TrackingError, match="the cable came out"):
        drain(evaluate(written([entry()], tmp_path), STILL))


def test_a_clip_of_one_frame_measures_nothing(tmp_path: Path) -> None:
    _, facts = drain(evaluate(written([entry(frames=1)], tmp_path), STILL))
    assert facts["clips"][0]["frames"] == 1 and facts["mean"]["delta_avg"] is None


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_a_network_of_ones_own_is_measured(mode: str, tmp_path: Path) -> None:
    options = TrackOptions(checkpoint=small_file(), mode=mode, device="cpu", iters=1, disk_budget=0)
    _, facts = drain(evaluate(written([entry()], tmp_path), options, "strided", size="native"))
    assert (facts["mode"], facts["checkpoint"]["name"]) == (mode, small_file().name)
    assert facts["mean"]["survival"] is not None
