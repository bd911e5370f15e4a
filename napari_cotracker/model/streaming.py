"""Sliding windows: what one window hands to the next, and the published online protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from .cotracker import CoTracker3, Guess

MOTION_FRAMES = 3


@dataclass(frozen=True)
class WindowState:
    """All that a sliding window hands to the next one.

    Parameters
    ----------
    start : int
        First frame of the next window.
    t : (N,) int64
        Query frames.
    xy : (N, 2) float32
        Query positions in feature pixels.
    templates : (N, L, taps, C) in the features' precision
        Zero for tracks whose query lies ahead.
    seen : (N,) bool
        Whether a track's query has been in a window.
    guess : Guess, optional
        Where the next window starts from; None before the first one.
    """

    start: int
    t: Tensor
    xy: Tensor
    templates: Tensor
    seen: Tensor
    guess: Guess | None = None

    @classmethod
    def begin(cls, model: CoTracker3, t: Tensor, xy: Tensor, start: int = 0,
              dtype: torch.dtype = torch.float32) -> WindowState:
        """Before the first window: nothing seen yet; `dtype` is that of the features to come."""
        c = model.config
        templates = torch.zeros(len(t), c.levels, c.taps, c.latent, dtype=dtype, device=xy.device)
        return cls(start, t, xy, templates, torch.zeros_like(t, dtype=torch.bool))

    def join(self, other: WindowState) -> WindowState:
        """The tracks of both; `other` has not been through a window yet."""
        guess = self.guess
        if guess is not None:
            guess = guess.join(type(guess).at_rest(other.xy, guess.xy.shape[1]))
        return WindowState(
            self.start, torch.cat([self.t, other.t]), torch.cat([self.xy, other.xy]),
            torch.cat([self.templates, other.templates.to(self.templates.dtype)]),
            torch.cat([self.seen, other.seen]), guess,
        )

    def starting_guess(self, window: int) -> Guess:
        """Where a window of so many frames starts from: what was carried over, or at rest for tracks that begin."""
        from .cotracker import Guess

        rest = Guess.at_rest(self.xy, window)
        if self.guess is None:
            return rest
        return Guess(
            torch.where(self.seen[:, None, None], self.guess.xy, rest.xy),
            torch.where(self.seen[:, None], self.guess.visibility, rest.visibility),
            torch.where(self.seen[:, None], self.guess.confidence, rest.confidence),
        )


def window_starts(length: int, window: int) -> list[int]:
    """First frames of the windows that cover a clip: half a window apart, at least one."""
    step = window // 2
    return list(range(0, max(length - window + step - 1, 0) // step * step + 1, step))


def enter_window(model: CoTracker3, state: WindowState, pyramid: Sequence[Tensor]) -> tuple[WindowState, Guess]:
    """Take templates of tracks whose query lies in this window, and the guess to start from.

    Parameters
    ----------
    pyramid : L tensors (window, h, w, C)
        Features of frames ``state.start`` … ; a short last window repeats its last frame.

    Returns
    -------
    The state with all templates known so far, and a guess for every track of it.
    """
    window = len(pyramid[0])
    new = ~state.seen & (state.t >= state.start) & (state.t < state.start + window)
    templates = state.templates
    if bool(new.any()):
        templates = templates.to(pyramid[0].dtype, copy=True)
        templates[new] = model.templates(pyramid, state.t[new] - state.start, state.xy[new])
    return replace(state, templates=templates, seen=state.seen | new), state.starting_guess(window)


def leave_window(state: WindowState, solved: Guess, extrapolate: bool = False) -> WindowState:
    """The next window's state: the second half of what was solved, then its last frame held.

    With `extrapolate` the new frames go on with the mean motion of the last `MOTION_FRAMES`, a start
    nearer to the answer than the published one.
    """
    step = solved.xy.shape[1] // 2

    def carry(x: Tensor) -> Tensor:
        return torch.cat([x[:, step:], x[:, -1:].repeat_interleave(step, 1)], 1)

    guess = solved.map(carry)
    if extrapolate:
        pace = (solved.xy[:, -1] - solved.xy[:, -1 - MOTION_FRAMES]) / MOTION_FRAMES
        ahead = torch.arange(1, step + 1, device=pace.device)[:, None] * pace[:, None]
        guess = replace(guess, xy=torch.cat([guess.xy[:, :step], guess.xy[:, step:] + ahead], 1))
    return replace(state, start=state.start + step, guess=guess)


def encode_clip(model: CoTracker3, video: Tensor) -> Tensor:
    """(T, h, w, C) features, encoded frame by frame so that memory does not depend on T."""
    return torch.cat([model.encode(frame[None].to(model.device)) for frame in video])


def track_windows(model: CoTracker3, video: Tensor, queries: Tensor, iters: int) -> tuple[Tensor, Tensor, Tensor]:
    """`CoTracker3.track_stream`: the published windows, every frame encoded once."""
    check_inputs(video, queries)
    length, window = len(video), model.config.window
    device, stride = model.device, model.config.stride
    state = WindowState.begin(
        model, queries[:, 0].long().to(device), queries[:, 1:].float().to(device) / stride
    )
    features: dict[int, Tensor] = {}
    answers: list[Guess] = []
    for start in window_starts(length, window):
        frames = [min(f, length - 1) for f in range(start, start + window)]
        features = {f: features[f] if f in features else encode_clip(model, video[f : f + 1]) for f in frames}
        pyramid = model.pyramid(torch.cat([features[f] for f in frames]))
        state, guess = enter_window(model, state, pyramid)
        solved = model.solve(pyramid, state.templates, guess, iters)
        state = leave_window(state, solved)
        answers.append(solved)
    return to_output(_join(answers, length), stride)


def _join(answers: Sequence[Guess], length: int) -> Guess:
    """Each frame as the last window that holds it says."""
    step = answers[0].xy.shape[1] // 2

    def join(parts: list[Tensor]) -> Tensor:
        return torch.cat([*(p[:, :step] for p in parts[:-1]), parts[-1]], 1)[:, :length]

    from .cotracker import Guess

    return Guess(
        join([a.xy for a in answers]), join([a.visibility for a in answers]), join([a.confidence for a in answers])
    )


def to_output(guess: Guess, stride: int) -> tuple[Tensor, Tensor, Tensor]:
    """A guess as frame-major model pixels and probabilities: (T, N, 2), (T, N), (T, N)."""
    return (
        (guess.xy * stride).transpose(0, 1).contiguous(),
        guess.visibility.T.sigmoid().contiguous(),
        guess.confidence.T.sigmoid().contiguous(),
    )


def check_inputs(video: Tensor, queries: Tensor) -> None:
    """Refuse a clip or queries of the wrong shape with one sentence.

    Raises
    ------
    ValueError
    """
    if video.ndim != 4 or video.shape[1] != 3 or not len(video):
        raise ValueError(f"expected a clip of shape (T, 3, H, W) with T ≥ 1, got {tuple(video.shape)}")
    if queries.ndim != 2 or queries.shape[1] != 3 or not len(queries):
        raise ValueError(f"expected queries of shape (N, 3) with N ≥ 1, got {tuple(queries.shape)}")
    t = queries[:, 0]
    if not bool(torch.isfinite(queries).all()) or bool((t < 0).any() or (t >= len(video)).any()):
        raise ValueError(f"expected finite queries on frames 0 to {len(video) - 1}, got frames {t.min()} to {t.max()}")
