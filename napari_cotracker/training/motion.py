"""How drawn layers move: maps between their material and the picture, known in both directions.

A layer's material (u, v) may be rolled around a cylinder, is bent by a field of waves, and then put
into the picture by a homography. Pixels are looked up backwards by formula; points of the material go
forwards, where the waves are inverted by a fixed point whose error falls by `STEEPEST` per step.
Positions are (B, K, T, P, 2): clips, layers (or points, each with its layer's motion), frames, points.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

STEEPEST = 0.4
STEPS = 14  # 0.4 ** 14 = 3e-6 of the waves' amplitude
MOVING = ("matrix", "inverse", "amplitude", "turn")  # the parts that differ from frame to frame
FACING = 0.15  # cosine at which the turned-away side of a cylinder begins


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
    """

    matrix: Tensor
    inverse: Tensor
    vector: Tensor
    phase: Tensor
    amplitude: Tensor
    radius: Tensor
    turn: Tensor

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
        return torch.stack([u, plane[..., 1]], -1)

    def to_picture(self, material: Tensor) -> tuple[Tensor, Tensor]:
        """Material to picture: (B, K, T, P, 2) positions, and (B, K, T, P) whether the side faces the camera."""
        radius = self.radius[..., None, None]
        angle = material[..., 0] / radius.clamp_min(1e-3) - self.turn[..., None]
        rolled = radius > 0
        x = torch.where(rolled, radius * torch.sin(angle), material[..., 0])
        plane = torch.stack([x, material[..., 1].expand_as(x)], -1)
        flat = plane
        for _ in range(STEPS):
            flat = plane - self._waves(flat)
        return _transform(self.matrix, flat), ~rolled | (torch.cos(angle) > FACING)

    def faces(self, plane: Tensor) -> Tensor:
        """(B, K, T, P) whether a place of the plane shows material that is turned to the camera."""
        radius = self.radius[..., None, None]
        rim = 0.999 * (1 - FACING**2) ** 0.5
        across = plane[..., 0] / radius.clamp_min(1e-3)
        return torch.where(radius > 0, across.abs() < rim, True)

    def shade(self, plane: Tensor) -> Tensor:
        """(B, K, T, P) brightness of a cylinder, darker towards its edges; 1 for flat layers."""
        radius = self.radius[..., None, None]
        across = (plane[..., 0] / radius.clamp_min(1e-3)).clamp(-1, 1)
        return torch.where(radius > 0, 0.55 + 0.45 * (1 - across**2).sqrt(), torch.ones_like(across))

    def _waves(self, plane: Tensor) -> Tensor:
        shift = torch.zeros_like(plane)
        for w in range(self.phase.shape[-1]):
            kx, ky = (self.vector[:, :, w, axis, None, None] for axis in (0, 1))
            wave = torch.sin(plane[..., 0] * kx + plane[..., 1] * ky + self.phase[:, :, w, None, None])
            shift += self.amplitude[:, :, :, w, None] * wave[..., None]
        return shift


def _transform(matrix: Tensor, xy: Tensor) -> Tensor:
    """Apply (B, K, T, 3, 3) homographies to (B, K, T, P, 2) points."""
    m = matrix[..., None]
    x, y = xy[..., 0], xy[..., 1]
    w = m[..., 2, 0, :] * x + m[..., 2, 1, :] * y + m[..., 2, 2, :]
    above = [(m[..., row, 0, :] * x + m[..., row, 1, :] * y + m[..., row, 2, :]) / w for row in (0, 1)]
    return torch.stack(above, -1)
