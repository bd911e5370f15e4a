"""The update transformer (Karaev et al. 2024, section 3.2).

Points attend over time, and exchange information within a frame through a few learned *virtual
tracks*. Tensors are (tracks, T, C); the residual stream stays in float32 whatever precision the
weights have.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import CoTracker3Config
from .layers import Linear, Mlp, Pace

Over = Literal["time", "space"]


def layer_norm(x: Tensor) -> Tensor:
    """Layer norm without learned scale, eps 1e-6."""
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


class Attention(nn.Module):
    """Multi-head attention over the frames of a track, or over the tracks of a frame."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = Linear(width, width)
        self.to_kv = Linear(width, 2 * width)
        self.to_out = Linear(width, width)

    def keys_values(self, context: Tensor, over: Over) -> tuple[Tensor, Tensor]:
        """Keys and values of (n, T, C) tokens."""
        keys, values = self.to_kv(context).chunk(2, dim=-1)
        return self._split(keys, over), self._split(values, over)

    def attend(self, x: Tensor, keys: Tensor, values: Tensor, over: Over) -> Tensor:
        """What (n, T, C) tokens read from keys and values."""
        read = F.scaled_dot_product_attention(self._split(self.to_q(x), over), keys, values)
        merged = read.permute(0, 2, 1, 3) if over == "time" else read.permute(2, 0, 1, 3)
        out: Tensor = self.to_out(merged.reshape(*merged.shape[:2], -1))
        return out

    def _split(self, x: Tensor, over: Over) -> Tensor:
        heads = x.view(*x.shape[:2], self.heads, -1)
        return heads.permute(0, 2, 1, 3) if over == "time" else heads.permute(1, 2, 0, 3)


class SelfBlock(nn.Module):
    """Self-attention and an MLP, each on the layer-normed residual."""

    def __init__(self, config: CoTracker3Config, over: Over) -> None:
        super().__init__()
        self.over: Over = over
        self.attn = Attention(config.hidden, config.heads)
        self.mlp = Mlp(config.hidden, config.hidden * config.mlp_ratio, config.hidden, "gelu_tanh")

    def forward(self, x: Tensor) -> Tensor:
        normed = layer_norm(x)
        keys, values = self.attn.keys_values(normed, self.over)
        x = x + self.attn.attend(normed, keys, values, self.over)
        out: Tensor = x + self.mlp(layer_norm(x))
        return out


class CrossBlock(nn.Module):
    """Tracks of one kind read from tracks of the other kind in the same frame."""

    def __init__(self, config: CoTracker3Config) -> None:
        super().__init__()
        self.norm_context = nn.LayerNorm(config.hidden)
        self.cross_attn = Attention(config.hidden, config.heads)
        self.mlp = Mlp(config.hidden, config.hidden * config.mlp_ratio, config.hidden, "gelu_tanh")

    def keys_values(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the (n, T, C) tokens to read from."""
        return self.cross_attn.keys_values(self.norm_context(context), "space")

    def forward(self, x: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        x = x + self.cross_attn.attend(layer_norm(x), keys, values, "space")
        out: Tensor = x + self.mlp(layer_norm(x))
        return out


class UpdateTransformer(nn.Module):
    """Projected tokens of all points to their updates."""

    def __init__(self, config: CoTracker3Config) -> None:
        super().__init__()
        stages = range(config.depth)
        self.virtual_tracks = nn.Parameter(torch.randn(1, config.virtual_tracks, 1, config.hidden))
        self.input_transform = Linear(config.token_width, config.hidden)
        self.flow_head = Linear(config.hidden, 2)
        self.vis_conf_head = Linear(config.hidden, 2)
        self.time_blocks = nn.ModuleList(SelfBlock(config, "time") for _ in stages)
        self.space_virtual_blocks = nn.ModuleList(SelfBlock(config, "space") for _ in stages)
        self.space_point2virtual_blocks = nn.ModuleList(CrossBlock(config) for _ in stages)
        self.space_virtual2point_blocks = nn.ModuleList(CrossBlock(config) for _ in stages)

    def forward(self, points: Tensor, pace: Pace, clips: int = 1) -> Tensor:
        """Updates of all points.

        Parameters
        ----------
        points : (N, clips · T, C)
            Tokens after `input_transform`; several clips lie one after the other and share nothing.
        pace : Pace
        clips : int

        Returns
        -------
        (N, clips · T, 4) float32: Δx, Δy in feature pixels, Δ visibility and Δ confidence logits.
        """
        length = points.shape[1]
        virtual = self.virtual_tracks[0]
        for stage, time_block in enumerate(self.time_blocks):
            points = _by_clip(partial(pace.map, time_block), points, clips)
            # before the first exchange a virtual track is the same in every frame: one frame stands for all
            virtual = _by_clip(partial(pace.map, time_block), virtual, clips if stage else 1)
            virtual = self._exchange(stage, points, virtual.expand(-1, length, -1), pace)
            read = cast(CrossBlock, self.space_point2virtual_blocks[stage])
            points = pace.map(partial(_read, read, *read.keys_values(virtual)), points)
        return torch.cat([self.flow_head(points), self.vis_conf_head(points)], -1)

    def _exchange(self, stage: int, points: Tensor, virtual: Tensor, pace: Pace) -> Tensor:
        """Virtual tracks read from the points, then from one another; frames are independent here."""
        read = cast(CrossBlock, self.space_virtual2point_blocks[stage])
        mix = self.space_virtual_blocks[stage]
        frames = pace.rows(len(points) + len(virtual))
        parts = []
        for p, v in zip(points.split(frames, 1), virtual.split(frames, 1), strict=True):
            pace.check()
            parts.append(mix(read(v, *read.keys_values(p))))
        return torch.cat(parts, 1)


def _by_clip(function: Callable[[Tensor], Tensor], x: Tensor, clips: int) -> Tensor:
    """``function`` on (n, clips · T, C) tokens with every clip as a row of its own."""
    return function(x.reshape(len(x) * clips, -1, x.shape[-1])).view(x.shape)


def _read(block: CrossBlock, keys: Tensor, values: Tensor, x: Tensor) -> Tensor:
    out: Tensor = block(x, keys, values)
    return out
