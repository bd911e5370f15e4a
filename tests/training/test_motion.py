"""Motion: what goes into the picture comes back to the same place of the material."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.motion import FACING, MOVING, Motion
from tests.training.drawn import sampled_motion

SEEDS = st.integers(0, 10**6)
RADIUS = 20.0
RESTS = {"flat": {"amplitude": 0.0, "radius": 0.0}, "waved": {"radius": 0.0}, "rolled": {"amplitude": 0.0}, "both": {}}


def motion_of(kind: str, seed: int) -> Motion:
    """The motion of a sampled scene, all its layers of one kind."""
    motion = sampled_motion(seed)
    motion = replace(motion, radius=torch.full_like(motion.radius, RADIUS))
    return replace(motion, **{name: getattr(motion, name) * factor for name, factor in RESTS[kind].items()})


def places(motion: Motion, seed: int, reach: float = 0.98 * RADIUS) -> Tensor:
    """Places of every layer's plane, near its middle."""
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


@given(SEEDS)
@settings(max_examples=10)
def test_places_that_face_the_camera_are_known_before_they_move(seed: int) -> None:
    motion = motion_of("rolled", seed)
    plane = places(motion, seed, 1.2 * RADIUS)
    _, faces = motion.to_picture(motion.to_material(plane))
    assert not bool((motion.faces(plane) & ~faces).any())
    assert bool(motion.faces(places(motion, seed, 0.98 * RADIUS)).all())
    assert bool(motion_of("flat", seed).faces(1e3 * plane).all())


def test_a_cylinder_is_darker_at_its_edges_and_a_plane_is_not() -> None:
    plane = torch.tensor([[0.0, 3.0], [RADIUS, 0.0]]).expand(2, 5, 6, 2, 2)
    shade = motion_of("rolled", 1).shade(plane)
    torch.testing.assert_close(shade[0, 0, 0], torch.tensor([1.0, 0.55]))
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
