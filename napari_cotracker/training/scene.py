"""Scenes by chance: layers with their motion, outlines and textures, seen by a moving camera.

Lengths are relative to the picture's size, times to `UNIT` frames. Later layers lie nearer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..model.layers import constant
from .chance import Chance
from .motion import STEEPEST, Motion, rotation

UNIT = 16.0
COARSEST, FINEST = 0.2, 1.25  # texture pixels per pixel: finer ones would flicker where they move
WAVES = 2
SPINS = 0.03, 1.0  # radians in a unit of time that things turn on the spot, whatever their speed


@dataclass(frozen=True)
class Look:
    """What the K layers of B clips look like.

    Parameters
    ----------
    outline, texture : (B, K) int64
        Which of the banks' pictures; outline -1 covers everything, as the background does.
    half_size : (B, K, 2)
        Pixels in the plane.
    softness : (B, K)
        Width of the edge in pixels.
    density : (B, K)
        Texture pixels per pixel of the material.
    offset : (B, K, 2)
        Of the texture, in its halves.
    contrast : (B, K), tint : (B, K, 3), flicker : (B, K, T)
    opacity : (B, K)
        Below 1 for shadows and haze, which hide nothing.
    """

    outline: Tensor
    texture: Tensor
    half_size: Tensor
    softness: Tensor
    density: Tensor
    offset: Tensor
    contrast: Tensor
    tint: Tensor
    flicker: Tensor
    opacity: Tensor

    @property
    def is_solid(self) -> Tensor:
        """(B, K) whether a layer hides what is behind it."""
        return self.opacity >= 1


@dataclass(frozen=True)
class Stage:
    """What all parts of a scene need to know.

    Parameters
    ----------
    chance : Chance
    times : (B, T)
        When each frame is taken, in units of `UNIT` frames.
    size : (height, width)
    layers : int
        The background included.
    """

    chance: Chance
    times: Tensor
    size: tuple[int, int]
    layers: int

    @property
    def shape(self) -> tuple[int, int]:
        """(B, K)."""
        return len(self.times), self.layers

    @property
    def reach(self) -> float:
        """Mean of height and width."""
        return sum(self.size) / 2

    def wander(self, layers: int | None = None) -> Tensor:
        """(B, layers, T) smooth random paths with zero mean, about one unit wide."""
        chance, t = self.chance, self.times[:, None]
        shape = (len(t), layers or self.layers, 1)
        middle = t.mean(-1, keepdim=True)
        path = chance.normal(shape) * (t - middle) * chance.uniform(shape, 0, 2)
        for octave in range(1, 4):
            rate, phase = chance.uniform(shape, 0.2, 2.5), chance.uniform(shape)
            path = path + 0.4 / octave * chance.normal(shape) * torch.sin(2 * math.pi * (rate * t + phase))
        return path - path.mean(-1, keepdim=True)


def sample_times(chance: Chance, clips: int, length: int) -> Tensor:
    """(clips, length) when frames are taken: some clips sped up, some with frames missing."""
    rate = chance.log_uniform((clips, 1), 0.5, 2.0)
    missing = chance.coin((clips, length), 0.08) & chance.coin((clips, 1), 0.2)
    steps = rate * (1 + missing * chance.uniform((clips, length), 0.5, 2.0))
    return (torch.cumsum(steps, 1) - steps[:, :1]) / UNIT


def expose(times: Tensor, looks: int, exposure: float) -> tuple[Tensor, Tensor]:
    """(B, T · looks) when frames of (B, T) times are looked at, and (B, T) which of the looks lie mid-exposure."""
    shutter = exposure * (torch.arange(looks, device=times.device) - looks // 2) / looks
    middle = torch.arange(times.shape[1], device=times.device) * looks + looks // 2
    return (times[..., None] + shutter).flatten(1), middle.expand(len(times), -1)


def sample_motion(stage: Stage) -> Motion:
    """Motion of all layers: the camera's, with nearer layers moving more, and their own."""
    chance, (clips, layers) = stage.chance, stage.shape
    speed = chance.log_uniform((clips, 1, 1), 0.015, 0.22)
    own = speed * chance.log_uniform((clips, layers, 1), 0.2, 2.0)
    own[:, 0] *= 0.15
    camera = speed * chance.log_uniform((clips, 1, 1), 0.1, 1.5) * chance.coin((clips, 1, 1), 0.75)
    nearness = chance.uniform((clips, layers, 1), 0.4, 1.8).sort(dim=1).values
    place = _places(stage, own) + torch.stack(
        [stage.wander(1) * camera * nearness * stage.reach for _ in range(2)], -1
    ) + jerks(stage) * nearness[..., None]
    roll = stage.wander(1) * camera * 0.6
    zoom = stage.wander(1) * camera * 0.8 * nearness
    matrix = _homographies(stage, own, place, roll, zoom)
    solid = chance.uniform((clips, layers))
    solid[:, 0] = 1.0
    radius = torch.where(solid < 0.15, 1.0, 0.0)  # in half widths, until the look is known
    girth = torch.where((solid > 0.15) & (solid < 0.35), 1.0, 0.0)[..., None].repeat(1, 1, 2)
    vector, phase, amplitude = _waves(stage, speed)
    spins = own + chance.log_uniform((clips, layers, 1), *SPINS) / 6.0
    turn = stage.wander() * spins * 8.0
    spin = rotation(torch.stack([stage.wander() * spins * 6.0 for _ in range(3)], -1))
    spin = spin @ rotation(chance.normal((clips, layers, 1, 3)) * 2)
    return Motion(matrix, torch.linalg.inv(matrix), vector, phase, amplitude, radius, turn, girth, spin)


