"""Changes to clips that cost little, so that drawn clips can be used more than once."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .chance import Chance
from .clips import Clips

MOST_BOXES = 3


def augment(clips: Clips, chance: Chance, *, reverses: bool = True) -> Clips:
    """Mirrored, turned, reversed in time if that may be, with colours exchanged and with boxes that hide.

    Sliding windows see nothing before a query, so clips for them must not have their queries moved to the end.
    """
    if chance.happens(0.5):
        clips = mirror(clips)
    if chance.happens(0.5) and clips.video.shape[-1] == clips.video.shape[-2]:
        clips = transpose(clips)
    if chance.happens(0.5) and reverses:
        clips = reverse(clips)
    order = torch.randperm(3, generator=chance.generator, device=chance.device)
    clips = replace(clips, video=clips.video[:, :, order])
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
    queries = clips.queries[..., [0, 2, 1]]
    return replace(clips, video=clips.video.transpose(-1, -2), xy=clips.xy.flip(-1), queries=queries)


def reverse(clips: Clips) -> Clips:
    """Time runs backward; every query stays on its point and frame."""
    queries = clips.queries.clone()
    queries[..., 0] = clips.video.shape[1] - 1 - queries[..., 0]
    return Clips(clips.video.flip(1), queries, clips.xy.flip(1), clips.visible.flip(1))


def erase(clips: Clips, chance: Chance) -> Clips:
    """Flat boxes lie over some frames of each clip; points under them are hidden. Query cells stay free."""
    video, visible = clips.video.clone(), clips.visible.clone()
    count, length, _, height, width = video.shape
    asked = torch.zeros_like(visible).scatter_(1, clips.queries[:, None, :, 0].long(), True)
    for clip in range(count):
        for _ in range(chance.whole(1, MOST_BOXES + 1)):
            first = chance.whole(1, length)
            frames = slice(first, min(first + chance.whole(1, max(2, length // 2)), length))
            w, h = (max(2, round(side * chance.number(0.08, 0.35))) for side in (width, height))
            x, y = chance.whole(0, width - w + 1), chance.whole(0, height - h + 1)
            xy = clips.xy[clip, frames]
            corner, sides = xy.new_tensor([x - 0.5, y - 0.5]), xy.new_tensor([w, h])
            under = ((xy >= corner) & (xy < corner + sides)).all(-1)
            if bool((under & asked[clip, frames]).any()):
                continue
            box = video[clip, frames, :, y : y + h, x : x + w]
            box[:] = box.float().mean((0, 2, 3), keepdim=True).to(torch.uint8)
            visible[clip, frames] &= ~under
    return replace(clips, video=video, visible=visible)
