"""Tracks on a sheet that glides and turns, and what may go wrong with one of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.tracks import Source, State

SIZE = (256, 256)
SIDE = 4


@dataclass
class Sheet:
    """Cells as a session has them, (T, N), that may be written to; an anchor at frame 0 of every track."""

    xy: NDArray[np.float32]
    visibility: NDArray[np.float32]
    confidence: NDArray[np.float32]
    state: NDArray[np.uint8]
    source: NDArray[np.uint8]
    ids: NDArray[np.int64]
    size: tuple[int, int] = SIZE
    doubt: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def cells(self) -> Sheet:
        return self

    @property
    def n_frames(self) -> int:
        return len(self.xy)

    def anchor(self, frame: int, track: int, source: Source = Source.HUMAN) -> None:
        self.source[frame, track], self.state[frame, track] = source, State.VISIBLE

    def pick(self, columns: NDArray[np.intp]) -> Sheet:
        """The same for some tracks, in another order."""
        parts = {name: getattr(self, name)[:, columns].copy()
                 for name in ("xy", "visibility", "confidence", "state", "source")}
        return replace(self, **parts, ids=self.ids[columns])


def strangers(n_frames: int = 80) -> Sheet:
    """Six tracks, right all the time, on things that go their own ways."""
    clip = sheet(n_frames).pick(np.array([0, 2, 5, 7, 8, 15]))
    time = np.arange(n_frames)[:, None]
    pace = 0.15 + 0.03 * np.arange(6)
    way = np.stack([30 * np.sin(pace * time + np.arange(6)), 25 * np.cos(0.8 * pace * time + 2 * np.arange(6))], -1)
    clip.xy += (way - way[0]).astype(np.float32)
    return clip


def sheet(n_frames: int = 80) -> Sheet:
    """16 tracks in a grid, without a fault."""
    grid = np.stack(np.meshgrid(*[np.linspace(-60, 60, SIDE)] * 2), -1).reshape(-1, 2)
    turn = np.linspace(0, 0.4, n_frames)
    centre = np.stack([np.linspace(110, 140, n_frames), np.linspace(120, 130, n_frames)], 1)
    axes = np.stack([np.stack([np.cos(turn), -np.sin(turn)], 1), np.stack([np.sin(turn), np.cos(turn)], 1)], 1)
    xy = centre[:, None] + np.einsum("tij,nj->tni", axes, grid)
    xy += np.random.default_rng(0).normal(0, 0.1, xy.shape)
    shape = xy.shape[:2]
    out = Sheet(xy.astype(np.float32), np.full(shape, 0.98, np.float32), np.full(shape, 0.98, np.float32),
                np.zeros(shape, np.uint8), np.full(shape, Source.PREDICTED, np.uint8), np.arange(shape[1]) * 10)
    if n_frames:
        out.source[0], out.state[0] = Source.HUMAN, State.VISIBLE
    return out


def drift(clip: Sheet, track: int, start: int, pace: float = 0.6) -> None:
    """The track slides off, sure of itself."""
    clip.xy[start:, track, 0] += pace * np.arange(clip.n_frames - start)


def jump(clip: Sheet, track: int, start: int, by: float = 20) -> None:
    """The track is somewhere else from then on."""
    clip.xy[start:, track, 1] += by


def swap(clip: Sheet, one: int, other: int, start: int) -> None:
    """Two tracks are mistaken for each other from then on."""
    clip.xy[start:, [one, other]] = clip.xy[start:, [other, one]]


def waver(clip: Sheet, track: int, frames: range, confidence: float) -> None:
    """The tracker is not sure."""
    clip.confidence[frames.start : frames.stop, track] = confidence


def blink(clip: Sheet, track: int, frames: range) -> None:
    """The tracker says every other frame that the point is hidden."""
    clip.visibility[frames.start : frames.stop : 2, track] = 0.1


def spoiled(seed: int, n_frames: int = 40) -> Sheet:
    """Faults and anchors everywhere."""
    rng, clip = np.random.default_rng(seed), sheet(n_frames)
    shape = clip.state.shape
    for kind in (drift, jump):
        kind(clip, int(rng.integers(shape[1])), int(rng.integers(1, n_frames)))
    clip.confidence[:] = rng.random(shape) ** 0.3
    clip.visibility[:] = rng.random(shape) ** 0.3
    clip.xy[rng.random(shape) < 0.1] = np.nan
    clip.xy[rng.random(shape) < 0.02] += 300
    clip.confidence[rng.random(shape) < 0.05] = np.nan
    clip.source[:] = rng.choice(6, shape, p=(0.05, 0.8, 0.04, 0.03, 0.04, 0.04))
    clip.state[:] = rng.choice(6, shape, p=(0.9, *[0.02] * 5))
    return clip
