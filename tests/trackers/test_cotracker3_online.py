"""The sliding-window tracker: parity with the published streaming predictor, and what only it does."""

from __future__ import annotations

import numpy as np
import pytest
from torch import Tensor

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import TrackJob
from napari_cotracker.model import CoTracker3
from napari_cotracker.model.cotracker import Guess
from napari_cotracker.model.layers import Pace
from napari_cotracker.trackers.cotracker3_online import TRACKER, OnlineTracker
from napari_cotracker.videos.array import ArrayVideo
from tests.model.golden_clips import golden
from tests.trackers.networks import Meanwhile, moving_clip, parity_settings, record, small_settings, some_queries


def test_the_published_streaming_predictor() -> None:
    file = golden("online_predictor")
    queries = Queries.from_array(file["queries"])
    settings = parity_settings("online", support_grid=0)
    job = TrackJob(ArrayVideo(file["frames"]), queries, range(37), settings=settings)
    out = record(OnlineTracker(settings), job)
    after = np.arange(37)[:, None] > queries.t
    assert np.abs(out.xy - file["q3_tracks"])[after].max() <= 5e-3
    assert np.abs(out.visibility * out.confidence - file["q3_visconf"])[after].max() <= 1e-4


def test_a_pause_waits_with_heartbeats_and_then_goes_on() -> None:
    job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=small_settings())
    out = record(OnlineTracker(small_settings()), job, Meanwhile(pauses=30))
    assert any(update.message == "paused" for update in out.updates)
    assert np.isfinite(out.xy).all()


@pytest.mark.parametrize("count", [1, 300])
def test_many_points_in_small_pieces(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    queries = some_queries(*np.concatenate([rng.integers(0, 20, (count, 1)), rng.uniform(0, 48, (count, 2))], 1))
    job = TrackJob(moving_clip(20), queries, range(20), settings=small_settings(support_grid=0))
    whole = record(OnlineTracker(small_settings()), job).xy
    monkeypatch.setattr(CoTracker3, "pace", lambda self: Pace(100))
    np.testing.assert_allclose(record(OnlineTracker(small_settings()), job).xy, whole, atol=1e-3)


def test_a_point_on_a_later_frame_does_not_touch_the_windows_before_it() -> None:
    video, settings = moving_clip(40), small_settings(support_grid=0)
    alone = record(OnlineTracker(settings), TrackJob(video, some_queries((0, 20, 20)), range(40), settings=settings))
    queries = some_queries((0, 20, 20), (39, 30, 30))
    both = record(OnlineTracker(settings), TrackJob(video, queries, range(40), settings=settings))
    np.testing.assert_array_equal(both.xy[:24, 0], alone.xy[:24, 0])


def test_windows_start_at_the_earliest_query() -> None:
    settings = small_settings()
    job = TrackJob(moving_clip(60, seed=11), some_queries((41, 20, 20)), range(60), settings=settings)
    out = record(OnlineTracker(settings), job)
    assert min(update.frames[0] for update in out.updates if len(update.frames)) == 41
    assert np.isnan(out.xy[:41]).all()


def test_features_do_not_pile_up_with_the_length() -> None:
    from napari_cotracker.trackers.features import shared_store
    from napari_cotracker.trackers.store import features_folder

    budget = 1 << 16
    settings = small_settings(memory_budget=budget)
    job = TrackJob(moving_clip(120), some_queries((0, 20, 20)), range(120), settings=settings)
    record(OnlineTracker(settings), job)
    assert 0 < shared_store(budget, 0, features_folder()).memory_bytes <= budget


def test_it_is_declared_without_loading_a_network() -> None:
    job = TrackJob(moving_clip(30), some_queries((0, 1, 1)), range(30), settings=small_settings(checkpoint="nowhere"))
    assert TRACKER.estimate(job).peak_bytes > 0
    assert not TRACKER.bidirectional


def test_fast_refines_windows_without_newcomers_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, refine = [], CoTracker3.refine

    def counted(self: CoTracker3, *args: object, **more: object) -> object:
        asked.append(args[3])
        return refine(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(CoTracker3, "refine", counted)
    queries = some_queries((0, 9, 9), (27, 20, 20))
    for fast, iters, expected in ((True, 5, [5, 2, 5, 2]), (False, 5, [5, 5, 5, 5]), (True, 1, [1, 1, 1, 1])):
        settings = small_settings(fast=fast, iters=iters)
        asked.clear()
        out = record(OnlineTracker(settings), TrackJob(moving_clip(40), queries, range(40), settings=settings))
        assert asked == expected
        assert np.isfinite(out.xy[27:]).all()


def test_lost_points_are_looked_for_only_where_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.model import redetection

    asked: list[list[int]] = []

    def note(pyramid: object, templates: object, guess: Guess, rows: Tensor, check: object) -> Guess:
        asked.append(rows.tolist())
        return guess

    monkeypatch.setattr(redetection, "redetect", note)
    video, queries = moving_clip(40), some_queries((0, 20, 20), (3, 30, 30), (30, 10, 10))
    for settings in (small_settings(), small_settings(redetects=True, parity=True), small_settings(redetects=True)):
        assert not asked
        record(OnlineTracker(settings), TrackJob(video, queries, range(40), settings=settings))
    # four helpers stand before the tracks; nobody is lost in the window that he begins in
    assert asked == [[], [4, 5], [4, 5], [4, 5]]
