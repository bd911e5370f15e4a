"""Solid bodies in space, and rays that meet them: where, on which side, and at which place of the surface.

Bodies are balls, boxes and tapered tubes, each a unit shape that is stretched, turned and put somewhere; a room is a
box seen from inside. A place on a surface is given in the unit shape's coordinates, so it sticks to the material.
Rays are (B, T, P, 3): clips, frames, rays. Lengths of rays count in their own direction's length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from .motion import WRAP, unwrap

NEAR = 0.05  # nothing nearer to the eye than this is seen
FACES = 6


@dataclass(frozen=True)
class Bodies:
    """K bodies of B clips over T frames; a slot holds the same kind in all clips.

    Parameters
    ----------
    kinds : K of "ball", "box", "tube" and "room"
    place : (B, K, T, 3)
        Of their middles.
    turn : (B, K, T, 3, 3)
        From the body's axes to the world's.
    half : (B, K, T, 3)
        Half sizes along their axes.
    girth : (B, K, 3)
        Half sizes by which their surface is measured: `half`, but for its changes in time.
    taper : (B, K)
        How much thinner than the other one end of a tube is, 0 … 1.
    """

    kinds: tuple[str, ...]
    place: Tensor
    turn: Tensor
    half: Tensor
    girth: Tensor
    taper: Tensor

    def at(self, frames: Tensor) -> Bodies:
        """At (B, F) of their frames; T becomes F."""
        clips = torch.arange(len(frames), device=frames.device)[:, None, None]
        slots = torch.arange(len(self.kinds), device=frames.device)[:, None]
        moving = {name: getattr(self, name)[clips, slots, frames[:, None]] for name in ("place", "turn", "half")}
        return replace(self, **moving)

    def to_world(self, slot: Tensor, unit: Tensor) -> Tensor:
        """(B, T, N, 3) where (B, N, 3) places on the surfaces of (B, N) bodies are in every frame."""
        clips = torch.arange(len(slot), device=slot.device)[:, None]
        place, turn, half = (values[clips, slot] for values in (self.place, self.turn, self.half))
        moved = place + (turn @ (half * unit[:, :, None])[..., None])[..., 0]
        return moved.transpose(1, 2)

    def first(self, origin: Tensor, way: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, P) how far rays go until they meet a body, and which; infinitely far where they meet none."""
        far = torch.full_like(way[..., 0], torch.inf)
        slot = torch.zeros_like(far, dtype=torch.int64)
        for number in range(len(self.kinds)):
            length = self._length(number, origin, way)
            slot = torch.where(length < far, number, slot)
            far = torch.minimum(far, length)
        return far, slot

    def shades(self, origin: Tensor, way: Tensor) -> Tensor:
        """(B, T, P) whether rays meet any body but the room."""
        met = torch.zeros_like(way[..., 0], dtype=torch.bool)
        for number, kind in enumerate(self.kinds):
            if kind != "room":
                met = met | torch.isfinite(self._length(number, origin, way))
        return met

    def trace(self, origin: Tensor, way: Tensor) -> Hit:
        """What rays meet first, from (B, T, P or 1, 3) in (B, T, P, 3) directions."""
        length, slot = self.first(origin, way)
        clips, frames = (torch.arange(n, device=way.device) for n in way.shape[:2])
        clips = clips[:, None, None]
        place, turn, half = (values[clips, slot, frames[:, None]] for values in (self.place, self.turn, self.half))
        at = origin + torch.where(torch.isfinite(length), length, 0.0)[..., None] * way - place
        unit = (at[..., None] * turn).sum(-2) / half
        kind = torch.cat([torch.full((1,), ORDER.index(kind), device=way.device) for kind in self.kinds])[slot]
        girth, taper = self.girth[clips, slot], self.taper[clips, slot]
        face, spot, normal = _flat(unit, girth, kind == ORDER.index("room"))
        for name, describe in (("ball", _round), ("tube", _around)):
            own = kind == ORDER.index(name)
            other = describe(unit, girth, taper)
            face, own = torch.where(own, other[0], face), own[..., None]
            spot, normal = torch.where(own, other[1], spot), torch.where(own, other[2], normal)
        world = (turn * (normal / half)[..., None, :]).sum(-1)
        return Hit(length, slot, face, unit, spot, F.normalize(world, dim=-1))

    def _length(self, slot: int, origin: Tensor, way: Tensor) -> Tensor:
        """(B, T, P) how far rays go until they enter a body."""
        turn, half = self.turn[:, slot], self.half[:, slot, :, None]
        start = ((origin - self.place[:, slot, :, None]) @ turn) / half
        return _LENGTHS[self.kinds[slot]](start, (way @ turn) / half, self.taper[:, slot, None, None])


@dataclass(frozen=True)
class Hit:
    """Where rays meet a body.

    Parameters
    ----------
    length : (B, T, P)
        Infinite where they meet none; the rest then tells nothing.
    slot, face : (B, T, P) int64
        Which body, and which of its sides.
    unit : (B, T, P, 3)
        The place in the unit shape's coordinates.
    spot : (B, T, P, 2)
        The place on the side, in the world's lengths.
    normal : (B, T, P, 3)
        The way out, of length 1.
    """

    length: Tensor
    slot: Tensor
    face: Tensor
    unit: Tensor
    spot: Tensor
    normal: Tensor


