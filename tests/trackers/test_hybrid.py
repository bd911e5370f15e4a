"""The hybrid as a job: every point and frame is answered, either way and while things change."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackJob, TrackUpdate
from napari_cotracker.core.tracks import Anchors, State
from napari_cotracker.trackers import guided, hybrid
from napari_cotracker.trackers.hybrid import TRACKER, HybridSettings, HybridTracker, at_its_size, in_its_precision
from napari_cotracker.trackers.network import NetworkTracker
from napari_cotracker.videos.array import ArrayVideo
from tests.moving_films import moving_film
from tests.torch_threads import torch_threads_are
from tests.trackers.networks import Meanwhile, moving_clip, record, small_file, some_queries


def settings(**changes: object) -> HybridSettings:
    values: dict[str, object] = {"checkpoint": str(small_file()), "device": "cpu", "iters": 2, "disk_budget": 0,
                                 "support_grid": 2, "resolution": (64, 64), "precision": "float32"}
    return HybridSettings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _a_network_that_knows_nothing_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided, "worth_of_guide", lambda signs: np.zeros(len(signs)))
    monkeypatch.setattr(guided, "APART", np.inf)


@pytest.mark.parametrize("frames", [range(0, 21), range(20, -1, -1)], ids=["forward", "backward"])
def test_points_are_exact_either_way_though_the_network_is_not(frames: range) -> None:
    film, where = moving_film(21, turn=0.01)
    points = np.array([[60, 50], [80, 60], [100, 70]], np.float32)
    queries = Queries(np.full(3, frames[0]), points, np.array([5, 3, 9]))
    job = TrackJob(film, queries, frames, settings=settings())
    updates = list(HybridTracker(settings()).track(job, Control()))
    xy = np.full((21, 3, 2), np.nan)
    for update in updates:
        if len(update.frames):
            assert update.ids.tolist() == [5, 3, 9]
            xy[update.frames] = update.xy
    truth = np.stack([where(points, frames[0], t) for t in range(21)])
    assert np.linalg.norm(xy - truth, axis=2).max() < 0.5
    assert (xy[frames[0]] == points).all()
    assert updates[-1].done == pytest.approx(1)
    assert [u.done for u in updates] == sorted(u.done for u in updates)


@pytest.mark.parametrize("n_frames", [1, 2, 8, 16, 17, 40])
def test_the_followers_word_on_every_frame_is_the_last_one(n_frames: int) -> None:
    job = TrackJob(moving_clip(n_frames), some_queries((0, 20, 20), (n_frames - 1, 30, 30)), range(n_frames),
                   settings=settings())
    updates = [u for u in HybridTracker(settings()).track(job, Control()) if len(u.frames)]
    assert updates[0].frames[0] == 0, "the network's first window is shown at once"
    last = {frame: k for k, update in enumerate(updates) for frame in update.frames.tolist()}
    assert sorted(last) == list(range(n_frames))
    # the follower goes frame by frame, so its answers, which come last, come in order
    assert [last[frame] for frame in range(n_frames)] == sorted(last.values())


def test_helpers_are_heard_by_the_network_and_not_followed() -> None:
    queries = Queries(np.array([0, 0]), np.array([[20, 20], [30, 30]], np.float32), np.array([4, -1]))
    job = TrackJob(moving_clip(20), queries, range(20), settings=settings(), helpers=np.array([-1]))
    updates = [update for update in HybridTracker(settings()).track(job, Control()) if len(update.frames)]
    assert {tuple(update.ids) for update in updates if update.is_guess} == {(4, -1)}
    followed = [update for update in updates if not update.is_guess]
    assert {tuple(update.ids) for update in followed} == {(4,)}
    assert sorted(np.concatenate([update.frames for update in followed])) == list(range(20))


def test_cells_before_a_query_are_empty_and_it_is_exact() -> None:
    queries = some_queries((0, 20, 20), (27, 30.25, 30.5))
    out = record(HybridTracker(settings()), TrackJob(moving_clip(40), queries, range(40), settings=settings()))
    assert np.isnan(out.xy[:27, 1]).all() and np.isfinite(out.xy[27:]).all()
    assert out.xy[27, 1].tolist() == [30.25, 30.5] and out.visibility[27, 1] == 1


def test_points_added_on_the_way_join_and_late_ones_get_a_sweep_of_their_own() -> None:
    added = Queries(np.array([3, 45]), np.array([[20, 20], [30, 30]], np.float32), np.array([1, 2]))
    job = TrackJob(moving_clip(60), some_queries((0, 24, 24)), range(60), settings=settings())
    out = record(HybridTracker(settings()), job, Meanwhile(added, wait=3), ids=3)
    assert np.isfinite(out.xy[:, 0]).all()
    assert np.isfinite(out.xy[3:, 1]).all() and np.isnan(out.xy[:3, 1]).all()
    assert np.isfinite(out.xy[45:, 2]).all() and np.isnan(out.xy[:45, 2]).all()
    assert (out.xy[3, 1] == [20, 20]).all() and (out.xy[45, 2] == [30, 30]).all()


@pytest.mark.parametrize("frames", [range(60), range(59, -1, -1)], ids=["forward", "backward"])
def test_with_more_cores_the_answer_is_the_same(frames: range) -> None:
    answers = []
    for threads in (1, 4):
        with torch_threads_are(threads):
            job = TrackJob(moving_clip(60), some_queries((frames[0], 20, 20), (30, 40, 24)), frames,
                           settings=settings(feature_precision="float32"))
            answers.append(record(HybridTracker(settings()), job))
    one, other = answers
    np.testing.assert_allclose(one.xy, other.xy, atol=1e-2)
    np.testing.assert_allclose(one.confidence, other.confidence, atol=1e-2)


@pytest.mark.parametrize(("on_processor", "expected"), [(True, 3), (False, 5)])
def test_templates_leave_the_network_half_of_the_cores_where_it_needs_them(
        on_processor: bool, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NetworkTracker, "is_on_processor", on_processor)
    usual = cv2.getNumThreads()
    cv2.setNumThreads(5)
    try:
        with torch_threads_are(6):
            job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=settings())
            assert {cv2.getNumThreads() for _ in HybridTracker(settings()).track(job, Control())} == {expected}
        assert cv2.getNumThreads() == 5
    finally:
        cv2.setNumThreads(usual)


def test_cancel_stops_and_keeps_whole_frames() -> None:
    job = TrackJob(moving_clip(60), some_queries((0, 20, 20)), range(60), settings=settings())
    calls: list[TrackUpdate] = []

    class Stop(Control):
        def cancelled(self) -> bool:
            return any(len(update.frames) for update in calls)

    for update in HybridTracker(settings()).track(job, Stop()):
        calls.append(update)
    answered = [frame for update in calls for frame in update.frames.tolist()]
    assert 0 < len(answered) < 60 and answered == list(range(len(answered)))


def test_a_pause_waits_with_heartbeats() -> None:
    job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=settings())
    out = record(HybridTracker(settings()), job, Meanwhile(pauses=30))
    assert any(update.message == "paused" for update in out.updates)
    assert np.isfinite(out.xy).all()


def test_one_of_both_says_where_it_is() -> None:
    job = TrackJob(moving_clip(40), some_queries((0, 20, 20)), range(40), settings=settings())
    said = [update.message for update in record(HybridTracker(settings()), job, Meanwhile()).updates]
    assert all(message.startswith("window ") for message in said if message), "not by turns with the templates"


def test_a_pause_holds_templates_and_network_in_the_middle_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[int] = []
    network: list[bool] = []
    advance = hybrid._Leg.advance

    class Pause(Control):
        is_over = False

        def paused(self) -> bool:
            return len(followed) == 4 and not self.is_over

    def advancing(leg: Any, position: int, frame: Any) -> None:
        if position == 4:
            network.append(leg._ears.network.paused())
        followed.append(position)
        advance(leg, position, frame)

    monkeypatch.setattr(hybrid._Leg, "advance", advancing)
    pause, seen = Pause(), 0
    job = TrackJob(moving_clip(40), some_queries((0, 20, 20)), range(40), settings=settings())
    for update in HybridTracker(settings()).track(job, pause):
        seen += update.message == "paused"
        pause.is_over = seen >= 3  # the network says so, too
    assert seen >= 3 and followed == list(range(40)) and network == [False]


def test_an_anchor_puts_a_point_right_for_the_rest_of_the_run() -> None:
    film, where = moving_film(24, velocity=(0.5, 0))
    visible = np.array([State.VISIBLE], np.uint8)
    anchors = Anchors(np.array([7]), np.array([5]), np.array([[100, 50]], np.float32), visible)
    queries = Queries(np.zeros(1), np.array([[40.0, 60.0]]), np.array([7]))
    job = TrackJob(film, queries, range(24), anchors, settings())
    last = [update for update in HybridTracker(settings()).track(job, Control()) if len(update.frames)][-1]
    assert np.linalg.norm(last.xy[-1, 0] - where([(100, 50)], 5, 23)[0]) < 0.3


def test_where_no_template_holds_the_network_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided, "worth_of_guide", lambda signs: np.ones(len(signs)))
    noise = np.random.default_rng(3).integers(0, 255, (20, 48, 64, 3), np.uint8)  # no frame is like another
    job = TrackJob(ArrayVideo(noise), some_queries((0, 20, 20)), range(20), settings=settings())
    alone = record(hybrid.OnlineTracker(settings()), job)
    both = record(HybridTracker(settings()), job)
    assert np.linalg.norm(both.xy[15:] - alone.xy[15:], axis=2).max() < 4


def test_the_network_sees_pictures_of_a_size_that_serves_it() -> None:
    chosen = at_its_size(settings(resolution=None), (1920, 1080))
    assert chosen.resolution is not None
    height, width = chosen.resolution
    assert height % 8 == width % 8 == 0 and abs(width / height - 16 / 9) < 0.1
    assert height * width == pytest.approx(hybrid.AREA, rel=0.1)
    assert at_its_size(settings(), (1920, 1080)) == settings()


def test_a_processor_that_multiplies_bfloat16_does_unless_it_is_told_not_to() -> None:
    auto = settings(precision="auto")
    assert in_its_precision(auto).precision == "half"
    for other in (settings(), settings(precision="half"), settings(precision="auto", parity=True)):
        assert in_its_precision(other) == other
    with pytest.raises(TrackingError, match="tpu"):
        HybridTracker(settings(precision="auto", device="tpu"))
    job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=auto)
    exact, quick = (record(HybridTracker(one), job) for one in (settings(), auto))
    assert np.linalg.norm(quick.xy - exact.xy, axis=2).max() < 0.5


def test_its_cost_is_that_of_both_parts() -> None:
    job = TrackJob(moving_clip(30), some_queries((0, 1, 1)), range(30), settings=settings(checkpoint="nowhere"))
    network, follower = hybrid.estimates.estimate(job, whole=False), hybrid.lucas_kanade.estimate(job)
    both = TRACKER.estimate(job)
    assert both.seconds > network.seconds + follower.seconds
    assert both.peak_bytes == network.peak_bytes + follower.peak_bytes
    assert not TRACKER.bidirectional
