"""What light, lens, sensor and encoder do to a drawn clip: (B, T, 3, H, W) pictures in 0 … 1.

Every effect is drawn once per clip, so that it is steady or changes slowly in time, as in real footage.
"""

from __future__ import annotations

import math
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from .chance import Chance
from .scene import Stage


def film(pictures: Tensor, stage: Stage) -> Tensor:
    """All effects, one after the other; (B, T, 3, H, W) uint8."""
    chance = stage.chance
    lit = _grade(_light(pictures, stage), chance)
    noisy = _noise(_defocus(lit, stage), chance)
    return _compress(noisy.clamp(0, 1) * 255, chance).round().clamp(0, 255).to(torch.uint8)


def _per_clip(chance: Chance, clips: int, low: float, high: float) -> Tensor:
    return chance.uniform((clips, 1, 1, 1, 1), low, high)


def _light(pictures: Tensor, stage: Stage) -> Tensor:
    """Changing exposure in half of the clips, and a shadow or glow that drifts across."""
    chance, (clips, length, _, h, w) = stage.chance, pictures.shape
    exposure = 1 + 0.08 * stage.wander(1).view(clips, length, 1, 1, 1) * chance.coin((clips, 1, 1, 1, 1), 0.5)
    y, x = torch.meshgrid(*(torch.linspace(0, 1, n, device=chance.device) for n in (h, w)), indexing="ij")
    across = 2 * math.pi * _per_clip(chance, clips, 0.5, 2.0)
    drift = 2 * stage.wander(1).view(clips, length, 1, 1, 1)
    field = torch.sin(across * (x + _per_clip(chance, clips, -1, 1) * y) + drift)
    return pictures * exposure * (1 + _per_clip(chance, clips, 0, 0.25) * field)


def _grade(pictures: Tensor, chance: Chance) -> Tensor:
    """One clip in five grey, one in twenty inverted, every one with its own gamma."""
    clips = len(pictures)
    grey = pictures.mean(2, keepdim=True).expand_as(pictures)
    pictures = torch.where(chance.coin((clips, 1, 1, 1, 1), 0.2), grey, pictures).clamp(0, 1)
    pictures = torch.where(chance.coin((clips, 1, 1, 1, 1), 0.05), 1 - pictures, pictures)
    return pictures.clamp_min(1e-4) ** _per_clip(chance, clips, 0.75, 1.33)


def _defocus(pictures: Tensor, stage: Stage) -> Tensor:
    """Blur of two fifths of the batches; in some the focus comes and goes."""
    chance, (clips, length) = stage.chance, pictures.shape[:2]
    width = chance.number(-1.0, 1.4) * (stage.reach / 256) ** 0.5
    if width < 0.2:
        return pictures
    blurred = _blur(pictures, width)
    pull = stage.wander(1).view(clips, length, 1, 1, 1).sigmoid()
    share = torch.where(chance.coin((clips, 1, 1, 1, 1), 0.3), pull, torch.ones_like(pull))
    return torch.lerp(pictures, blurred, share)


def _blur(pictures: Tensor, width: float) -> Tensor:
    reach = max(1, round(3 * width))
    steps = torch.arange(-reach, reach + 1, device=pictures.device, dtype=torch.float32)
    kernel = torch.exp(-(steps**2) / (2 * width**2))
    kernel = (kernel / kernel.sum())[None, None, None]
    flat = pictures.reshape(-1, 1, *pictures.shape[-2:])
    flat = F.conv2d(F.pad(flat, (reach, reach, 0, 0), mode="replicate"), kernel)
    flat = F.conv2d(F.pad(flat, (0, 0, reach, reach), mode="replicate"), kernel.transpose(2, 3))
    return flat.view(pictures.shape)


def _noise(pictures: Tensor, chance: Chance) -> Tensor:
    """Sensor noise in three fifths of the clips, more of it in the dark."""
    strength = _per_clip(chance, len(pictures), -0.03, 0.045).clamp_min(0)
    return pictures + chance.normal(pictures.shape) * strength * (1.3 - 0.6 * pictures)


def _compress(pictures: Tensor, chance: Chance) -> Tensor:
    """Blocks of 8 × 8 with coarse frequencies, as in JPEG, in a third of the batches; 0 … 255 in and out."""
    h, w = pictures.shape[-2:]
    if not chance.happens(0.33) or h % 8 or w % 8:
        return pictures
    basis, steps = _blocks(pictures.device)
    steps = steps * chance.log_number(0.3, 2.5)
    blocks = (pictures - 128).unflatten(-1, (w // 8, 8)).unflatten(-3, (h // 8, 8)).transpose(-3, -2)
    waves = basis @ blocks @ basis.T
    back: Tensor = basis.T @ ((waves / steps).round() * steps) @ basis
    return back.transpose(-3, -2).flatten(-2).flatten(-3, -2) + 128


@cache
def _blocks(device: torch.device) -> tuple[Tensor, Tensor]:
    """The cosine basis of 8 samples, and steps that grow with frequency."""
    k = torch.arange(8, device=device, dtype=torch.float32)
    basis = torch.cos(math.pi / 8 * (k + 0.5) * k[:, None]) * torch.where(k == 0, 0.125**0.5, 0.5)[:, None]
    return basis, 8 + 5 * (k + k[:, None])
