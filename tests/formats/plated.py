"""Tracks for the formats of compositing programs: p = (10, 20) in 1920 × 1080, and every state and source."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Source, State, Tracks

SIZE = (1920, 1080)
P = (10, 20)
RUNS = [{"model": "cotracker3", "licence": "CC-BY-NC-4.0"}]


def one_point(frames: int = 3, **meta: object) -> Tracks:
    """The point p, visible in every frame of a film."""
    cells = np.ones((frames, 1))
    return Tracks(np.array([1]), np.tile(np.array(P, np.float32), (frames, 1, 1)), cells, cells, names=("p",),
                  meta={"size": SIZE, "fps": (24000, 1001), "runs": RUNS, **meta})


def every_state() -> Tracks:
    """Ten frames of one track that is a, b … from p on, one pixel right a frame: 0-1 visible (placed, predicted), 2
    hidden but located, 3 hidden, 4 out of the picture, 5 unknown, 6-7 visible (approved, sure to 0.25), 8 hidden, 9
    visible; and a track that is seen in frames 2-4 only.
    """
    xy = np.full((10, 2, 2), np.nan, np.float32)
    xy[:, 0] = np.stack([10 + np.arange(10), np.full(10, 20)], -1)
    xy[[3, 5, 8], 0] = np.nan
    xy[4, 0] = (-50, 20)
    xy[2:5, 1] = (100, 200)
    state = np.zeros((10, 2), np.uint8)
    state[:, 0] = [State.VISIBLE, State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME,
                   State.UNKNOWN, State.VISIBLE, State.VISIBLE, State.OCCLUDED, State.VISIBLE]
    source = np.where(np.isfinite(xy).all(-1), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[[0, 6], 0] = Source.HUMAN, Source.VERIFIED
    scores = np.where(np.isfinite(xy).all(-1), 1, np.nan).astype(np.float32)
    scores[[0, 7], 0] = 0.5  # twice: visibility and confidence; a person's word counts more
    return Tracks(np.array([3, 5]), xy, scores, scores, state, source, names=("a/b", "ü 'x' [1]"),
                  meta={"size": SIZE, "fps": (24, 1), "runs": RUNS})


SEEN = [0, 1, 6, 7, 9]
SURE = [1, 1, 1, 0.25, 1]


def random_tracks(frames: int = 40, count: int = 12, seed: int = 0) -> Tracks:
    """Anywhere on a full HD picture, a quarter of them hidden."""
    rng = np.random.default_rng(seed)
    xy = (rng.random((frames, count, 2)) * SIZE - 0.5).astype(np.float32)
    visibility = (rng.random((frames, count)) > 0.25).astype(np.float32)
    visibility[0] = 1
    return Tracks(np.arange(count), xy, visibility, np.ones((frames, count)), meta={"size": SIZE, "fps": (25, 1)})


def square(frames: int = 4) -> Tracks:
    """Four tracks around a square that moves a pixel right a frame: top left, bottom right, top right, bottom left."""
    corners = np.array([[100, 50], [300, 250], [300, 50], [100, 250]], np.float32)
    xy = corners + np.arange(frames)[:, None, None] * np.array([1, 0], np.float32)
    cells = np.ones((frames, 4))
    return Tracks(np.arange(4), xy.astype(np.float32), cells, cells, names=("tl", "br", "tr", "bl"),
                  meta={"size": SIZE, "fps": (25, 1)})
