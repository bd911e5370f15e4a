"""The whole-clip tracker: parity with the published predictor and evaluation protocol, and what only it does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_cotracker.core.coordinates import resize_scale
from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import TrackJob
from napari_cotracker.trackers.cotracker3_offline import TRACKER, OfflineTracker
from napari_cotracker.trackers.features import resize_frames
from napari_cotracker.videos.array import ArrayVideo
from tests.model.golden_clips import golden, network
from tests.trackers.networks import moving_clip, parity_settings, record, small_settings, some_queries


def test_the_published_offline_predictor_and_its_backward_pass() -> None:
    file = golden("offline_predictor")
    queries = Queries.from_array(file["queries"])
    settings = parity_settings("offline")
    video = ArrayVideo(file["frames"])
    tracker = OfflineTracker(settings)
    forward = record(tracker, TrackJob(video, queries, range(20), settings=settings))
    assert np.abs(forward.xy - file["q_tracks"]).max() <= 2e-3
    other = np.arange(20)[:, None] != queries.t
    assert np.abs(forward.visibility - file["q_rawvis"][:, :8])[other].max() <= 1e-4
    assert np.abs(forward.confidence - file["q_rawconf"][:, :8])[other].max() <= 1e-4
    clear = np.abs(file["q_rawvis"][:, :8] - 0.9) > 1e-3
    assert ((forward.visibility > 0.9) == file["q_visible"])[clear | ~other].all()

    # the backward run of the published predictor works on the clip reversed in time
    backward = record(tracker, TrackJob(video, queries, range(19, -1, -1), settings=settings))
    both = np.where((np.arange(20)[:, None] < queries.t)[..., None], backward.xy, forward.xy)
    assert np.abs(both - file["qb_tracks"]).max() <= 2e-3


@pytest.mark.parametrize("name", ["g", "m"])
def test_the_published_grids(name: str) -> None:
    file = golden("offline_predictor")
    expected = file[f"{name}_tracks"]
    frame, support = (6, 0) if name == "g" else (0, 6)
    settings = parity_settings("offline", support_grid=support)
    # the grid points are the queries: the predictor writes them into its answer at the query frame
    queries = Queries(np.full(expected.shape[1], frame), expected[frame])
    job = TrackJob(ArrayVideo(file["frames"]), queries, range(20), settings=settings)
    out = record(OfflineTracker(settings), job)
    assert np.abs(out.xy - expected).max() <= 2e-3


def test_the_published_size_and_half_precision_features() -> None:
    file = golden("offline_predictor_fullres")
    queries = Queries.from_array(file["queries"])
    video = ArrayVideo(file["frames"])
    exact = parity_settings("offline", resolution=None)
    out = record(OfflineTracker(exact), TrackJob(video, queries, range(8), settings=exact))
    assert np.abs(out.xy - file["q_tracks"]).max() <= 2e-3
    rounded = parity_settings("offline", resolution=None, parity=False)
    close = record(OfflineTracker(rounded), TrackJob(video, queries, range(8), settings=rounded))
    assert np.median(np.abs(close.xy - out.xy)) <= 0.02


def test_the_evaluation_protocol_with_all_queries_together() -> None:
    file = golden("offline_predictor")
    queries = Queries.from_array(file["queries"])
    settings = parity_settings("offline", support_grid=5)
    out = record(OfflineTracker(settings), TrackJob(ArrayVideo(file["frames"]), queries, range(20), settings=settings))
    other = np.arange(20)[:, None] != queries.t
    assert np.abs(out.xy - file["eval_joint_tracks"])[other].max() <= 2e-3
    assert np.abs(out.visibility * out.confidence - file["eval_joint_visconf"])[other].max() <= 1e-4


def test_the_evaluation_protocol_with_one_query_at_a_time() -> None:
    file = golden("offline_predictor")
    scale = resize_scale((160, 120), (128, 96))
    frames = resize_frames(torch.from_numpy(file["frames"]), (96, 128))
    for index, query in enumerate(file["eval_single_queries"]):
        x, y = query[1:] * scale
        points = np.concatenate([[[x, y]], square_grid(8, x, y, 50, 50), square_grid(5, 64, 48, 128, 96)])
        rows = np.concatenate([np.zeros((len(points), 1)), points], 1).astype(np.float32)
        rows[0, 0] = query[0]
        with torch.inference_mode():
            xy, visibility, confidence = network("offline").track_clip(frames, torch.from_numpy(rows), 6)
        other = np.arange(20) != query[0]
        assert np.abs(xy[:, 0].numpy() / scale - file["eval_single_tracks"][:, index])[other].max() <= 2e-3
        score = (visibility * confidence)[:, 0].numpy()
        assert np.abs(score - file["eval_single_visconf"][:, index])[other].max() <= 1e-4


def square_grid(count: int, x: float, y: float, width: float, height: float) -> np.ndarray:
    """The published grid around a centre, with a margin of 1/64 of the width on all sides."""
    margin = width / 64
    xs = np.linspace(x - width / 2 + margin, x + width / 2 - margin, count)
    ys = np.linspace(y - height / 2 + margin, y + height / 2 - margin, count)
    return np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)


def test_a_clip_too_long_to_take_at_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.trackers import devices

    monkeypatch.setattr(devices, "available_memory", lambda device: 1 << 20)
    job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=small_settings())
    with pytest.raises(TrackingError, match="use mode online"):
        record(OfflineTracker(small_settings()), job)


def test_it_is_declared_without_loading_a_network() -> None:
    job = TrackJob(moving_clip(30), some_queries((0, 1, 1)), range(30), settings=small_settings(checkpoint="nowhere"))
    assert TRACKER.estimate(job).peak_bytes > 0
    assert TRACKER.bidirectional
