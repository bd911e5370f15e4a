"""Outlines of drawn things, as maps that are positive inside and fall with the distance to the edge.

A map covers ±`REACH` of a shape whose half width and half height are 1; lengths in it are in these units.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .chance import Chance

REACH = 1.3
BALL = 0


class Sheet:
    """The square on which outlines are cut, and the chance that moves the scissors."""

    def __init__(self, side: int, chance: Chance) -> None:
        axis = torch.linspace(-REACH, REACH, side, device=chance.device)
        self.y, self.x = torch.meshgrid(axis, axis, indexing="ij")
        self.radius = torch.hypot(self.x, self.y)
        self.chance = chance

    def capsule(self, start: tuple[float, float], stop: tuple[float, float], width: float) -> Tensor:
        """A thick line with round ends."""
        dx, dy = stop[0] - start[0], stop[1] - start[1]
        along = ((self.x - start[0]) * dx + (self.y - start[1]) * dy) / max(dx * dx + dy * dy, 1e-6)
        along = along.clamp(0, 1)
        return width - torch.hypot(self.x - start[0] - along * dx, self.y - start[1] - along * dy)


def blob(sheet: Sheet) -> Tensor:
    """A smooth lump."""
    angle = torch.atan2(sheet.y, sheet.x)
    edge = torch.full_like(angle, 0.9)
    for k in range(2, 7):
        edge = edge + 0.3 / k * sheet.chance.number(-1, 1) * torch.cos(k * angle + sheet.chance.number(0, 2 * math.pi))
    return edge.clamp(0.25, 1.2) - sheet.radius


def rounded(sheet: Sheet) -> Tensor:
    """From a diamond over an ellipse to a box."""
    n = sheet.chance.log_number(1.2, 9.0)
    return 1 - ((sheet.x.abs() + 1e-6) ** n + (sheet.y.abs() + 1e-6) ** n) ** (1 / n)


def bar(sheet: Sheet) -> Tensor:
    """A thin rod: a pole, a blade of grass, a limb."""
    return torch.minimum(sheet.chance.number(0.05, 0.2) - sheet.y.abs(), 1 - sheet.x.abs())


def fence(sheet: Sheet) -> Tensor:
    """Parallel rods with gaps, through which things behind are seen."""
    pitch = sheet.chance.number(0.3, 0.7)
    gap = (torch.remainder(sheet.x / pitch, 1) - 0.5).abs() * pitch
    rods = torch.minimum(sheet.chance.number(0.15, 0.3) * pitch - gap, 1 - sheet.y.abs())
    return torch.minimum(rods, 1 - sheet.x.abs())


def lattice(sheet: Sheet) -> Tensor:
    """A lump full of holes: foliage."""
    fx, fy = sheet.chance.number(5, 16), sheet.chance.number(5, 16)
    waves = torch.sin(sheet.x * fx + sheet.chance.number(0, 6)) + torch.sin(sheet.y * fy + sheet.chance.number(0, 6))
    return torch.minimum((waves + sheet.chance.number(-0.6, 0.6)) / (fx + fy) * 2, blob(sheet))


def ring(sheet: Sheet) -> Tensor:
    """A hoop."""
    return sheet.chance.number(0.08, 0.3) - (sheet.radius - 0.7).abs()


def creature(sheet: Sheet) -> Tensor:
    """A body with a head and limbs, as of a mouse, an insect or a person."""
    chance = sheet.chance
    shape = sheet.capsule((-0.5, 0.0), (0.35, chance.number(-0.15, 0.15)), chance.number(0.22, 0.4))
    shape = torch.maximum(shape, sheet.capsule((0.5, 0.0), (0.8, chance.number(-0.3, 0.3)), chance.number(0.12, 0.25)))
    for _ in range(chance.whole(2, 7)):
        foot = (chance.number(-1, 1), math.copysign(chance.number(0.6, 1), chance.number(-1, 1)))
        limb = sheet.capsule((chance.number(-0.5, 0.5), 0.0), foot, chance.number(0.05, 0.14))
        shape = torch.maximum(shape, limb)
    return torch.maximum(shape, sheet.capsule((-0.5, 0), (-1.1, chance.number(-0.5, 0.5)), chance.number(0.04, 0.1)))


KINDS = (blob, blob, rounded, rounded, bar, fence, lattice, ring, creature, creature)


def draw_outlines(count: int, side: int, chance: Chance) -> Tensor:
    """(count, 1, side, side) outlines of mixed kinds; the one numbered `BALL` is round."""
    sheet = Sheet(side, chance)
    outlines = [KINDS[chance.whole(0, len(KINDS))](sheet) for _ in range(count)]
    outlines[BALL] = 1 - sheet.radius
    return torch.stack(outlines)[:, None]
