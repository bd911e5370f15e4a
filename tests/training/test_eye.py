"""The camera in space: what a pixel's ray meets is seen at that pixel."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.eye import Eye
from napari_cotracker.training.motion import rotation

SEEDS = st.integers(0, 10**6)


def eye_of(seed: int) -> Eye:
    chance = Chance(seed)
    turn = rotation(chance.normal((2, 3, 3)))
    return Eye(chance.normal((2, 3, 3)), turn, chance.uniform((2, 3), 60, 200), (64, 96))


@settings(max_examples=20)
@given(SEEDS)
def test_places_along_a_pixels_ray_are_seen_at_that_pixel_and_at_their_depth(seed: int) -> None:
    eye, chance = eye_of(seed), Chance(seed + 1)
    xy = chance.uniform((2, 3, 20, 2), -10, 100)
    depth = chance.uniform((2, 3, 20), 0.5, 20)
    found, told = eye.project(eye.origin + depth[..., None] * eye.rays(xy))
    assert torch.allclose(found, xy, atol=0.02)
    assert torch.allclose(told, depth, rtol=1e-4, atol=1e-4)


def test_the_middle_of_the_picture_looks_straight_ahead_and_down_is_down() -> None:
    still = Eye(torch.zeros(1, 1, 3), torch.eye(3).expand(1, 1, 3, 3), torch.full((1, 1), 50.0), (64, 96))
    ahead = still.rays(torch.tensor([47.5, 31.5]).view(1, 1, 1, 2))
    assert torch.equal(ahead.flatten(), torch.tensor([0.0, 0.0, 1.0]))
    xy, _ = still.project(torch.tensor([1.0, 2.0, 10.0]).view(1, 1, 1, 3))
    assert xy.flatten().tolist() == [47.5 + 5.0, 31.5 + 10.0]


@settings(max_examples=20)
@given(SEEDS)
def test_what_is_behind_is_far_outside(seed: int) -> None:
    eye = eye_of(seed)
    behind = eye.origin - eye.rays(Chance(seed).uniform((2, 3, 9, 2), 0, 64))
    xy, depth = eye.project(behind)
    assert bool((depth < 0).all())
    assert bool((xy > 500).all())
    assert bool(torch.isfinite(xy).all())


def test_the_moments_asked_for() -> None:
    eye = eye_of(4)
    then = eye.at(torch.tensor([[2], [0]]))
    assert torch.equal(then.place[:, 0], torch.stack([eye.place[0, 2], eye.place[1, 0]]))
    assert torch.equal(then.focal[:, 0], torch.stack([eye.focal[0, 2], eye.focal[1, 0]]))
    assert then.turn.shape == (2, 1, 3, 3)
    assert then.size == eye.size