def _places(stage: Stage, own: Tensor) -> Tensor:
    """(B, K, T, 2) where each layer goes by itself; some ride on the one below, some leave and come back."""
    chance, (clips, layers) = stage.chance, stage.shape
    size = constant((stage.size[1], stage.size[0]), chance.device)
    home = chance.uniform((clips, layers, 1, 2), -0.45, 0.45) * size
    path = torch.stack([stage.wander(), stage.wander()], -1) * own[..., None] * stage.reach
    leaves = chance.coin((clips, layers, 1, 1), 0.12)
    way, phase = chance.uniform((clips, layers, 1), 0, 2 * math.pi), chance.uniform((clips, layers, 1))
    swing = torch.sin(2 * math.pi * (chance.uniform((clips, layers, 1), 0.3, 0.8) * stage.times[:, None] + phase))
    away = torch.stack([way.cos(), way.sin()], -1) * swing[..., None] * 0.8 * stage.reach
    path = path + leaves * away
    home[:, 0], path[:, 0] = 0, path[:, 0] - (leaves * away)[:, 0]
    for layer in range(2, layers):
        rides = chance.coin((clips, 1, 1), 0.35)
        path[:, layer] = torch.where(rides, path[:, layer - 1] + 0.35 * path[:, layer], path[:, layer])
        home[:, layer] = torch.where(rides, home[:, layer - 1] + 0.15 * home[:, layer], home[:, layer])
    return home + path


def jerks(stage: Stage) -> Tensor:
    """(B, 1, T, 2) sudden shifts of the camera in a quarter of the clips."""
    chance, (clips, length) = stage.chance, stage.times.shape
    sudden = chance.coin((clips, 1, length, 1), 0.03) & chance.coin((clips, 1, 1, 1), 0.25)
    return torch.cumsum(sudden * chance.normal((clips, 1, length, 2)), 2) * 0.04 * stage.reach


def _homographies(stage: Stage, own: Tensor, place: Tensor, roll: Tensor, zoom: Tensor) -> Tensor:
    """(B, K, T, 3, 3) from each layer's plane to the picture."""
    chance, (clips, layers) = stage.chance, stage.shape
    start = chance.uniform((clips, layers, 1), -math.pi, math.pi)
    own_turn = stage.wander() * own * 4.0
    start[:, 0], own_turn[:, 0] = start[:, 0] * 0.05, 0
    angle = start + own_turn + roll
    scale = (stage.wander() * own * 1.2 + zoom).clamp(-0.7, 0.7)
    squeeze = (stage.wander() * own * 0.8).clamp(-0.4, 0.4)
    tilt = [(stage.wander() * own * 0.8).clamp(-0.25, 0.25) / stage.reach for _ in range(2)]
    c, s, one, zero = angle.cos(), angle.sin(), torch.ones_like(angle), torch.zeros_like(angle)
    sx, sy = (scale + squeeze).exp(), (scale - squeeze).exp()
    turned = _matrix([c * sx, -s * sy, zero], [s * sx, c * sy, zero], [*tilt, one])
    centre = ((stage.size[1] - 1) / 2, (stage.size[0] - 1) / 2)
    x, y = place[..., 0] + centre[0], place[..., 1] + centre[1]
    return _matrix([one, zero, x], [zero, one, y], [zero, zero, one]) @ turned


def _matrix(*rows: list[Tensor]) -> Tensor:
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def _waves(stage: Stage, speed: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Bending: wave vectors, phases, and amplitudes that swing in time; six layers in ten bend."""
    chance, (clips, layers) = stage.chance, stage.shape
    number = 2 * math.pi / (chance.log_uniform((clips, layers, WAVES), 0.25, 1.2) * stage.reach)
    heading, sway = (chance.uniform((clips, layers, WAVES), 0, 2 * math.pi) for _ in range(2))
    vector = number[..., None] * torch.stack([heading.cos(), heading.sin()], -1)
    bends = chance.coin((clips, layers, 1), 0.6) * chance.uniform((clips, layers, 1), 0.1, 1.0)
    most = STEEPEST / WAVES / number * bends
    rate = chance.uniform((clips, layers, 1, WAVES), 0, 2.5) * (speed[..., None] / 0.4).sqrt()
    phase = chance.uniform((clips, layers, 1, WAVES))
    swing = torch.cos(2 * math.pi * (rate * stage.times[:, None, :, None] + phase))
    amplitude = (most[:, :, None] * swing)[..., None] * torch.stack([sway.cos(), sway.sin()], -1)[:, :, None]
    return vector, chance.uniform((clips, layers, WAVES), 0, 2 * math.pi), amplitude


def sample_look(stage: Stage, outlines: int, textures: int) -> Look:
    """The look of all layers, out of banks of so many outlines and textures."""
    chance, shape = stage.chance, stage.shape
    size = chance.log_uniform(shape, 0.06, 0.5) * stage.reach
    aspect = chance.log_uniform(shape, 0.25, 1.0)
    outline = chance.integers(shape, 0, outlines)
    outline[:, 0] = -1
    haze = chance.coin(shape, 0.08)
    haze[:, 0] = False
    finer = 256 / stage.reach  # textures keep their detail relative to the picture, as far as its pixels can show it
    return Look(
        outline, chance.integers(shape, 0, textures),
        torch.stack([size, (size * aspect).clamp_min(2.0)], -1), chance.log_uniform(shape, 0.35, 1.3),
        (chance.log_uniform(shape, COARSEST, FINEST) * finer).clamp_max(FINEST), chance.uniform((*shape, 2), -1, 1),
        chance.log_uniform(shape, 0.25, 1.4), chance.uniform((*shape, 3), -0.25, 0.25),
        1 + 0.06 * stage.wander(), torch.where(haze, chance.uniform(shape, 0.15, 0.5), 1.0),
    )
