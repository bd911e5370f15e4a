"""How drawn layers move: maps between their material and the picture, known in both directions.

A layer's material (u, v) may be rolled around a cylinder or wrapped around a ball, both of which turn; it is bent
by a field of waves, and then put into the picture by a homography. Pixels are looked up backwards by formula;
points of the material go forwards, where the waves are inverted by a fixed point whose error falls by `STEEPEST`
per step.
Positions are (B, K, T, P, 2): clips, layers (or points, each with its layer's motion), frames, points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F
from torch import Tensor

STEEPEST = 0.4
STEPS = 14  # 0.4 ** 14 = 3e-6 of the waves' amplitude
MOVING = ("matrix", "inverse", "amplitude", "turn", "spin")  # the parts that differ from frame to frame
FACING = 0.15  # cosine at which the turned-away side of a cylinder or ball begins
RIM = 0.999 * (1 - FACING**2) ** 0.5  # how far from their middle that is
WRAP = math.pi**0.5  # half the side of a square as large as a ball of radius 1


@dataclass(frozen=True)
class Motion:
    """Motion of K layers of B clips over T frames.

    Parameters
    ----------
    matrix, inverse : (B, K, T, 3, 3)
        Homography from the layer's plane to the picture, and back.
    vector : (B, K, W, 2)
        Wave vectors in radians per pixel of the plane.
    phase : (B, K, W)
    amplitude : (B, K, T, W, 2)
        In pixels; the sum of |amplitude| · |vector| stays below `STEEPEST`.
    radius : (B, K)
        Of the cylinder around which the material is rolled; 0 for flat layers.
    turn : (B, K, T)
        How far the cylinder has turned, in radians.
    girth : (B, K, 2)
        Half axes in the plane of the ball around which the material is wrapped; 0 for other layers.
    spin : (B, K, T, 3, 3)
        Rotation of the ball.
    """

    matrix: Tensor
    inverse: Tensor
    vector: Tensor
    phase: Tensor
    amplitude: Tensor
    radius: Tensor
    turn: Tensor
    girth: Tensor
    spin: Tensor

    def layer(self, index: int) -> Motion:
        """One layer of every clip."""
        return Motion(*(getattr(self, f.name)[:, index : index + 1] for f in fields(self)))

    def gather(self, layers: Tensor) -> Motion:
        """The motion of the layer that each of (B, N) points lies on; K becomes N."""
        clips = torch.arange(len(layers), device=layers.device)[:, None]
        return Motion(*(getattr(self, f.name)[clips, layers] for f in fields(self)))

    def at(self, frames: Tensor) -> Motion:
        """The motion at (B, F) of its frames; T becomes F."""
        clips = torch.arange(len(frames), device=frames.device)[:, None, None]
        layers = torch.arange(self.radius.shape[1], device=frames.device)[:, None]
        moving = {name: getattr(self, name)[clips, layers, frames[:, None]] for name in MOVING}
        return replace(self, **moving)

    def to_plane(self, xy: Tensor) -> Tensor:
        """Picture to plane, in which outlines are cut."""
        flat = _transform(self.inverse, xy)
        return flat + self._waves(flat)

    def to_material(self, plane: Tensor) -> Tensor:
        """Plane to material."""
        radius = self.radius[..., None, None]
        arc = torch.asin((plane[..., 0] / radius.clamp_min(1e-3)).clamp(-1, 1))
        u = torch.where(radius > 0, radius * (arc + self.turn[..., None]), plane[..., 0])
        flat = torch.stack([u, plane[..., 1]], -1)
        across = plane / self._girth
        across = across / across.norm(dim=-1, keepdim=True).clamp_min(1)
        depth = (1 - across.square().sum(-1, keepdim=True)).clamp_min(0).sqrt()
        body = torch.cat([across, depth], -1) @ self.spin  # by the transpose: back to where the ball began
        material: Tensor = torch.where(self._is_ball, unwrap(body) * self._size, flat)
        return material

    def to_picture(self, material: Tensor) -> tuple[Tensor, Tensor]:
        """Material to picture: (B, K, T, P, 2) positions, and (B, K, T, P) whether the side faces the camera."""
        radius = self.radius[..., None, None]
        angle = material[..., 0] / radius.clamp_min(1e-3) - self.turn[..., None]
        rolled = radius > 0
        x = torch.where(rolled, radius * torch.sin(angle), material[..., 0])
        flat = torch.stack([x, material[..., 1].expand_as(x)], -1)
        body = wrap(material / self._size) @ self.spin.transpose(-1, -2)
        is_ball = self._is_ball
        plane = torch.where(is_ball, body[..., :2] * self._girth, flat)
        faces = torch.where(is_ball[..., 0], body[..., 2] > FACING, ~rolled | (torch.cos(angle) > FACING))
        flat = plane
        for _ in range(STEPS):
            flat = plane - self._waves(flat)
        return _transform(self.matrix, flat), faces

    def faces(self, plane: Tensor) -> Tensor:
        """(B, K, T, P) whether a place of the plane shows material that is turned to the camera."""
        return torch.lt(self._across(plane), RIM)

    def shade(self, plane: Tensor) -> Tensor:
        """(B, K, T, P) brightness of a cylinder or ball, darker towards its edges; 1 for flat layers."""
        return 0.55 + 0.45 * (1 - self._across(plane) ** 2).clamp_min(0).sqrt()

    def _across(self, plane: Tensor) -> Tensor:
        """(B, K, T, P) how far a place is from the middle of a cylinder or ball, 1 at its edge; 0 on flat layers."""
        radius = self.radius[..., None, None]
        rolled = torch.where(radius > 0, plane[..., 0].abs() / radius.clamp_min(1e-3), 0.0)
        return torch.where(self._is_ball[..., 0], (plane / self._girth).norm(dim=-1), rolled)

    @property
    def _is_ball(self) -> Tensor:
        return self.girth[:, :, None, None, :1] > 0

    @property
    def _girth(self) -> Tensor:
        return self.girth[:, :, None, None].clamp_min(1e-3)

    @property
    def _size(self) -> Tensor:
        """(B, K, 1, 1, 1) half the side of a ball's square of material, which is as large as the ball."""
        return torch.mul(self._girth.prod(-1, keepdim=True).sqrt(), WRAP)

    def _waves(self, plane: Tensor) -> Tensor:
        shift = torch.zeros_like(plane)
        for w in range(self.phase.shape[-1]):
            kx, ky = (self.vector[:, :, w, axis, None, None] for axis in (0, 1))
            wave = torch.sin(plane[..., 0] * kx + plane[..., 1] * ky + self.phase[:, :, w, None, None])
            shift += self.amplitude[:, :, :, w, None] * wave[..., None]
        return shift


