"""Scenes of solid bodies by chance."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.training.bodies import FACES
from napari_cotracker.training.space import (
    DISTANCE,
    sample_bodies,
    sample_eye,
    sample_finish,
    sample_light,
    sample_speed,
)
from tests.training.drawn import sampled_stage

SEEDS = st.integers(0, 10**6)


def is_rotation(turn: Tensor) -> bool:
    even = torch.allclose(turn @ turn.transpose(-1, -2), torch.eye(3).expand_as(turn), atol=1e-4)
    return even and torch.allclose(torch.linalg.det(turn), torch.ones(turn.shape[:-2]), atol=1e-4)


@settings(max_examples=15)
@given(SEEDS)
def test_bodies_and_camera_are_turned_and_never_sheared(seed: int) -> None:
    stage = sampled_stage(seed, layers=7)
    speed = sample_speed(stage)
    eye = sample_eye(stage, speed)
    bodies = sample_bodies(stage, eye, speed)
    assert is_rotation(eye.turn)
    assert is_rotation(bodies.turn)
    assert float(bodies.half.min()) > 0
    assert float(eye.focal.min()) > 0
    assert len(bodies.kinds) == 7
    assert [n for n, kind in enumerate(bodies.kinds) if kind == "room"] == [0]


def test_the_camera_begins_in_the_room_and_sees_it_nearly_everywhere() -> None:
    seen = []
    for seed in range(20):
        stage = sampled_stage(seed)
        speed = sample_speed(stage)
        eye = sample_eye(stage, speed)
        xy = torch.rand(2, stage.times.shape[1], 200, 2) * torch.tensor([96.0, 64.0])
        hit = sample_bodies(stage, eye, speed).trace(eye.origin, eye.rays(xy))
        seen.append(torch.isfinite(hit.length).float().mean())
    assert float(torch.stack(seen).mean()) > 0.95


def test_some_cameras_stand_still_and_most_do_not() -> None:
    still = []
    for seed in range(60):
        stage = sampled_stage(seed)
        eye = sample_eye(stage, sample_speed(stage))
        still += [bool((place - place[:1]).abs().max() < 1e-6) for place in eye.place]
    assert 0.1 < sum(still) / len(still) < 0.6


def test_some_cameras_drive_on_and_the_room_reaches_as_far() -> None:
    driven, past = [], 0
    for seed in range(60):
        stage = sampled_stage(seed, length=40)
        speed = sample_speed(stage)
        eye = sample_eye(stage, speed)
        bodies = sample_bodies(stage, eye, speed)
        way = eye.place[..., 2].amax(1)
        driven += (way > 0.6 * DISTANCE).tolist()
        end = (bodies.place[:, 0, 0] + bodies.turn[:, 0, 0, :, 2] * bodies.half[:, 0, 0, 2:])[:, 2]
        past += int((way > end).sum())
    assert 0.02 < sum(driven) / len(driven) < 0.3
    assert past <= 2  # a room that leans may end sooner on one side


def test_some_things_hang_on_the_one_before_them_at_a_fixed_place_of_it() -> None:
    hung, free = 0, 0
    for seed in range(12):
        stage = sampled_stage(seed, layers=8)
        speed = sample_speed(stage)
        bodies = sample_bodies(stage, sample_eye(stage, speed), speed)
        apart = bodies.place[:, 2:] - bodies.place[:, 1:-1]
        held = (apart[..., None, :] @ bodies.turn[:, 1:-1])[..., 0, :]
        moves = (held - held[:, :, :1]).abs().amax((2, 3))
        near = (held[:, :, 0].abs() <= bodies.girth[:, 1:-1] + 1e-4).all(-1)
        hung += int(((moves < 1e-3) & near).sum())
        free += int((moves > 1e-2).sum())
    assert hung > 20
    assert free > 20


def test_finishes_and_light() -> None:
    stage = sampled_stage(3, layers=6)
    speed = sample_speed(stage)
    eye = sample_eye(stage, speed)
    finish = sample_finish(stage, sample_bodies(stage, eye, speed), eye, 9)
    assert finish.texture.shape == (2, 6, FACES)
    assert 0 <= int(finish.texture.min()) <= int(finish.texture.max()) < 9
    assert float(finish.density.min()) > 0
    # a texture pixel of the room is about as wide as a pixel at the middle of the scene, or wider
    assert float((finish.density[:, 0] * DISTANCE / eye.focal.mean(1)).max()) < 1.5
    light = sample_light(stage)
    assert torch.allclose(light.way.norm(dim=-1), torch.ones(light.way.shape[:-1]), atol=1e-5)
    assert float(light.ambient.min()) > 0
