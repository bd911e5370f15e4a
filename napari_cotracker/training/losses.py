"""What the network is told about its answers (Karaev et al. 2024, section 3.3), in pixels of a 256 × 256 picture.

Two slips of the published training are put right: hidden points get the Huber loss of the paper, and the
visibility loss counts hidden points more, else a network says "visible" for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ..model.layers import constant
from .clips import Clips
from .unroll import Footage, Window, by_track

DISCOUNT = 0.8  # of an iteration against the next one
HUBER = 6.0
VISIBLE_WEIGHT, HIDDEN_WEIGHT = 0.05, 0.01
RIGHT = 6.0  # error below which an answer should be confident
FAR = 1.5  # picture sizes from the centre beyond which a hidden point's place teaches nothing
APART = 2.0  # feature pixels between points whose features should differ
SHARPNESS = 10.0


@dataclass(frozen=True)
class Targets:
    """The truth as rows of tracks: (N · B, T, 2), (N · B, T), and each row's query frame."""

    xy: Tensor
    visible: Tensor
    t: Tensor
    size: tuple[int, int]

    @classmethod
    def of(cls, clips: Clips) -> Targets:
        """The truth of a batch."""
        xy, visible = by_track(clips.xy.transpose(1, 2)), by_track(clips.visible.transpose(1, 2))
        height, width = clips.video.shape[-2:]
        return cls(xy, visible, by_track(clips.queries)[:, 0], (height, width))

    def cut(self, frames: slice) -> Targets:
        """The truth of some frames."""
        return replace(self, xy=self.xy[:, frames], visible=self.visible[:, frames])

    @property
    def scale(self) -> float:
        """From the batch's pixels to those of 256 × 256."""
        return float(256 / (self.size[0] * self.size[1]) ** 0.5)

    @property
    def is_near(self) -> Tensor:
        """(N · B, T) whether a point is near enough to the picture to learn from."""
        height, width = self.size
        centre = constant((width / 2, height / 2), self.xy.device)
        return ((self.xy - centre).abs() < FAR * 2 * centre).all(-1)


def window_loss(windows: Sequence[Window], targets: Targets, stride: int, hidden_weight: float) -> dict[str, Tensor]:
    """Mean over windows of the three losses: ``position``, ``visibility`` and ``confidence``."""
    parts: dict[str, list[Tensor]] = {"position": [], "visibility": [], "confidence": []}
    whole = len(windows) == 1
    for window in windows:
        stop = min(window.start + window.states[0].xy.shape[1], targets.xy.shape[1])
        frames = slice(window.start, stop)
        valid = window.known[:, None].expand(-1, stop - window.start)
        if not whole:  # a sliding window knows nothing of the time before a query
            valid = valid & (torch.arange(window.start, stop, device=valid.device) >= targets.t[:, None])
        for name, value in _iterations(window, targets.cut(frames), valid, stride, hidden_weight).items():
            parts[name].append(value)
    return {name: torch.stack(values).mean() for name, values in parts.items()}


def _iterations(window: Window, targets: Targets, valid: Tensor, stride: int, hidden_weight: float
                ) -> dict[str, Tensor]:
    truth, visible, near = targets.xy, targets.visible, targets.is_near
    count, length = len(window.states), truth.shape[1]
    position = visibility = confidence = truth.new_zeros(())
    for index, state in enumerate(window.states):
        error = (state.xy[:, :length] * stride - truth) * targets.scale
        huber = F.huber_loss(error, torch.zeros_like(error), reduction="none", delta=HUBER).mean(-1)
        both = VISIBLE_WEIGHT * _mean(huber, valid & visible) + HIDDEN_WEIGHT * _mean(huber, valid & ~visible & near)
        position = position + DISCOUNT ** (count - 1 - index) / count * both
        weight = valid * torch.where(visible, 1.0, hidden_weight)
        right = error.detach().norm(dim=-1) <= RIGHT
        seen = F.binary_cross_entropy_with_logits(state.visibility[:, :length], visible.float(), reduction="none")
        sure = F.binary_cross_entropy_with_logits(state.confidence[:, :length], right.float(), reduction="none")
        visibility = visibility + _mean(seen, weight) / count
        confidence = confidence + _mean(sure, valid & visible) / count
    return {"position": position, "visibility": visibility, "confidence": confidence}


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / weight.sum().clamp_min(1)


def match_loss(footage: Footage, clips: Clips, stride: int) -> Tensor:
    """Cross-entropy of finding each visible point among all others of its frame by its features alone.

    Not part of the published training: it teaches the encoder before the transformer can make use of it.
    """
    features = footage.pyramid[0]
    length = features.shape[1]
    here = _sample(features, clips.xy / stride)  # (B, T, N, C)
    frame = clips.queries[..., 0].long()
    query = here.gather(1, frame[:, None, :, None].expand(-1, 1, -1, here.shape[-1]))  # (B, 1, N, C)
    alike = SHARPNESS * query.expand(-1, length, -1, -1) @ here.transpose(-1, -2)  # (B, T, N query, N here)
    apart = torch.cdist(clips.xy, clips.xy) / stride > APART
    other = ~torch.eye(alike.shape[-1], dtype=torch.bool, device=alike.device)
    alike = alike.masked_fill(other & (~apart | ~clips.visible[:, :, None]), -1e4)
    each = -alike.log_softmax(-1).diagonal(dim1=-2, dim2=-1)
    return _mean(each, clips.visible)


def _sample(features: Tensor, xy: Tensor) -> Tensor:
    """(B, T, h, w, C) features at (B, T, N, 2) feature pixels."""
    h, w = features.shape[2:4]
    grid = xy / constant(((w - 1) / 2, (h - 1) / 2), xy.device) - 1
    maps = features.flatten(0, 1).permute(0, 3, 1, 2)
    found = F.grid_sample(maps, grid.flatten(0, 1)[:, None], padding_mode="border", align_corners=True)
    rows: Tensor = found[:, :, 0].transpose(1, 2).unflatten(0, xy.shape[:2])
    return rows
