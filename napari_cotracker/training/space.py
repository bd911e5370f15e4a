"""Scenes of solid bodies by chance: a room, things in it, light, and a camera that goes about.

The camera begins at the origin and looks along z, towards the middle of the scene at `DISTANCE`; y points down.
Times are in units of `UNIT` frames, as in `scene`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .bodies import FACES, Bodies
from .chance import Chance
from .eye import Eye
from .motion import rotation
from .scene import COARSEST, FINEST, SPINS, Stage, jerks

DISTANCE = 6.0
KINDS = ("ball", "box", "box", "tube")
FARTHEST = 3.0  # in distances to the middle of the scene, that a camera drives
TURNS = 5.0  # radians a thing turns while it goes a picture's width


@dataclass(frozen=True)
class Finish:
    """What the surfaces of K bodies of B clips look like.

    Parameters
    ----------
    texture : (B, K, FACES) int64
    offset : (B, K, FACES, 2)
        Of the texture, in its sides.
    density : (B, K)
        Texture pixels per length.
    contrast : (B, K), tint : (B, K, 3)
    gloss, sharpness : (B, K)
        Strength and exponent of highlights.
    mirror : (B, K)
        How much of its surroundings a surface shows.
    """

    texture: Tensor
    offset: Tensor
    density: Tensor
    contrast: Tensor
    tint: Tensor
    gloss: Tensor
    sharpness: Tensor
    mirror: Tensor


@dataclass(frozen=True)
class Light:
    """A light far away: (B, T, 3) the way to it, and (B,) how bright is what it does not reach."""

    way: Tensor
    ambient: Tensor


def sample_speed(stage: Stage) -> Tensor:
    """(B, 1, 1) picture sizes in a unit of time."""
    return stage.chance.log_uniform((stage.shape[0], 1, 1), 0.015, 0.2)


def sample_eye(stage: Stage, speed: Tensor) -> Eye:
    """A camera that is still in a fifth of the clips; else it circles, walks, pans, rolls and zooms, more or less.

    In some it drives on, so that things grow many times over.
    """
    chance, clips = stage.chance, stage.shape[0]
    speed = speed * chance.coin((clips, 1, 1), 0.8)

    def some(most: float) -> Tensor:
        """(B, T) a path of that size or smaller; none in a third of the clips."""
        share = speed * chance.log_uniform((clips, 1, 1), most / 10, most) * chance.coin((clips, 1, 1), 0.67)
        return (stage.wander(1) * share)[:, 0]

    focal = stage.reach * chance.log_uniform((clips, 1), 0.7, 2.2) * some(0.8).clamp(-0.5, 0.5).exp()
    field = stage.reach / focal[..., None]  # width of the picture at a distance of 1
    still = torch.zeros_like(focal)
    around = stage.wander(1)[:, 0] * chance.log_uniform((clips, 1), *SPINS) * chance.coin((clips, 1), 0.25)
    circle = rotation(torch.stack([some(1.0), some(2.0) + around, still], -1))
    pan = rotation(torch.stack([some(1.0) * field[..., 0], some(1.5) * field[..., 0], some(0.8)], -1))
    sudden = jerks(stage)[:, 0] / focal[..., None]
    shake = rotation(torch.stack([sudden[..., 1], sudden[..., 0], still], -1))
    walk = torch.stack([some(1.0) * field[..., 0], some(0.6) * field[..., 0], some(1.0).clamp(-0.5, 0.5)], -1)
    drives = speed[:, 0] * chance.log_uniform((clips, 1), 1.0, 8.0) * chance.coin((clips, 1), 0.2)
    walk[..., 2] += (drives * (stage.times - stage.times[:, :1])).clamp(max=FARTHEST)
    back = circle[..., 2] * DISTANCE
    place = walk * DISTANCE - back
    place[..., 2] += DISTANCE
    return Eye(place, circle @ pan @ shake, focal, stage.size)


def sample_bodies(stage: Stage, eye: Eye, speed: Tensor) -> Bodies:
    """A room, and things in it that stay, drift, turn, swell, or hang on the one before them."""
    chance, (clips, count) = stage.chance, stage.shape
    rides = chance.coin((clips, count, 1, 1), 0.4)
    field = stage.reach / eye.focal.mean(1)[:, None, None]
    drive = eye.place[..., 2].amax(1).clamp_min(0)[:, None]  # where the camera goes, things are
    depth = chance.log_uniform((clips, count, 1), 0.4, 1.5) * DISTANCE
    depth += chance.uniform((clips, count, 1)) * drive[..., None]
    for slot in range(2, count):
        depth[:, slot] = torch.where(rides[:, slot, 0], depth[:, slot - 1], depth[:, slot])
    size = field * depth * chance.log_uniform((clips, count, 1), 0.07, 0.5)
    girth = size * chance.log_uniform((clips, count, 3), 0.15, 1.0)
    own = speed * chance.log_uniform((clips, count, 1), 0.2, 2.0) * chance.coin((clips, count, 1), 0.75)
    place, turn = _go(stage, own, field, depth)
    swell = (stage.wander() * own * chance.coin((clips, count, 1), 0.2)).clamp(-0.5, 0.5)
    half = girth[:, :, None] * (0.5 * swell).exp()[..., None]
    kinds = ("room", *(KINDS[chance.whole(0, len(KINDS))] for _ in range(count - 1)))
    bodies = Bodies(kinds, place, turn, half, girth, chance.uniform((clips, count), -0.6, 0.8).clamp_min(0))
    _hang(stage, bodies, rides, own)
    _wall_in(chance, bodies, field[:, 0], drive)
    return bodies


def _go(stage: Stage, own: Tensor, field: Tensor, depth: Tensor) -> tuple[Tensor, Tensor]:
    """(B, K, T, 3) where things go by themselves, and (B, K, T, 3, 3) how they turn."""
    chance, shape = stage.chance, stage.shape
    wide = (field * depth)[..., None]
    home = chance.uniform((*shape, 1, 3), -0.5, 0.5) * wide
    home[..., 2] = depth
    path = torch.stack([stage.wander() for _ in range(3)], -1) * own[..., None] * wide
    spins = own * TURNS + chance.log_uniform((*shape, 1), *SPINS) * chance.coin((*shape, 1), 0.6)
    turning = torch.stack([stage.wander() for _ in range(3)], -1) * spins[..., None]
    return home + path, rotation(turning) @ rotation(chance.normal((*shape, 1, 3)) * 2)


def _hang(stage: Stage, bodies: Bodies, rides: Tensor, own: Tensor) -> None:
    """Let some things go with the ones before them: parts of one body, or limbs that move at a joint."""
    chance, (clips, count) = stage.chance, stage.shape
    place, turn = bodies.place, bodies.turn
    moving = (own * chance.coin((clips, count, 1), 0.5))[..., None]
    joint = rotation(torch.stack([stage.wander() for _ in range(3)], -1) * moving * TURNS / 2)
    joint = joint @ rotation(chance.normal((clips, count, 1, 3)))
    where = chance.uniform((clips, count, 3), -1, 1) * bodies.girth.roll(1, 1)
    for slot in range(2, count):
        held_at = turn[:, slot - 1] @ where[:, slot, None, :, None]
        place[:, slot] = torch.where(rides[:, slot], place[:, slot - 1] + held_at[..., 0], place[:, slot])
        turn[:, slot] = torch.where(rides[:, slot, ..., None], turn[:, slot - 1] @ joint[:, slot], turn[:, slot])


def _wall_in(chance: Chance, bodies: Bodies, field: Tensor, drive: Tensor) -> None:
    """Make the first body a room around the scene and the camera's way."""
    clips = len(field)
    wide = field * DISTANCE * chance.log_uniform((clips, 2), 0.5, 2.0)
    deep = DISTANCE * chance.log_uniform((clips, 1), 1.1, 2.5) + drive
    half = torch.cat([wide, deep / 2 + 1], -1)
    lean = chance.normal((clips, 3)) * 0.2
    lean[:, 0] -= chance.uniform((clips,), 0, 0.8) * chance.coin((clips,), 0.4)  # seen from above
    turn = rotation(lean)
    # it leans around the middle of the scene
    middle = turn[..., 2] * (deep / 2 - 1 - DISTANCE)
    middle[:, 2] += DISTANCE
    bodies.place[:, 0], bodies.turn[:, 0], bodies.half[:, 0] = middle[:, None], turn[:, None], half[:, None]
    bodies.girth[:, 0] = half


