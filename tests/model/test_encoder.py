"""The frame encoder's own properties; its numbers are held in test_cotracker."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from napari_cotracker.model.encoder import (
    build_pyramid,
    instance_norm,
    norm_by_formula,
    normalise_features,
    resize,
    resize_by_products,
)
from tests.model.golden_clips import as_video, golden, network


def test_instance_norm_is_torchs_own() -> None:
    x = (torch.randn(2, 6, 9, 11) * 3 + 40).contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(instance_norm(x), F.instance_norm(x), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(norm_by_formula(x), F.instance_norm(x), atol=1e-4, rtol=1e-4)
    assert norm_by_formula(x.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize("size", [(7, 5), (13, 9), (25, 17), (1, 1)])
def test_resizing_by_products_is_bilinear_too(size: tuple[int, int]) -> None:
    x = torch.randn(2, 5, 13, 9).to(memory_format=torch.channels_last).requires_grad_()
    one, other = resize(x, size), resize_by_products(x, size)
    torch.testing.assert_close(one, other, atol=1e-5, rtol=0)
    slopes = [torch.autograd.grad(y.square().sum(), x)[0] for y in (one, other)]
    torch.testing.assert_close(*slopes, atol=1e-4, rtol=0)


def test_frames_do_not_influence_one_another() -> None:
    frames = as_video(golden("offline_raw")["frames"][:3])
    with torch.inference_mode():
        together = network("offline").encode(frames)
        alone = torch.cat([network("offline").encode(frame[None]) for frame in frames])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_features_have_unit_length_and_zero_stays_zero() -> None:
    features = torch.randn(1, 8, 3, 4)
    features[..., 0] = 0
    for gradients in (True, False):
        with torch.set_grad_enabled(gradients):
            length = normalise_features(features).norm(dim=-1)
        torch.testing.assert_close(length[..., 1:], torch.ones(1, 3, 3))
        assert bool((length[..., 0] == 0).all())


def test_the_pyramid_is_average_pooling_with_odd_rims_dropped() -> None:
    features = torch.randn(2, 9, 13, 4)
    pyramid = build_pyramid(features, 3)
    expected = features.permute(0, 3, 1, 2)
    for level in pyramid:
        torch.testing.assert_close(level.permute(0, 3, 1, 2), expected)
        expected = F.avg_pool2d(expected, 2, 2)
