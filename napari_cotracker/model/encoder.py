"""The frame encoder and the feature pyramid (Karaev et al. 2024, section 3.1)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache, lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import CoTracker3Config

FRAMES_AT_A_TIME = 4


def instance_norm(x: Tensor) -> Tensor:
    """Zero mean and unit variance per image and channel (biased variance, eps 1e-5, no learned scale).

    One group per channel is the same formula, and torch's group norm is many times faster than its
    instance norm on channels-last tensors. Training on a GPU it is not: there the formula is compiled.
    """
    compiled = _compiled_norm() if _trains_on_gpu(x) else None
    return F.group_norm(x, x.shape[1]) if compiled is None else compiled(x)


def _trains_on_gpu(x: Tensor) -> bool:
    return x.is_cuda and torch.is_grad_enabled()


def norm_by_formula(x: Tensor) -> Tensor:
    """The same, spelled out; in the precision of what comes in."""
    wide = x.float()
    variance, mean = torch.var_mean(wide, (2, 3), keepdim=True, correction=0)
    return ((wide - mean) * torch.rsqrt(variance + 1e-5)).to(x.dtype)


@cache
def _compiled_norm() -> Callable[[Tensor], Tensor] | None:
    """The formula compiled; None where there is nothing to compile it with."""
    from torch.utils._triton import has_triton

    has_compiler = any(map(shutil.which, ("cc", "gcc", "clang", "cl")))
    return torch.compile(norm_by_formula, dynamic=True) if has_triton() and has_compiler else None


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut."""

    def __init__(self, width_in: int, width_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width_out, 3, stride, 1)
        self.conv2 = nn.Conv2d(width_out, width_out, 3, 1, 1)
        self.downsample = nn.Sequential(nn.Conv2d(width_in, width_out, 1, stride)) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(instance_norm(self.conv1(x)), inplace=True)
        y = F.relu(instance_norm(self.conv2(y)), inplace=True)
        shortcut = x if self.downsample is None else instance_norm(self.downsample(x))
        return F.relu(y + shortcut, inplace=True)


class Encoder(nn.Module):
    """Frames in -1 … 1 to features at a quarter of their size."""

    def __init__(self, config: CoTracker3Config) -> None:
        super().__init__()
        a, b, c, d = config.encoder_widths
        self.stride = config.stride
        self.conv1 = nn.Conv2d(3, a, 7, 2, 3)
        self.layer1 = _stage(a, a, 1)
        self.layer2 = _stage(a, b, 2)
        self.layer3 = _stage(b, c, 2)
        self.layer4 = _stage(c, d, 2)
        self.conv2 = nn.Conv2d(a + b + c + d, 2 * config.latent, 3, 1, 1)
        self.conv3 = nn.Conv2d(2 * config.latent, config.latent, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """(B, 3, H, W) in -1 … 1 to (B, C, H/stride, W/stride), not yet normalised."""
        size = (frames.shape[2] // self.stride, frames.shape[3] // self.stride)
        x = F.relu(instance_norm(self.conv1(frames)), inplace=True)
        stages = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            stages.append(resize(x, size))
        x = F.relu(instance_norm(self.conv2(torch.cat(stages, 1))), inplace=True)
        out: Tensor = self.conv3(x)
        return out


def resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, C, h, w) to another size, bilinear, corners on corners."""
    if _trains_on_gpu(x):
        return resize_by_products(x, size)
    return F.interpolate(x, size, mode="bilinear", align_corners=True)


def resize_by_products(x: Tensor, size: tuple[int, int]) -> Tensor:
    """The same as two products with narrow matrices: on a GPU a tenth of the time in training, channels last."""
    rows, columns = (_between(old, new, x.device).to(x.dtype) for old, new in zip(x.shape[2:], size, strict=True))
    across = columns @ x.permute(0, 2, 3, 1)
    both: Tensor = (rows @ across.flatten(2)).unflatten(2, (size[1], -1))
    return both.permute(0, 3, 1, 2)


@lru_cache(maxsize=64)
def _between(old: int, new: int, device: torch.device) -> Tensor:
    """(new, old) how much each old place counts in each new one."""
    with torch.inference_mode(False):
        places = torch.arange(old, dtype=torch.float32)
        at = torch.arange(new, dtype=torch.float32)[:, None] * ((old - 1) / max(new - 1, 1))
        return (1 - (places - at).abs()).clamp_min(0).to(device)


def _stage(width_in: int, width_out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(ResidualBlock(width_in, width_out, stride), ResidualBlock(width_out, width_out, 1))


def normalise_features(features: Tensor) -> Tensor:
    """(B, C, h, w) to unit length per pixel, channels last: (B, h, w, C) float32."""
    features = features.float().permute(0, 2, 3, 1).contiguous()
    squared = features.square().sum(-1, keepdim=True)
    return features.mul_(squared.clamp_min_(1e-12).rsqrt_()) if not torch.is_grad_enabled() else (
        features * squared.clamp_min(1e-12).rsqrt()
    )


def build_pyramid(features: Tensor, levels: int) -> list[Tensor]:
    """Level 0 and its 2 × 2 averages: `levels` tensors (T, h/2^i, w/2^i, C), in the precision given.

    Averages of half-precision features are taken in float32, a few frames at a time.
    """
    pyramid = [features]
    for _ in range(levels - 1):
        # in training all is kept anyway, and many small pieces keep a GPU waiting
        pieces = len(features) if torch.is_grad_enabled() else FRAMES_AT_A_TIME
        pyramid.append(torch.cat([_halve(frames) for frames in pyramid[-1].split(pieces)]))
    return pyramid


def _halve(level: Tensor) -> Tensor:
    averages = F.avg_pool2d(level.float().permute(0, 3, 1, 2), 2, 2)
    return averages.permute(0, 2, 3, 1).to(level.dtype)
