"""Small drawn clips, and a set of textures from which a picture tells which material it shows."""

from __future__ import annotations

import math
from functools import cache, partial

import torch
from torch import Tensor

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips, ClipSizes, Workshop
from napari_cotracker.training.motion import Motion
from napari_cotracker.training.scene import Stage, sample_motion, sample_times

SIZES = ClipSizes(2, 8, 24, (64, 64))

SmallWorkshop = partial(Workshop, textures=6, side=48)


@cache
def workshop() -> Workshop:
    return SmallWorkshop(Chance(0))


@cache
def drawn(seed: int, sizes: ClipSizes = SIZES) -> Clips:
    return workshop().make(Chance(seed), sizes)


def sampled_stage(seed: int, layers: int = 5, clips: int = 2, length: int = 6) -> Stage:
    chance = Chance(seed)
    return Stage(chance, sample_times(chance, clips, length), (64, 96), layers)


def sampled_motion(seed: int, layers: int = 5) -> Motion:
    return sample_motion(sampled_stage(seed, layers))


def coded_textures(layers: int, side: int = 256) -> Tensor:
    """Red and green tell the place on the material by a cosine that goes on beyond the edge, blue tells the layer."""
    wave = 0.5 + 0.5 * torch.cos(2 * math.pi * (torch.arange(side) + 0.5) / side)
    blue = (torch.arange(layers) / layers).view(-1, 1, 1).expand(-1, side, side)
    red, green = wave.expand(layers, side, side), wave[:, None].expand(layers, side, side)
    return torch.stack([red, green, blue], 1)


def at_query(values: Tensor, clips: Clips) -> Tensor:
    """(B, N, ...) of (B, T, N, ...) on each track's query frame."""
    rows, frames = torch.arange(len(clips))[:, None], clips.queries[..., 0].long()
    return values[rows, frames, torch.arange(values.shape[2])]
