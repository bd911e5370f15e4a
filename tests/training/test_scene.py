"""Scenes: what every drawn layer may rely on."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.motion import STEEPEST
from napari_cotracker.training.scene import UNIT, sample_look, sample_motion, sample_times
from tests.training.drawn import sampled_motion, sampled_stage

SEEDS = st.integers(0, 10**6)


@settings(max_examples=30)
@given(SEEDS)
def test_waves_are_never_too_steep_to_be_inverted(seed: int) -> None:
    motion = sampled_motion(seed)
    steepness = motion.amplitude.norm(dim=-1) * motion.vector.norm(dim=-1)[:, :, None]
    assert float(steepness.sum(-1).max()) <= STEEPEST + 1e-5


@settings(max_examples=20)
@given(SEEDS)
def test_homographies_are_inverted_and_the_background_is_flat(seed: int) -> None:
    motion = sampled_motion(seed)
    product = motion.matrix @ motion.inverse
    torch.testing.assert_close(product, torch.eye(3).expand_as(product), atol=1e-3, rtol=0)
    assert bool((motion.radius[:, 0] == 0).all())
    assert set(motion.radius.unique().tolist()) <= {0.0, 1.0}


@settings(max_examples=20)
@given(SEEDS)
def test_times_begin_at_zero_and_go_on(seed: int) -> None:
    times = sample_times(Chance(seed), 3, 12)
    steps = times.diff(dim=1) * UNIT
    assert bool((times[:, 0] == 0).all())
    assert float(steps.min()) >= 0.5 - 1e-4
    assert float(steps.max()) <= 2 * 3 + 1e-4


def test_paths_are_smooth_and_have_zero_mean() -> None:
    stage = sampled_stage(2, length=64)
    path = stage.wander(1)
    assert path.shape == (2, 1, 64)
    torch.testing.assert_close(path.mean(-1), torch.zeros(2, 1), atol=1e-5, rtol=0)
    assert float(path.diff(dim=-1).abs().max()) < 0.5 * float(path.max() - path.min())


def test_the_look_is_within_the_banks_and_the_background_covers_everything() -> None:
    for seed in range(20):
        look = sample_look(sampled_stage(seed), 7, 9)
        assert bool((look.outline[:, 0] == -1).all())
        assert 0 <= int(look.outline[:, 1:].min()) <= int(look.outline.max()) < 7
        assert 0 <= int(look.texture.min()) <= int(look.texture.max()) < 9
        assert float(look.half_size.min()) >= 2
        assert bool(look.is_solid[:, 0].all())
        assert torch.equal(look.is_solid, look.opacity == 1)


def test_some_layers_are_haze_and_most_are_not() -> None:
    solid = torch.cat([sample_look(sampled_stage(seed), 7, 9).is_solid[:, 1:] for seed in range(40)])
    assert 0.85 < float(solid.float().mean()) < 0.98


def test_motion_follows_from_the_seed() -> None:
    one, same, other = (sample_motion(sampled_stage(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.matrix, same.matrix)
    assert torch.equal(one.amplitude, same.amplitude)
    assert not torch.equal(one.matrix, other.matrix)


@pytest.mark.parametrize("length", [1, 2])
def test_very_short_clips_can_be_drawn(length: int) -> None:
    assert bool(torch.isfinite(sample_motion(sampled_stage(5, length=length)).matrix).all())