def _ball(start: Tensor, heading: Tensor, taper: Tensor) -> Tensor:
    square = heading.square().sum(-1)
    middle = -(start * heading).sum(-1) / square
    deep = 1 - (start + middle[..., None] * heading).square().sum(-1)  # from the ray's nearest place: steady far away
    length = middle - (deep.clamp_min(0) / square).sqrt()
    return _valid(length, deep > 0)


def _slabs(start: Tensor, heading: Tensor) -> tuple[Tensor, Tensor]:
    """Where rays enter and leave the cube."""
    heading = _away_from_zero(heading)
    low, high = (-1 - start) / heading, (1 - start) / heading
    return torch.minimum(low, high).amax(-1), torch.maximum(low, high).amin(-1)


def _box(start: Tensor, heading: Tensor, taper: Tensor) -> Tensor:
    enters, leaves = _slabs(start, heading)
    return _valid(enters, leaves > enters)


def _room(start: Tensor, heading: Tensor, taper: Tensor) -> Tensor:
    enters, leaves = _slabs(start, heading)
    return _valid(leaves, leaves > enters)


def _tube(start: Tensor, heading: Tensor, taper: Tensor) -> Tensor:
    """A cone's frustum around z, whose radius is 1 at z = -1 and 1 - `taper` at z = 1."""
    middle = -(start * heading).sum(-1) / heading.square().sum(-1)
    near = start + middle[..., None] * heading  # lengths from the ray's nearest place: steady far away
    slope = taper / 2
    radius = 1 - slope - slope * near[..., 2]
    a = _away_from_zero(heading[..., :2].square().sum(-1) - (slope * heading[..., 2]).square())
    b = (near[..., :2] * heading[..., :2]).sum(-1) + slope * heading[..., 2] * radius
    c = near[..., :2].square().sum(-1) - radius.square()
    inner = b.square() - a * c
    far = -(b + torch.copysign(inner.clamp_min(0).sqrt(), b))  # of both solutions that in which nothing cancels out
    lengths = []
    for length in (far / a, c / _away_from_zero(far)):
        meets = (inner > 0) & ((near[..., 2] + length * heading[..., 2]).abs() <= 1)
        lengths.append(_valid(middle + length, meets))
    for end in (-1.0, 1.0):
        length = (end - near[..., 2]) / _away_from_zero(heading[..., 2])
        across = near[..., :2] + length[..., None] * heading[..., :2]
        lengths.append(_valid(middle + length, across.square().sum(-1) <= (1 - slope - slope * end).square()))
    return torch.stack(lengths).amin(0)


def _away_from_zero(divisor: Tensor) -> Tensor:
    return torch.where(divisor.abs() < 1e-9, 1e-9, divisor)


_LENGTHS = {"ball": _ball, "box": _box, "room": _room, "tube": _tube}
ORDER = tuple(_LENGTHS)


def _valid(length: Tensor, meets: Tensor) -> Tensor:
    return torch.where(meets & (length > NEAR), length, torch.inf)


def _flat(unit: Tensor, girth: Tensor, is_room: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Face, place on it in the world's lengths, and normal in the unit shape, of a box or room at (B, T, P, 3)."""
    axis = unit.abs().argmax(-1)
    sign = torch.where(unit.gather(-1, axis[..., None]) < 0, -1.0, 1.0)
    at = unit * girth
    across = torch.where(axis == 0, at[..., 1], at[..., 0])
    along = torch.where(axis == 2, at[..., 1], at[..., 2])
    normal = F.one_hot(axis, 3) * sign * torch.where(is_room, -1.0, 1.0)[..., None]
    return 2 * axis + (sign[..., 0] > 0), torch.stack([across, along], -1), normal


def _round(unit: Tensor, girth: Tensor, taper: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The same of a ball, whose only side is as large as the ball."""
    size = girth.prod(-1, keepdim=True) ** (1 / 3) * WRAP
    return torch.zeros_like(unit[..., 0], dtype=torch.int64), unwrap(unit) * size, unit


def _around(unit: Tensor, girth: Tensor, taper: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The same of a tube: its side and its two ends."""
    x, y, z = unit.unbind(-1)
    slope = taper / 2
    is_end = 1 - z.abs() < 1 - slope - slope * z - torch.hypot(x, y)
    face = torch.where(is_end, torch.where(z > 0, 2, 1), 0)
    side = torch.stack([torch.atan2(y, x) * girth[..., :2].mean(-1), z * girth[..., 2]], -1)
    spot = torch.where(is_end[..., None], unit[..., :2] * girth[..., :2], side)
    none = torch.zeros_like(z)
    lean = slope * (1 - slope - slope * z)
    normal = torch.where(is_end[..., None], torch.stack([none, none, z], -1), torch.stack([x, y, lean], -1))
    return face, spot, normal
