"""Small moving pictures with exact truth, and a video that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Film:
    """A `Video` of an array (T, H, W, 3), which counts the frames that were asked of it."""

    def __init__(self, frames: NDArray[np.uint8], bad_frames: Iterable[int] = ()) -> None:
        self.frames = frames
        self.n_frames, self.height, self.width = frames.shape[:3]
        self.fps, self.times = Fraction(25), np.arange(len(frames)) / 25
        self.frame_numbers = np.arange(len(frames)) + 1001
        self.path, self.fingerprint, self.bad_frames = None, "made up", set(bad_frames)
        self.asked: list[int] = []

    def read(self, frames: Iterable[int]) -> NDArray[np.uint8]:
        numbers = list(frames)
        self.asked += numbers
        return self.frames[numbers]

    def read_native(self, frames: Iterable[int]) -> NDArray[Any]:
        return self.read(frames)

    def close(self) -> None:
        pass


def texture(height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """(height, width, 3) smooth coloured noise, 0 … 255."""
    import cv2

    noise = np.random.default_rng(seed).normal(size=(height, width, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.clip(128 + 45 * smooth / smooth.std(), 0, 255).astype(np.float32)


def moving_film(n_frames: int = 24, size: tuple[int, int] = (160, 120), velocity: tuple[float, float] = (1.5, -0.75),
                turn: float = 0.0, seed: int = 0) -> tuple[Film, Any]:
    """A film whose whole picture moves and turns, and ``where(xy, t0, t)``, the truth."""
    import cv2

    width, height = size
    plane = texture(height + 240, width + 240, seed)

    def matrix(t: float) -> NDArray[np.float64]:
        c, s = np.cos(turn * t), np.sin(turn * t)
        centre = np.array([width / 2, height / 2])
        rotation = np.array([[c, -s], [s, c]])
        return np.column_stack([rotation, centre + np.array(velocity) * t - rotation @ (centre + 120)])

    moves = [matrix(t) for t in range(n_frames)]
    frames = np.stack([cv2.warpAffine(plane, move, (width, height), flags=cv2.INTER_CUBIC) for move in moves])

    def where(xy: NDArray[Any], t0: int, t: int) -> NDArray[np.float64]:
        start, end = matrix(t0), matrix(t)
        return np.linalg.solve(start[:, :2], (np.asarray(xy) - start[:, 2]).T).T @ end[:, :2].T + end[:, 2]

    return Film(np.clip(np.rint(frames), 0, 255).astype(np.uint8)), where
