"""Correlation by integer patches against plain interpolation at every tap."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.model.correlation import correlate, gather_patches, sample_templates, volumes

RADIUS = 2
SIDE = 2 * RADIUS + 1
positions = st.tuples(*[st.floats(-60, 90, width=32) | st.integers(-3, 20).map(float)] * 2)


def read_plainly(level: Tensor, frame: int, xy: Tensor) -> Tensor:
    """(h, w, C) read at (..., 2) positions, borders held, by torch's own sampler."""
    picture = level[frame].permute(2, 0, 1)[None].double()
    h, w = picture.shape[2:]
    grid = 2 * xy.double() / torch.tensor([w - 1, h - 1]) - 1
    out = F.grid_sample(picture, grid.view(1, 1, -1, 2), padding_mode="border", align_corners=True)
    return out[0, :, 0].T.reshape(*xy.shape[:-1], -1).float()


def taps() -> Tensor:
    """(side, side, 2) offsets, x slow."""
    steps = torch.arange(-RADIUS, RADIUS + 1.0)
    return torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)


@settings(max_examples=60, deadline=None)
@given(st.lists(positions, min_size=1, max_size=4), st.integers(0, 1), st.integers(0, 1000))
def test_templates_are_interpolated_patches(points: list[tuple[float, float]], index: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    pyramid = [torch.randn(3, 12, 16, 5, generator=generator), torch.randn(3, 6, 8, 5, generator=generator)]
    xy = torch.tensor(points)
    frames = torch.arange(len(points)) % 3
    found = sample_templates(pyramid, frames, xy, RADIUS)
    for row, (frame, point) in enumerate(zip(frames.tolist(), xy, strict=True)):
        expected = read_plainly(pyramid[index], frame, point / 2**index + taps()).reshape(SIDE * SIDE, 5)
        torch.testing.assert_close(found[row, index], expected, atol=1e-4, rtol=0)


@settings(max_examples=40, deadline=None)
@given(st.lists(positions, min_size=2, max_size=6), st.integers(0, 2), st.integers(0, 1000))
def test_interpolating_after_the_product_changes_nothing(
    points: list[tuple[float, float]], index: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    length = 2
    points = points[: len(points) // length * length]
    xy = torch.tensor(points).view(-1, length, 2)
    level = torch.randn(length, 7, 9, 4, generator=generator)
    templates = torch.randn(len(xy), SIDE * SIDE, 4, generator=generator)
    with torch.inference_mode():
        found = correlate(level, index, templates, xy, torch.float32)
    for n in range(len(xy)):
        for t in range(length):
            patch = read_plainly(level, t, xy[n, t] / 2**index + taps()).reshape(-1, 4)
            torch.testing.assert_close(found[n, t].view(SIDE**2, SIDE**2), patch @ templates[n].T, atol=2e-3, rtol=0)


def test_predictions_that_ran_away_do_not_break_the_indices() -> None:
    level = torch.randn(2, 5, 6, 3)
    xy = torch.tensor([[[1e30, -1e30], [float("nan"), float("inf")]]])
    volume = correlate(level, 0, torch.randn(1, SIDE * SIDE, 3), xy, torch.float32)
    assert bool(torch.isfinite(volume).all())


def test_patches_keep_x_slow_and_borders_held() -> None:
    level = torch.arange(12.0).view(1, 3, 4, 1)
    patch = gather_patches(level, torch.tensor([0]), torch.tensor([[2, 1]]), 3).view(3, 3)
    np.testing.assert_array_equal(patch, [[6, 10, 10], [7, 11, 11], [7, 11, 11]])


def test_volumes_come_in_pieces_of_the_asked_size() -> None:
    pyramid = [torch.randn(4, 6, 8, 3), torch.randn(4, 3, 4, 3)]
    templates, xy = torch.randn(5, 2, SIDE * SIDE, 3), torch.rand(5, 4, 2) * 6
    whole = torch.cat([v for _, v in volumes(pyramid, templates, xy, torch.float32, 1000)])
    pieces = list(volumes(pyramid, templates, xy, torch.float32, 8))
    assert [rows for rows, _ in pieces] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    torch.testing.assert_close(torch.cat([v for _, v in pieces]), whole)
    assert whole.shape == (5, 4, 2, SIDE**4)