def sample_finish(stage: Stage, bodies: Bodies, eye: Eye, textures: int) -> Finish:
    """Materials of all bodies; on half of them all sides show the same picture."""
    chance, shape = stage.chance, stage.shape
    sides = chance.integers((*shape, FACES), 0, textures)
    texture = torch.where(chance.coin((*shape, 1), 0.5), sides[..., :1], sides)
    away = bodies.place[..., 2].mean(2).clamp_min(DISTANCE / 4)
    away = torch.cat([torch.full_like(away[:, :1], DISTANCE), away[:, 1:]], 1)
    finer = 256 / stage.reach
    fine = (chance.log_uniform(shape, COARSEST, FINEST) * finer).clamp_max(FINEST)
    shiny = chance.coin(shape, 0.35)
    return Finish(
        texture, chance.uniform((*shape, FACES, 2)), fine * eye.focal.mean(1)[:, None] / away,
        chance.log_uniform(shape, 0.3, 1.5), chance.uniform((*shape, 3), -0.25, 0.25),
        shiny * chance.uniform(shape, 0.1, 0.9), chance.log_uniform(shape, 6.0, 120.0),
        shiny * chance.coin(shape, 0.4) * chance.uniform(shape, 0.05, 0.5),
    )


def sample_light(stage: Stage) -> Light:
    """A light from above, in most clips from the camera's side, that stays or wanders."""
    chance, clips = stage.chance, stage.shape[0]
    way = chance.normal((clips, 1, 3))
    way[..., 1] = -way[..., 1].abs() - 0.3
    behind = chance.coin((clips, 1), 0.25)
    way[..., 2] = way[..., 2].abs() * torch.where(behind, 1.0, -1.0)
    moves = torch.stack([stage.wander(1)[:, 0] for _ in range(3)], -1) * 0.3 * chance.coin((clips, 1, 1), 0.5)
    way = way + moves
    return Light(way / way.norm(dim=-1, keepdim=True), chance.uniform((clips,), 0.3, 0.85))
