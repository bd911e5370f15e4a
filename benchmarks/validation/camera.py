"""A pinhole camera on a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Path = Callable[[float], Floats]

NEAR = 0.05  # points nearer than this, or behind, are never seen


@dataclass(frozen=True)
class Camera:
    """Where the camera is and looks.

    Parameters
    ----------
    eye, target : callable
        ``(t) -> (3,)`` world coordinates.
    focal : callable
        ``(t)`` focal length in pixels.
    roll : callable
        ``(t)`` radians, clockwise.
    """

    eye: Path
    target: Path
    focal: Callable[[float], float]
    roll: Callable[[float], float] = lambda t: 0.0

    def matrix(self, t: float, size: tuple[int, int]) -> tuple[Floats, Floats]:
        """(3, 3) and (3,): ``world @ matrix.T + shift`` is (x·w, y·w, w) with x, y in pixels."""
        eye = np.asarray(self.eye(t), np.float64)
        ahead = self.target(t) - eye
        ahead = ahead / np.linalg.norm(ahead)
        right = np.cross(ahead, (0, 0, 1))
        right /= np.linalg.norm(right)
        down = np.cross(ahead, right)
        c, s, f = np.cos(self.roll(t)), np.sin(self.roll(t)), self.focal(t)
        axes = np.stack([c * right + s * down, c * down - s * right, ahead])
        lens = np.array([[f, 0, (size[0] - 1) / 2], [0, f, (size[1] - 1) / 2], [0, 0, 1]])
        matrix = lens @ axes
        return matrix, -matrix @ eye


def project(corners: Floats) -> Floats:
    """(…, 2) pixels of (…, 3) homogeneous points; those behind the camera as if they were just before it."""
    return np.asarray(corners[..., :2] / np.maximum(corners[..., 2:], NEAR))


def sway(seed: int, amount, slowest: float = 40.0) -> Path:
    """The unrest of a hand: (3,) of slow and quicker waves, about `amount` large; periods in frames."""
    rng = np.random.default_rng(seed)
    periods = slowest / np.array([1, 2.3, 5.1])[:, None] * rng.uniform(0.8, 1.25, (3, 3))
    phases, strengths = rng.uniform(0, 2 * np.pi, (3, 3)), np.array([1, 0.4, 0.15])[:, None]
    return lambda t: np.asarray(amount) * (strengths * np.sin(2 * np.pi * t / periods + phases)).sum(0)


def along(points, frames: int) -> Path:
    """A smooth path through points (K, 3), evenly spaced in time from frame 0 to the last."""
    from scipy.interpolate import CubicSpline

    curve = CubicSpline(np.linspace(0, frames - 1, len(points)), np.asarray(points, np.float64))
    return lambda t: np.asarray(curve(t))
