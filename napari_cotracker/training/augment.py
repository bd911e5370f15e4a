"""Changes to clips that cost little, so that drawn clips can be used more than once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .chance import Chance
from .clips import Clips

MOST_BOXES = 3
SHOW_FIRST = 0.4


def augment(clips: Clips, chance: Chance, *, reverses: bool = True) -> Clips:
    """Mirrored, turned, reversed in time if that may be, some points asked for when they first show, with colours
    exchanged and with boxes that hide.

    Sliding windows see nothing before a query, so clips for them must not have their queries moved to the end.
    """
    if chance.happens(0.5):
        clips = mirror(clips)
    if chance.happens(0.5) and clips.video.shape[-1] == clips.video.shape[-2]:
        clips = transpose(clips)
    if chance.happens(0.5) and reverses:
        clips = reverse(clips)
    clips = ask_early(clips, chance)
    clips = replace(clips, video=torch.stack([clips.video[:, :, channel] for channel in chance.order(3)], 2))
    return erase(clips, chance) if chance.happens(0.5) else clips


def mirror(clips: Clips) -> Clips:
    """Left and right exchanged: x becomes W - 1 - x."""
    width = clips.video.shape[-1]
    xy, queries = _mirror(clips.xy, 0, width), _mirror(clips.queries, 1, width)
    return replace(clips, video=clips.video.flip(-1), xy=xy, queries=queries)


def _mirror(points: Tensor, axis: int, width: int) -> Tensor:
    points = points.clone()
    points[..., axis] = width - 1 - points[..., axis]
    return points


def transpose(clips: Clips) -> Clips:
    """Rows and columns exchanged."""
    queries = torch.cat([clips.queries[..., :1], clips.queries[..., 1:].flip(-1)], -1)
    return replace(clips, video=clips.video.transpose(-1, -2), xy=clips.xy.flip(-1), queries=queries)


def reverse(clips: Clips) -> Clips:
    """Time runs backward; every query stays on its point and frame."""
    queries = clips.queries.clone()
    queries[..., 0] = clips.video.shape[1] - 1 - queries[..., 0]
    return Clips(clips.video.flip(1), queries, clips.xy.flip(1), clips.visible.flip(1))


def ask_early(clips: Clips, chance: Chance) -> Clips:
    """Two points in five are asked for where they are first seen: at an edge that lets them out, on a side that turns
    to the camera. People and benchmarks ask so, and it is harder than anywhere else."""
    early = chance.coin(clips.queries.shape[:2], SHOW_FIRST)
    t = clips.visible.int().argmax(1)
    xy = clips.xy.gather(1, t[:, None, :, None].expand(-1, 1, -1, 2))[:, 0]
    first = torch.cat([t[..., None].float(), xy], -1)
    return replace(clips, queries=torch.where(early[..., None], first, clips.queries))


def erase(clips: Clips, chance: Chance) -> Clips:
    """Flat boxes lie over some frames of each clip; points under them are hidden. Query cells stay free."""
    asked = torch.zeros_like(clips.visible).scatter_(1, clips.queries[:, None, :, 0].long(), True)
    for _ in range(chance.whole(1, MOST_BOXES + 1)):
        clips = _cover(clips, _Boxes.draw(clips, chance), asked)
    return clips


@dataclass(frozen=True)
class _Boxes:
    """A box over some frames of every clip: (B, 1) first and last frames and borders, the upper ones beyond it."""

    frames: tuple[Tensor, Tensor]
    x: tuple[Tensor, Tensor]
    y: tuple[Tensor, Tensor]

    @classmethod
    def draw(cls, clips: Clips, chance: Chance) -> _Boxes:
        count, length, _, height, width = clips.video.shape
        first = chance.integers((count, 1), 1, length)
        sides = []
        for side in (width, height):
            size = (side * chance.uniform((count, 1), 0.08, 0.35)).round().clamp_min(2)
            start = (chance.uniform((count, 1)) * (side - size + 1)).floor()
            sides.append((start, start + size))
        return cls((first, first + chance.integers((count, 1), 1, max(2, length // 2))), *sides)


def _cover(clips: Clips, boxes: _Boxes, asked: Tensor) -> Clips:
    """One box over every clip, where it lies over no query."""
    length, _, height, width = clips.video.shape[1:]
    t, y, x = (torch.arange(n, device=clips.video.device) for n in (length, height, width))
    when = _between(t, boxes.frames)
    where = _between(y, boxes.y)[:, :, None] & _between(x, boxes.x)[:, None]
    # positions are pixel centres, a box ends at the edges of its pixels
    at_x, at_y = (_between(clips.xy[..., axis] + 0.5, (low[:, None], high[:, None]))
                  for axis, (low, high) in enumerate((boxes.x, boxes.y)))
    under = at_x & at_y & when[:, :, None]
    when = when & ~(under & asked).flatten(1).any(1, keepdim=True)
    box = when[:, :, None, None, None] & where[:, None, None]
    inside = box.float()
    mean = (clips.video * inside).sum((1, 3, 4), keepdim=True) / inside.sum((1, 3, 4), keepdim=True).clamp_min(1)
    video = torch.where(box, mean.to(torch.uint8), clips.video)
    return replace(clips, video=video, visible=clips.visible & ~(under & when[:, :, None]))


def _between(values: Tensor, limits: tuple[Tensor, Tensor]) -> Tensor:
    return (values >= limits[0]) & (values < limits[1])
