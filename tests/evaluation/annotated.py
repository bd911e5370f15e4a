"""A clip with a known truth, and stand-ins for trackers that follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from napari_cotracker.core.blending import Side
from napari_cotracker.evaluation.annotator import Annotator
from napari_cotracker.evaluation.datasets import Clip
from napari_cotracker.evaluation.effort import Leg, Sitting

Drift = Callable[[np.ndarray], Any]  # steps from the start -> px to the right


def clip_of(xy: Any, visible: Any = None, size: tuple[int, int] = (256, 256), name: str = "made up") -> Clip:
    """A clip of (T, N, 2) positions; visible everywhere if not told."""
    xy = np.asarray(xy, np.float64)
    seen = np.ones(xy.shape[:2], bool) if visible is None else np.asarray(visible, bool)
    return Clip(name, np.zeros((len(xy), size[1], size[0], 3), np.uint8), xy, seen, size)


def straight(n_frames: int, tracks: int = 1, speed: float = 0.5) -> np.ndarray:
    """(T, N, 2) points that move steadily to the right."""
    xy = np.full((n_frames, tracks, 2), 20.0)
    xy[..., 0] += speed * np.arange(n_frames)[:, None]
    xy[..., 1] += 10 * np.arange(tracks)
    return xy


def steady_hand(clip: Clip, tolerance: float = 4.0, jitter: float = 0.0) -> Annotator:
    """An annotator of all points."""
    return Annotator(clip, np.arange(clip.xy.shape[1]), tolerance, jitter)


def follow(clip: Clip, leg: Leg, drift: Drift) -> Side:
    """What a tracker says that keeps the start's error, and drifts; its confidence falls as it does."""
    frames = np.arange(len(clip.xy))
    away = frames - leg.frame
    asked = away <= 0 if leg.is_backward else away >= 0
    shift = np.asarray(drift(np.abs(away)), np.float64) * np.ones(len(frames))
    xy = clip.xy[:, leg.track] + ([leg.x, leg.y] - clip.xy[leg.frame, leg.track])
    xy[:, 0] += shift
    sure = 1 / (1 + (shift / 8) ** 2)
    cells = (np.where(asked, values, np.nan) for values in (np.ones(len(frames)), sure))
    return Side(np.where(asked[:, None], xy, np.nan).astype(np.float32), *(c.astype(np.float32) for c in cells))


def work_through(sitting: Sitting, clip: Clip, drift: Drift) -> dict[Leg, Side]:
    """Give a sitting every leg it asks for until it asks for none; these legs."""
    legs: dict[Leg, Side] = {}
    while missing := sitting.advance(legs):
        legs |= {leg: follow(clip, leg, drift) for leg in missing}
    return legs
