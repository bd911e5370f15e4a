"""What our speed is measured against computes the published results, else the comparison would mean nothing."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.published import PublishedFlow
from tests.model.golden_clips import as_video, golden, network


def test_the_published_data_flow_offline() -> None:
    raw = golden("offline_raw")
    with torch.inference_mode():
        flow = PublishedFlow(network("offline"))
        xy, visibility, _ = flow.track_clip(as_video(raw["frames"]), torch.from_numpy(raw["queries"]), 6)
    assert np.abs(xy.numpy() - raw["coords"]).max() <= 2e-3
    assert np.abs(visibility.numpy() - raw["vis"]).max() <= 1e-4


def test_the_published_data_flow_online() -> None:
    raw = golden("online_raw")
    with torch.inference_mode():
        flow = PublishedFlow(network("online"))
        xy, visibility, _ = flow.track_stream(as_video(raw["frames"]), torch.from_numpy(raw["queries"]), 4)
    assert np.abs(xy.numpy() - raw["stream3_coords"]).max() <= 2e-3
    assert np.abs(visibility.numpy() - raw["stream3_vis"]).max() <= 1e-4
