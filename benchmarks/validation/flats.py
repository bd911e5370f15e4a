"""Flat clips: layers on the stage of the sample clips, with scenes, moves and seeds of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.coordinates import inside

from .film import LOOKS, SIZE, Followed, Sensor
from .texture import Canvas

sys.path.append(str(Path(__file__).parents[2] / "sample_data"))
from stage import Layer, Scene

Floats = NDArray[np.float64]
CANDIDATES = 14  # tried for every point that is wanted
DOTS_PER_PIXEL = 2.0  # texels per pixel of most textures


@dataclass(frozen=True)
class Flat:
    """A clip of flat layers; a `Film`.

    Parameters
    ----------
    shutter : float
        How long the shutter is open, relative to that of `LOOKS`.
    """

    scene: Scene
    sensor: Sensor = field(default_factory=Sensor)
    shutter: float = 1.0

    @property
    def name(self) -> str:
        return self.scene.name

    @property
    def n_frames(self) -> int:
        return self.scene.n_frames

    @property
    def fps(self) -> tuple[int, int]:
        return self.scene.fps

    def shoot(self, frame: int) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 one frame as the camera records it; always the same."""
        looks = [self.scene.expose(frame + dt * self.shutter, [(x, y)], (0.0,)) for x, y, dt in LOOKS]
        light = self.scene.finish(np.mean(looks, 0))
        return self.sensor.record(light, [frame, *self.name.encode()])

    def locate(self, level: int, uv: Floats, t: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Where material points (N, 2) of a layer are in frame t, in pixels, and whether they are seen."""
        xy = self.scene.layers[level].forward(uv, t)
        return xy, inside(xy, SIZE) & ~self.scene.hidden(level, xy, t)

    def follow(self) -> list[Followed]:
        """Candidate points of every layer that is to have tracks, through all frames."""
        return [self._follow(level) for level, layer in enumerate(self.scene.layers) if layer.points]

    def _follow(self, level: int) -> Followed:
        layer = self.scene.layers[level]
        uv, detail, area = candidates(layer, level)
        placed = [self.locate(level, uv, float(t)) for t in range(self.n_frames)]
        xy, seen = np.stack([p[0] for p in placed]), np.stack([p[1] for p in placed])
        return Followed(layer.name, uv, (area / layer.points) ** 0.5 / 2, layer.points, detail, xy, seen)


def candidates(layer: Layer, seed: int) -> tuple[Floats, Floats, float]:
    """Random material points on the solid part of a layer (K, 2), the detail around them, and the area of that part."""
    solid = cv2.erode(layer.texture[..., 3], np.ones((5, 5))) > 0.98
    if not solid.any():
        solid = layer.texture[..., 3] > 0.9
    grey = cv2.GaussianBlur(layer.texture[..., :3].mean(-1), (0, 0), layer.density * 0.8)
    corner = cv2.cornerMinEigenVal(grey, max(int(5 * layer.density) | 1, 3))
    rows, columns = np.nonzero(solid)
    picked = np.random.default_rng([seed, *layer.name.encode()]).integers(0, len(rows), CANDIDATES * layer.points)
    y, x = rows[picked], columns[picked]
    return np.stack([x, y], -1) / layer.density + layer.origin, corner[y, x], len(rows) / layer.density**2


@dataclass(frozen=True)
class Push:
    """Press material sideways around a place, as a mouth or a cheek moves.

    Parameters
    ----------
    centre : (x, y)
        In the coordinates after the move.
    reach : (x, y)
        Deviations of the bell.
    amount : callable
        ``amount(t)`` gives the push (x, y) at the centre; less than about 1.5 reaches, or it would fold.
    """

    centre: tuple[float, float]
    reach: tuple[float, float]
    amount: Callable[[float], tuple[float, float]]

    def inverse(self, p: Floats, t: float) -> Floats:
        bell = np.exp(-0.5 * (((p - self.centre) / self.reach) ** 2).sum(-1, keepdims=True))
        return np.asarray(p - bell * self.amount(t))

    def forward(self, p: Floats, t: float) -> Floats:
        moved = p.copy()
        for _ in range(80):
            moved = p + (moved - self.inverse(moved, t))
        return moved


def page(margin: float, colour: str, density: float = DOTS_PER_PIXEL) -> Canvas:
    """A canvas of the size of the picture and a margin around it."""
    return Canvas((-margin, -margin, SIZE[0] + margin, SIZE[1] + margin), density, colour)


def disc(reach: float, density: float = DOTS_PER_PIXEL) -> Canvas:
    """An empty canvas around the origin."""
    return Canvas((-reach, -reach, reach, reach), density)


def course(x, y, frames: int, scale: float = 1.0, smooth: int = 24) -> Callable[[float], tuple[float, ...]]:
    """A pose that follows x(t), y(t) head first."""
    fine = np.arange(-64, (frames + 8) * 16) / 16
    px, py = x(fine), y(fine)
    heading = np.unwrap(np.arctan2(np.gradient(py), np.gradient(px)))
    heading = cv2.blur(heading[None], (smooth, 1), borderType=cv2.BORDER_REPLICATE)[0]

    def pose(t: float) -> tuple[float, float, float, float]:
        return (*(float(np.interp(t, fine, line)) for line in (px, py, heading)), scale)

    return pose


def shifted(pose, dx: float, dy: float):
    """A pose moved by some pixels, for shadows."""
    return lambda t: (pose(t)[0] + dx, pose(t)[1] + dy, *pose(t)[2:])
