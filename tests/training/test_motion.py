"""Motion: what goes into the picture comes back to the same place of the material."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.motion import FACING, MOVING, Motion, rotation, unwrap, wrap
from tests.training.drawn import sampled_motion

SEEDS = st.integers(0, 10**6)
RADIUS = 20.0
RESTS = {
    "flat": {"amplitude": 0.0, "radius": 0.0, "girth": 0.0}, "waved": {"radius": 0.0, "girth": 0.0},
    "rolled": {"amplitude": 0.0, "girth": 0.0}, "rolled and waved": {"girth": 0.0},
    "ball": {"amplitude": 0.0, "radius": 0.0}, "waved ball": {"radius": 0.0},
}


def motion_of(kind: str, seed: int) -> Motion:
    """The motion of a sampled scene, all its layers of one kind."""
    motion = sampled_motion(seed)
    girth = torch.tensor([1.7, 1.45]) * RADIUS
    motion = replace(motion, radius=torch.full_like(motion.radius, RADIUS), girth=girth.expand_as(motion.girth))
    return replace(motion, **{name: getattr(motion, name) * factor for name, factor in RESTS[kind].items()})


def places(motion: Motion, seed: int, reach: float = 0.98 * RADIUS) -> Tensor:
    """Places of every layer's plane, on a cylinder and on a ball."""
    return Chance(seed).uniform((*motion.turn.shape, 7, 2), -reach, reach)


@pytest.mark.parametrize("kind", RESTS)
@settings(max_examples=15)
@given(SEEDS)
def test_the_way_to_the_picture_and_back_ends_where_it_began(kind: str, seed: int) -> None:
    motion = motion_of(kind, seed)
    there, faces = motion.to_picture(motion.to_material(places(motion, seed)))
    back, _ = motion.to_picture(motion.to_material(motion.to_plane(there)))
    assert bool(faces.all())
    near = (there.abs() < 1000).all(-1)
    assert float((back - there).norm(dim=-1)[near].max()) < 1e-3


@pytest.mark.parametrize("kind", RESTS)
@settings(max_examples=10)
@given(SEEDS)
def test_pixels_find_the_material_that_was_put_there(kind: str, seed: int) -> None:
    motion = motion_of(kind, seed)
    plane = places(motion, seed)
    found = motion.to_plane(motion.to_picture(motion.to_material(plane))[0])
    assert float((found - plane).norm(dim=-1).max()) < 5e-3


@given(SEEDS)
@settings(max_examples=10)
def test_the_back_of_a_cylinder_does_not_face_the_camera(seed: int) -> None:
    motion = motion_of("rolled", seed)
    angle = torch.linspace(-3.1, 3.1, 40)
    u = RADIUS * (angle + motion.turn[..., None])
    _, faces = motion.to_picture(torch.stack([u, torch.zeros_like(u)], -1))
    assert torch.equal(faces, (angle.cos() > FACING).expand_as(faces))


@pytest.mark.parametrize("kind", ["rolled", "ball"])
@given(SEEDS)
@settings(max_examples=10)
def test_places_that_face_the_camera_are_known_before_they_move(kind: str, seed: int) -> None:
    motion = motion_of(kind, seed)
    plane = places(motion, seed, 2 * RADIUS)
    _, faces = motion.to_picture(motion.to_material(plane))
    assert not bool((motion.faces(plane) & ~faces).any())
    assert bool(motion.faces(places(motion, seed, 0.98 * RADIUS)).all())
    assert bool(motion_of("flat", seed).faces(1e3 * plane).all())


@given(SEEDS)
@settings(max_examples=10)
def test_half_of_a_ball_is_turned_away_and_comes_round(seed: int) -> None:
    motion = motion_of("ball", seed)
    square = Chance(seed).uniform((1, 1, 1, 400, 2), -1, 1) * motion._size
    xy, faces = motion.to_picture(square.expand(*motion.turn.shape, -1, -1))
    assert bool(xy.isfinite().all())
    turned = motion.spin[..., 2, :]
    expected = (wrap(square / motion._size) @ turned[..., None])[..., 0] > FACING
    assert torch.equal(faces, expected)
    assert 0.3 < float(faces.float().mean()) < 0.55


@given(SEEDS)
@settings(max_examples=10)
def test_a_ball_is_wrapped_without_gaps(seed: int) -> None:
    body = Chance(seed).normal((300, 3))
    body = body / body.norm(dim=-1, keepdim=True)
    square = unwrap(body)
    assert float(square.abs().max()) <= 1
    torch.testing.assert_close(wrap(square), body, atol=1e-5, rtol=0)


def test_rotations_turn_by_their_vectors() -> None:
    quarter = rotation(torch.tensor([[0.0, 0.0, math.pi / 2], [0.0, 0.0, 0.0]]))
    torch.testing.assert_close(quarter[0] @ torch.tensor([1.0, 0, 0]), torch.tensor([0.0, 1, 0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(quarter[1], torch.eye(3))
    any_turn = rotation(Chance(1).normal((50, 3)))
    torch.testing.assert_close(any_turn @ any_turn.mT, torch.eye(3).expand(50, 3, 3), atol=1e-5, rtol=0)


def test_a_cylinder_and_a_ball_are_darker_at_their_edges_and_a_plane_is_not() -> None:
    plane = torch.tensor([[0.0, 3.0], [RADIUS, 0.0]]).expand(2, 5, 6, 2, 2)
    shade = motion_of("rolled", 1).shade(plane)
    torch.testing.assert_close(shade[0, 0, 0], torch.tensor([1.0, 0.55]))
    edge = torch.tensor([[0.0, 0.0], [0.0, 1.45 * RADIUS]]).expand(2, 5, 6, 2, 2)
    torch.testing.assert_close(motion_of("ball", 1).shade(edge)[0, 0, 0], torch.tensor([1.0, 0.55]), atol=1e-3, rtol=0)
    assert bool((motion_of("flat", 1).shade(plane) == 1).all())


def test_parts_are_picked_by_layer_by_frame_and_by_point() -> None:
    motion = sampled_motion(3)
    one = motion.layer(2)
    layers, frames = torch.tensor([[4, 0, 2], [1, 1, 3]]), torch.tensor([[5, 0], [2, 2]])
    of_points, at_frames = motion.gather(layers), motion.at(frames)
    for part in (field.name for field in fields(Motion)):
        whole = getattr(motion, part)
        assert torch.equal(getattr(one, part), whole[:, 2:3])
        for clip in range(2):
            for point, layer in enumerate(layers[clip].tolist()):
                assert torch.equal(getattr(of_points, part)[clip, point], whole[clip, layer])
            for index, frame in enumerate(frames[clip].tolist()):
                expected = whole[clip, :, frame] if part in MOVING else whole[clip]
                got = getattr(at_frames, part)[clip]
                assert torch.equal(got[:, index] if part in MOVING else got, expected)
