"""The update transformer's own properties; its numbers are held in test_cotracker."""

from __future__ import annotations

import torch

from napari_cotracker.model.layers import Pace
from tests.model.golden_clips import network

WHOLE = Pace(1 << 30)


def test_the_order_of_tracks_does_not_matter() -> None:
    former = network("offline").updateformer
    points = torch.randn(6, 5, 384, generator=torch.Generator().manual_seed(1))
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    with torch.inference_mode():
        torch.testing.assert_close(former(points, WHOLE)[order], former(points[order], WHOLE), atol=1e-4, rtol=1e-3)


def test_tracks_hear_of_one_another() -> None:
    former = network("offline").updateformer
    points = torch.randn(4, 5, 384, generator=torch.Generator().manual_seed(2))
    changed = points.clone()
    changed[3] = torch.randn(5, 384, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        difference = (former(points, WHOLE) - former(changed, WHOLE))[:3].abs()
    assert float(difference.max()) > 1e-3


def test_one_track_and_one_frame_are_enough() -> None:
    with torch.inference_mode():
        assert network("offline").updateformer(torch.randn(1, 1, 384), WHOLE).shape == (1, 1, 4)
