"""A camera in space: pixels to rays, and places to pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..model.layers import constant
from .bodies import NEAR

BEYOND = 10.0  # picture sizes at which what is behind the camera is said to be


@dataclass(frozen=True)
class Eye:
    """A pinhole camera per clip and frame; it looks along its third axis, its second points down.

    Parameters
    ----------
    place : (B, T, 3)
    turn : (B, T, 3, 3)
        From its axes to the world's.
    focal : (B, T)
        Pixels.
    size : (height, width)
    """

    place: Tensor
    turn: Tensor
    focal: Tensor
    size: tuple[int, int]

    @property
    def origin(self) -> Tensor:
        """(B, T, 1, 3) where its rays start."""
        return self.place[:, :, None]

    @property
    def _centre(self) -> Tensor:
        return constant(((self.size[1] - 1) / 2, (self.size[0] - 1) / 2), self.place.device)

    def at(self, frames: Tensor) -> Eye:
        """At (B, F) of its frames."""
        clips = torch.arange(len(frames), device=frames.device)[:, None]
        return Eye(self.place[clips, frames], self.turn[clips, frames], self.focal[clips, frames], self.size)

    def rays(self, xy: Tensor) -> Tensor:
        """(B, T, P, 3) directions through (B, T, P, 2) pixels; a length of 1 is a depth of 1."""
        flat = (xy - self._centre) / self.focal[..., None, None]
        return torch.cat([flat, torch.ones_like(flat[..., :1])], -1) @ self.turn.transpose(-1, -2)

    def project(self, places: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, P, 3) places to (B, T, P, 2) pixels and (B, T, P) depths; far outside if behind the camera."""
        seen = (places - self.origin) @ self.turn
        depth = seen[..., 2]
        xy = seen[..., :2] / depth[..., None].clamp_min(NEAR) * self.focal[..., None, None] + self._centre
        beyond = constant((BEYOND * self.size[1], BEYOND * self.size[0]), xy.device)
        return torch.where(depth[..., None] < NEAR, beyond, xy), depth