def unwrap(body: Tensor) -> Tensor:
    """(..., 3) directions to (..., 2) places in -1 … 1 of a square, the octahedral map: without gaps, nearly even."""
    flat = body[..., :2] / body.abs().sum(-1, keepdim=True).clamp_min(1e-6)
    return torch.where(body[..., 2:] < 0, _folded(flat), flat)


def wrap(square: Tensor) -> Tensor:
    """(..., 2) places of the square to (..., 3) unit directions, the inverse of `unwrap`."""
    z = 1 - square.abs().sum(-1, keepdim=True)
    xy = torch.where(z < 0, _folded(square), square)
    return F.normalize(torch.cat([xy, z], -1), dim=-1)


def _folded(square: Tensor) -> Tensor:
    """The corners of the square change places with its middle."""
    return torch.where(square < 0, -1.0, 1.0) * (1 - square.flip(-1).abs())


def rotation(turns: Tensor) -> Tensor:
    """(..., 3, 3) rotations of (..., 3) rotation vectors in radians (Rodrigues' formula)."""
    angle = turns.norm(dim=-1, keepdim=True).clamp_min(1e-6)
    x, y, z = (turns / angle).unbind(-1)
    none = torch.zeros_like(x)
    cross = torch.stack([none, -z, y, z, none, -x, -y, x, none], -1).unflatten(-1, (3, 3))
    s, c = angle.sin()[..., None], angle.cos()[..., None]
    turned: Tensor = torch.eye(3, device=turns.device) + s * cross + (1 - c) * (cross @ cross)
    return turned


def _transform(matrix: Tensor, xy: Tensor) -> Tensor:
    """Apply (B, K, T, 3, 3) homographies to (B, K, T, P, 2) points."""
    m = matrix[..., None]
    x, y = xy[..., 0], xy[..., 1]
    w = m[..., 2, 0, :] * x + m[..., 2, 1, :] * y + m[..., 2, 2, :]
    above = [(m[..., row, 0, :] * x + m[..., row, 1, :] * y + m[..., row, 2, :]) / w for row in (0, 1)]
    return torch.stack(above, -1)
