"""A drawn scene: a camera that moves past points, what it sees of them, and tracks that drift off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.tracks import Source, State, Tracks

SIZE = (1280, 720)
FOCAL = 1100.0


@dataclass(frozen=True)
class Scene:
    """What there is, and what tracks of it look like.

    Parameters
    ----------
    xy : (T, N, 2)
        In COLMAP's pixels, with noise and drift.
    seen : (T, N) bool
    drifting : (N,) bool
    centres, rotation : (T, 3), (T, 3, 3)
        Of the cameras.
    points : (N, 3)
    """

    xy: NDArray[np.float64]
    seen: NDArray[np.bool_]
    drifting: NDArray[np.bool_]
    centres: NDArray[np.float64]
    rotation: NDArray[np.float64]
    points: NDArray[np.float64]

    def tracks(self) -> Tracks:
        """As a tracker would leave them, but that hidden points are said to be hidden."""
        state = np.where(self.seen, State.VISIBLE, State.OCCLUDED_LOCATED).astype(np.uint8)
        ones = np.ones(self.seen.shape, np.float32)
        return Tracks(np.arange(self.seen.shape[1]) + 100, (self.xy - 0.5).astype(np.float32), ones, ones, state,
                      np.full(self.seen.shape, Source.PREDICTED, np.uint8), meta={"size": SIZE, "fps": (24, 1)})


def make_scene(frames: int = 30, count: int = 200, *, noise: float = 0.3, drift: float = 0.0, hidden: float = 0.12,
               turn: float = 0.3, seed: int = 0) -> Scene:
    """A camera on a path about 3 long past points 5 to 12 away.

    Parameters
    ----------
    frames, count : int
    noise : float
        Pixels.
    drift : float
        Part of the tracks that leave their point by a pixel a frame, each in a direction of its own.
    hidden : float
        Part of the points that is not seen, here and there.
    turn : float
        Radians that the camera turns on its way.
    seed : int
    """
    rng = np.random.default_rng(seed)
    points = np.stack([rng.uniform(-4, 4, count), rng.uniform(-2.2, 2.2, count), rng.uniform(5, 12, count)], -1)
    s = np.linspace(0, 1, frames)
    centres = np.stack([3 * s - 1.5, 0.3 * np.sin(4 * s), 0.6 * s], -1)
    angle = turn * (0.5 - s)
    rotation = np.stack([np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]]) for a in angle])
    there = np.einsum("tij,tnj->tni", rotation, points[None] - centres[:, None])
    xy = there[..., :2] / there[..., 2:] * FOCAL + np.divide(SIZE, 2)
    seen = ((xy > 0) & (xy < SIZE)).all(-1) & (rng.uniform(size=xy.shape[:2]) > hidden)
    drifting = np.zeros(count, bool)
    drifting[rng.permutation(count)[: round(drift * count)]] = True
    way = rng.uniform(0, 2 * np.pi, count)
    off = np.arange(frames)[:, None, None] * np.stack([np.cos(way), np.sin(way)], -1)
    xy = xy + rng.normal(0, noise, xy.shape) + off * drifting[:, None]
    return Scene(xy, seen, drifting, centres, rotation, points)


def moved_onto(points: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points turned, moved and scaled so that they lie as near to others as they can."""
    a, b = points - points.mean(0), others - others.mean(0)
    left, values, right = np.linalg.svd(b.T @ a)
    mirror = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    scale = (values * mirror).sum() / np.square(a).sum()
    return scale * a @ ((left * mirror) @ right).T + others.mean(0)
