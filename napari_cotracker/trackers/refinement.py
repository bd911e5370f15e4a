"""Refines what lies between two known cells inside the network's own iterations.

The network starts from the answer that both directions gave. In every frame it matches what the track
looks like at both known cells, the nearer one counting more; the known cells stay as they are while
all else is updated around them. Long stretches are refined window by window, forward and then back,
so that either end is heard everywhere. (`docs/performance.md` has what that brings.)
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..core.blending import Side, Sides, blend
from ..core.gaps import Gap, GapJob
from ..core.queries import Queries
from ..core.tracker import Control, TrackJob, TrackUpdate
from ..core.tracks import Floats
from ..model.cotracker import Ends, Guess
from ..model.streaming import window_starts
from .background import Background, Cancelled
from .both_ways import update_of
from .cores import SHARED
from .engine import Engine, Network, settings_of
from .settings import CoTracker3Settings

ITERATIONS = 2  # more did not help (measured)
WHOLE_UP_TO = 120  # frames that a network for whole clips refines at once
CERTAIN = 0.98  # probability at which a score is taken to be known: logits stay within what the network has seen


def refine_gaps(network: Network, settings: CoTracker3Settings, job: GapJob, sides: list[Sides | None],
                control: Control, *, whole: bool) -> Iterator[TrackUpdate]:
    """Improve the closed gaps of a job; each is sent as soon as it is done.

    Parameters
    ----------
    network : Network
    settings : CoTracker3Settings
    job : GapJob
    sides : list of Sides or None
        What both directions say of each gap; gaps of which that is not known are left out.
    control : Control
    whole : bool
        Whether the network takes whole clips.
    """
    closed = [(gap, known) for gap, known in zip(job.gaps, sides, strict=True) if gap.is_closed and known is not None]
    with Background(control, SHARED.resting) as background:
        try:
            for number, (gap, known) in enumerate(closed):
                frames = TrackJob(job.video, Queries.none(), range(gap.first, gap.last + 1), settings=job.settings)
                engine = Engine(network, frames, settings_of(frames, settings))
                stretch = _Stretch(engine, gap, whole)
                solved = yield from stretch.refine(background, known, job, number / len(closed))
                yield update_of(gap, gap.frames, solved, (number + 1) / len(closed), "refining")
        except Cancelled:
            return


class _Tokens(NamedTuple):
    """All tracks of a stretch: helpers first, the one to be refined last."""

    guess: Guess
    templates: Tensor
    ends: Ends

    def at(self, frames: Tensor) -> _Tokens:
        """Only some frames of them."""
        ends = replace(self.ends, share=self.ends.share[:, frames], held=self.ends.held[:, frames])
        return _Tokens(self.guess.map(lambda part: part[:, frames]), self.templates, ends)


class _Stretch:
    """One closed gap in the network's terms."""

    def __init__(self, engine: Engine, gap: Gap, whole: bool) -> None:
        self._engine, self._gap, self._n = engine, gap, len(gap)
        self._whole = whole and self._n <= WHOLE_UP_TO

    def refine(self, background: Background, sides: Sides, job: GapJob, done: float
               ) -> Generator[TrackUpdate, None, Side]:
        """What the network makes of the blended answer."""
        engine, message = self._engine, f"refining {self._n} frames"
        start = partial(self._enter, background, blend(sides.forward, sides.backward, job.unit), job)
        tokens = yield from engine.work(background, start, done, message)
        for positions in self._windows():
            read = partial(self._read, background, tokens, positions)
            pyramid, part = yield from engine.work(background, read, done, message)
            solved = yield from engine.refine(
                background, pyramid, part.templates, part.guess, iters=ITERATIONS, done=lambda _: done, message=message,
                ends=part.ends)
            write = partial(_write, tokens.guess, solved, positions[0], min(len(positions), self._n - positions[0]))
            yield from engine.work(background, write, done, message)
        return (yield from engine.work(background, partial(self._leave, tokens.guess), done, message))

    def _windows(self) -> Iterator[list[int]]:
        """Positions of the frames of each window, in the order in which they are refined."""
        length = self._n if self._whole else self._engine.model.config.window
        starts = window_starts(self._n, length)
        for start in [*starts, *starts[::-1]]:
            yield [min(place, self._n - 1) for place in range(start, start + length)]

    def _enter(self, background: Background, side: Side, job: GapJob) -> _Tokens:
        """Where to start from: helpers at rest, the track as both directions have it."""
        engine, model = self._engine, self._engine.model
        first, last = (engine.pyramid([place], background.check) for place in (0, self._n - 1))
        assert self._gap.start_xy is not None
        near = job.others.near(self._gap.first, self._gap.start_xy, job.context)
        _, helpers = engine.place(Queries(np.full(len(near), self._gap.first), near))
        helpers = torch.cat([engine.support(0, len(near))[1], helpers])
        guess = engine.guess_of(side.xy, side.visibility, side.confidence, CERTAIN)
        rest = Guess.at_rest(helpers, self._n)
        at_ends = [torch.cat([helpers, guess.xy[:, place]]) for place in (0, -1)]
        now = torch.zeros(len(helpers) + 1, dtype=torch.long, device=model.device)
        templates = [model.templates(pyramid, now, xy) for pyramid, xy in zip((first, last), at_ends, strict=True)]
        templates[1][: len(helpers)] = templates[0][: len(helpers)]  # where helpers end up is not known
        share = torch.linspace(0, 1, self._n, device=model.device).expand(len(now), -1)
        held = torch.zeros(len(now), self._n, dtype=torch.bool, device=model.device)
        held[-1, [0, -1]] = True
        return _Tokens(rest.join(guess), templates[0], Ends(templates[1], share, held))

    def _read(self, background: Background, tokens: _Tokens, positions: list[int]) -> tuple[list[Tensor], _Tokens]:
        """Features of a window, and its part of the tokens."""
        part = tokens.at(torch.tensor(positions, device=self._engine.model.device))
        return self._engine.pyramid(positions, background.check), part

    def _leave(self, guess: Guess) -> Side:
        xy, visibility, confidence = self._engine.read_out(guess.map(lambda part: part[-1:]), self._n)
        return Side(_exact(xy[:, 0], self._gap), visibility[:, 0], confidence[:, 0])


def _write(guess: Guess, solved: Guess, start: int, length: int) -> None:
    """Take over a window; helpers that nobody knows any better stay where they were seen last."""
    for whole, part in zip(guess.parts(), solved.parts(), strict=True):
        whole[:, start : start + length] = part[:, :length]
        whole[:-1, start + length :] = part[:-1, length - 1 : length]


def _exact(xy: Floats, gap: Gap) -> Floats:
    """Known cells as they are known, unrounded by the way through the network's pixels."""
    xy[0], xy[-1] = gap.start_xy, gap.end_xy
    return xy
