"""Finds lost points again anywhere in the picture, for a window to start from.

The network looks for a point around the place where it takes it to be, some dozen pixels at most. A
point that comes back elsewhere, from behind something or from beyond the picture's edge, is out of its
reach. So templates of lost points are compared with the whole picture, on the coarser levels of the
pyramid. Where something resembles a point clearly more than what is found at its supposed place, and than
anything else does, the window starts from there, and the network decides what it makes of that. Of look-alikes
the nearer one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .cotracker import Guess

LOST = 0.3  # visibility times confidence below which a point counts as lost
ALIKE = 0.28  # mean product of features from which a place may be that of a point
CLEARLY = 0.05  # by how much it has to exceed that at the supposed place, and next to it
DISTINCTLY = 0.04  # and that of the next best place
AWAY = 0.1  # what places lose in that comparison over the length of the picture
BESIDE = 4  # pixels of the compared level within which a place is the same peak
STEP = 8.0  # feature pixels to the next frame within which a place found twice is the same
ROWS = 64  # points compared at a time


class Match(NamedTuple):
    """Where points would be by their looks alone.

    Parameters
    ----------
    xy : (N, T, 2) float32
        The place most like each point, in feature pixels of level 0.
    alike : (N, T)
        Mean product of features there, 1 for the very same.
    here : (N, T)
        The same at the places that were supposed, or next to them.
    ahead : (N, T)
        By how much the best place exceeds the next best one, less what either loses for being away.
    """

    xy: Tensor
    alike: Tensor
    here: Tensor
    ahead: Tensor


def redetect(pyramid: Sequence[Tensor], templates: Tensor, guess: Guess, rows: Tensor,
             check: Callable[[], None] = lambda: None) -> Guess:
    """The same guess with lost points where they seem to be.

    Parameters
    ----------
    pyramid : L tensors (T, h/2^l, w/2^l, C)
        Features of a window.
    templates : (N, L, taps, C)
    guess : Guess of N tracks over T frames
        Its second half is new: what is said of the frame where that begins tells who is lost.
    rows : (n,) int64
        The tracks that may be looked for.
    check : callable, optional
        Called now and then; may raise to stop.
    """
    half = guess.xy.shape[1] // 2
    sure = guess.visibility[rows, half].sigmoid() * guess.confidence[rows, half].sigmoid()
    lost = rows[sure < LOST]
    if not len(lost):
        return guess
    xy = guess.xy.clone()
    for part in lost.split(ROWS):
        check()
        match = match_everywhere(pyramid, templates[part], xy[part])
        likely = (match.alike > ALIKE) & (match.alike > match.here + CLEARLY) & (match.ahead > DISTINCTLY)
        found = _lasting(likely, match.xy)
        xy[part] = torch.where(found[..., None], match.xy, xy[part])
    return replace(guess, xy=xy)


def match_everywhere(pyramid: Sequence[Tensor], templates: Tensor, xy: Tensor) -> Match:
    """Compare templates with whole pictures, on all levels but the finest; a coarser level counts half as much.

    Parameters
    ----------
    pyramid, templates
        As in `redetect`.
    xy : (N, T, 2)
        Where the points are supposed to be.
    """
    first = min(1, len(pyramid) - 1)  # a network of one level has no other
    levels = range(first, len(pyramid))
    shares = [2.0 ** (first - level) for level in levels]
    size = pyramid[first].shape[1:3]
    maps = torch.zeros(len(pyramid[first]), len(templates), *size, device=xy.device)
    for level, share in zip(levels, shares, strict=True):
        alike = _compare(pyramid[level], templates[:, level])
        maps += share / sum(shares) * _enlarge(alike, size, 2 ** (level - first))
    x, y = ((xy[..., axis] / 2**first).clamp(0, size[1 - axis] - 1).T[..., None, None] for axis in (0, 1))
    across, down = torch.arange(size[1], device=xy.device), torch.arange(size[0], device=xy.device)[:, None]
    worth = maps - AWAY / max(size) * ((across - x).square() + (down - y).square()).sqrt()
    best = worth.flatten(2).max(2)
    u, v = best.indices % size[1], best.indices // size[1]
    other = ((across - u[..., None, None]).abs() > BESIDE) | ((down - v[..., None, None]).abs() > BESIDE)
    rival = worth.masked_fill_(~other, -torch.inf).flatten(2).amax(2)
    alike = maps.flatten(2).gather(2, best.indices[..., None])[..., 0]
    near = F.max_pool2d(maps, 3, 1, 1)
    here = near.flatten(2).gather(2, (y.round() * size[1] + x.round()).long()[..., 0])[..., 0]
    place = torch.stack([u, v], -1).float() * 2**first
    return Match(place.transpose(0, 1), alike.T, here.T, (best.values - rival).T)


def _lasting(found: Tensor, xy: Tensor) -> Tensor:
    """(N, T) of what was found, that which was found near by in the frame before or after, too."""
    near = (xy[:, 1:] - xy[:, :-1]).norm(dim=2) < STEP
    pairs = found[:, 1:] & found[:, :-1] & near
    return F.pad(pairs, (1, 0)) | F.pad(pairs, (0, 1))


def _compare(level: Tensor, templates: Tensor) -> Tensor:
    """(T, N, h, w) mean product of templates (N, taps, C) and of what lies around each pixel of a level."""
    n, taps, channels = templates.shape
    side = round(taps**0.5)
    # taps count along x slowly
    kernels = templates.float().view(n, side, side, channels).permute(0, 3, 2, 1)
    pictures = F.pad(level.float().permute(0, 3, 1, 2), (side // 2,) * 4, mode="replicate")
    return F.conv2d(pictures, kernels) / taps


def _enlarge(maps: Tensor, size: torch.Size, factor: int) -> Tensor:
    """(T, N, *size) maps in which pixel k of the small ones lies at k times the factor, as templates count them."""
    if factor == 1:
        return maps
    for axis, length in zip((2, 3), size, strict=True):
        place = torch.arange(length, device=maps.device) / factor
        before = place.floor().long().clamp_max(maps.shape[axis] - 1)
        after = (before + 1).clamp_max(maps.shape[axis] - 1)
        share = (place - before).view(-1, *(1,) * (3 - axis))
        maps = torch.lerp(maps.index_select(axis, before), maps.index_select(axis, after), share)
    return maps
