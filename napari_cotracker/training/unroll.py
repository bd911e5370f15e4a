"""Run the network on batches with gradients: one window over whole clips, or sliding windows in turn.

Rows are tracks: track 0 of every clip, then track 1, as `CoTracker3.refine` wants them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..model import CoTracker3
from ..model.cotracker import Guess
from ..model.encoder import normalise_features
from ..model.layers import Pace
from ..model.streaming import WindowState, leave_window, window_starts

ALL_AT_ONCE = Pace(1 << 30)


@dataclass(frozen=True)
class Window:
    """What the network says of the frames from `start` on.

    Parameters
    ----------
    start : int
    states : list of Guess
        After every iteration; (N · B) rows.
    known : (N · B,) bool
        Tracks whose query is in this window or an earlier one.
    """

    start: int
    states: list[Guess]
    known: Tensor


@dataclass(frozen=True)
class Footage:
    """A batch of encoded clips.

    Parameters
    ----------
    pyramid : L tensors (B, T, h, w, C)
    """

    pyramid: list[Tensor]

    @property
    def shape(self) -> tuple[int, int]:
        """B and T."""
        return self.pyramid[0].shape[0], self.pyramid[0].shape[1]

    def window(self, start: int, length: int) -> list[Tensor]:
        """The pyramid of some frames, clips one after the other; past the end the last frame again."""
        stop = min(start + length, self.shape[1])
        past = start + length - stop
        levels = [level[:, start:stop] for level in self.pyramid]
        if past:
            levels = [torch.cat([level, level[:, -1:].expand(-1, past, -1, -1, -1)], 1) for level in levels]
        return [level.flatten(0, 1) for level in levels]


def encode(model: CoTracker3, video: Tensor) -> Footage:
    """Features of (B, T, 3, H, W) uint8 clips, with gradients.

    Frames are laid out channels first: group norm's gradient in torch is seven times slower the other way
    round on a processor.
    """
    frames = 2 * (video.flatten(0, 1).float() / 255.0) - 1.0
    features = normalise_features(model.fnet(frames.contiguous()))
    return Footage([level.unflatten(0, video.shape[:2]) for level in model.pyramid(features)])


def by_track(values: Tensor) -> Tensor:
    """(B, N, ...) to rows (N · B, ...)."""
    return values.transpose(0, 1).flatten(0, 1)


def unroll(model: CoTracker3, footage: Footage, queries: Tensor, iters: int, whole: bool) -> Iterator[Window]:
    """Windows over a batch.

    Parameters
    ----------
    queries : (B, N, 3)
    iters : int
    whole : bool
        One window over all frames, instead of sliding ones.
    """
    clips, length = footage.shape
    rows = by_track(queries)
    t, xy = rows[:, 0].long(), rows[:, 1:].contiguous() / model.config.stride
    everything = footage.window(0, length)
    clip = torch.arange(len(rows), device=rows.device) % clips
    templates = model.templates(everything, clip * length + t, xy)
    if whole or length <= model.config.window:
        states = list(model.refine(everything, templates, Guess.at_rest(xy, length), iters, ALL_AT_ONCE, clips=clips))
        yield Window(0, states, torch.ones_like(t, dtype=torch.bool))
        return
    window = model.config.window
    state = WindowState(0, t, xy, templates, torch.zeros_like(t, dtype=torch.bool))
    for start in window_starts(length, window):
        known = t < start + window
        pyramid = footage.window(start, window)
        seen = templates * known[:, None, None, None]
        states = list(model.refine(pyramid, seen, state.starting_guess(window), iters, ALL_AT_ONCE, clips=clips))
        yield Window(start, states, known)
        # what a window hands on is taken as given by the next one
        state = replace(leave_window(state, states[-1].map(torch.Tensor.detach)), seen=known)
