"""A small stage on which the sample clips are filmed: flat textured layers that move in known ways.

A layer maps material points (u, v) to the picture by a chain of moves, each of which is known in
both directions. Pixels are looked up backwards, tracks are computed forwards, so that both come
from the same formulas. Pictures have x right, y down; integers are pixel centres; time is in frames.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Wave = Callable[[Array, float], Array]

# within one frame the shutter is open for half the time; every place is seen at every time
PLACES = [(x, y) for x in (-0.25, 0.25) for y in (-0.25, 0.25)]
TIMES = (-0.15, 0.15)


class Move(Protocol):
    """A map of points (..., 2) at a time, and its inverse."""

    def forward(self, p: Array, t: float) -> Array: ...
    def inverse(self, p: Array, t: float) -> Array: ...


@dataclass(frozen=True)
class Pose:
    """Turn by an angle, scale, then shift; `of(t)` gives (x, y, angle, scale)."""

    of: Callable[[float], tuple[float, float, float, float]]

    def forward(self, p: Array, t: float) -> Array:
        x, y, angle, scale = self.of(t)
        c, s = scale * np.cos(angle), scale * np.sin(angle)
        return np.stack([c * p[..., 0] - s * p[..., 1] + x, s * p[..., 0] + c * p[..., 1] + y], -1)

    def inverse(self, p: Array, t: float) -> Array:
        x, y, angle, scale = self.of(t)
        c, s = np.cos(angle) / scale, np.sin(angle) / scale
        dx, dy = p[..., 0] - x, p[..., 1] - y
        return np.stack([c * dx + s * dy, c * dy - s * dx], -1)


@dataclass(frozen=True)
class Shear:
    """Shift along one axis by a wave of the other coordinate."""

    axis: int
    wave: Wave

    def forward(self, p: Array, t: float) -> Array:
        return self._shift(p, t, 1)

    def inverse(self, p: Array, t: float) -> Array:
        return self._shift(p, t, -1)

    def _shift(self, p: Array, t: float, sign: int) -> Array:
        moved = p.copy()
        moved[..., self.axis] += sign * self.wave(p[..., 1 - self.axis], t)
        return moved


@dataclass(frozen=True)
class Ripple:
    """Stretch and squeeze along u, as a caterpillar does; the slope of the wave stays below one."""

    wave: Wave

    def forward(self, p: Array, t: float) -> Array:
        moved = p.copy()
        for _ in range(80):
            moved[..., 0] = p[..., 0] + self.wave(moved[..., 0], t)
        return moved

    def inverse(self, p: Array, t: float) -> Array:
        moved = p.copy()
        moved[..., 0] -= self.wave(p[..., 0], t)
        return moved


@dataclass(frozen=True)
class Bend:
    """Roll the u axis onto a circle of some curvature (1/pixels)."""

    curvature: Callable[[float], float]

    def _radius(self, t: float) -> float:
        k = self.curvature(t)
        return 1 / (k if abs(k) > 1e-6 else 1e-6)

    def forward(self, p: Array, t: float) -> Array:
        r = self._radius(t)
        angle, inner = p[..., 0] / r, r - p[..., 1]
        return np.stack([np.sin(angle) * inner, r - np.cos(angle) * inner], -1)

    def inverse(self, p: Array, t: float) -> Array:
        r = self._radius(t)
        sign = np.sign(r)
        x, y = p[..., 0], r - p[..., 1]
        return np.stack([r * np.arctan2(sign * x, sign * y), r - sign * np.hypot(x, y)], -1)


@dataclass(frozen=True)
class Layer:
    """One textured thing.

    Parameters
    ----------
    texture : (h, w, 4) float32
        RGB times alpha, and alpha, each 0 … 1.
    origin : (u, v)
        Material point at the centre of texel (0, 0).
    density : float
        Texels per unit of material.
    chain : sequence of Move
        From material to picture, first to last.
    solid : bool
        Whether it hides what is behind it; shadows and light do not.
    adds : bool
        Light that is added, not laid over.
    shade : callable, optional
        ``shade(uv, t)`` brightens or darkens the colour, as folds do.
    points : int
        How many tracks are to start on it.
    """

    name: str
    texture: NDArray[np.float32]
    origin: tuple[float, float]
    density: float
    chain: Sequence[Move]
    solid: bool = True
    adds: bool = False
    opacity: float = 1.0
    shade: Callable[[Array, float], Array] | None = None
    points: int = 0

    def forward(self, uv: Array, t: float) -> Array:
        """Material points to the picture."""
        p = np.asarray(uv, np.float64)
        for move in self.chain:
            p = move.forward(p, t)
        return p

    def inverse(self, xy: Array, t: float) -> Array:
        """Points of the picture to material."""
        p = np.asarray(xy, np.float64)
        for move in reversed(self.chain):
            p = move.inverse(p, t)
        return p

    def texels(self, uv: Array) -> NDArray[np.float32]:
        """Where material points lie in the texture array."""
        return ((uv - self.origin) * self.density).astype(np.float32)

    def sample(self, xy: Array, t: float) -> NDArray[np.float32]:
        """(h, w, 4) what the layer shows at an (h, w, 2) array of points of the picture."""
        uv = self.inverse(xy, t)
        texels = self.texels(uv)
        seen = cv2.remap(self.texture, texels[..., 0], texels[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        if self.shade is not None:
            seen[..., :3] *= self.shade(uv, t)[..., None].astype(np.float32)
        return seen * np.float32(self.opacity)

    def outline(self) -> Array:
        """Material points along the edge of the texture."""
        h, w = self.texture.shape[:2]
        along = np.linspace(0, 1, 24)
        zeros, ones = np.zeros(24), np.ones(24)
        sides = [(along, zeros), (along, ones), (zeros, along), (ones, along)]
        unit = np.concatenate([np.stack(side, -1) for side in sides])
        return unit * ((w - 1) / self.density, (h - 1) / self.density) + self.origin

    def box(self, t: float, size: tuple[int, int]) -> tuple[slice, slice] | None:
        """The part of a picture (width, height) that the layer may touch around time t."""
        edge = self.forward(self.outline(), t)
        low = np.maximum(np.floor(edge.min(0)) - 8, 0).astype(int)
        high = np.minimum(np.ceil(edge.max(0)) + 9, size).astype(int)
        return (slice(low[1], high[1]), slice(low[0], high[0])) if (low < high).all() else None

    def with_marker(self, uv: Array, radius: float, grey: float) -> Layer:
        """The same layer with a soft dot painted at a material point, black (0) to white (1)."""
        h, w = self.texture.shape[:2]
        x, y = self.texels(np.asarray(uv, np.float64))
        distance = np.hypot(np.arange(w) - x, (np.arange(h) - y)[:, None]) / self.density
        weight = np.exp(-0.5 * (distance / radius) ** 2)[..., None]
        texture = self.texture.copy()
        texture[..., :3] += (weight * (grey * texture[..., 3:] - texture[..., :3])).astype(np.float32)
        return replace(self, texture=texture)


@dataclass(frozen=True)
class Scene:
    """Layers from back to front, and the camera's own traces.

    Parameters
    ----------
    size : (width, height)
    grain : float
        Standard deviation of the sensor noise in grey levels, at mid grey.
    finish : callable
        Tone of the finished picture, from and to (H, W, 3) of 0 … 1.
    """

    name: str
    size: tuple[int, int]
    n_frames: int
    fps: tuple[int, int]
    layers: Sequence[Layer]
    grain: float
    finish: Callable[[NDArray[np.float32]], NDArray[np.float32]] = field(default=lambda picture: picture)

    def expose(self, t: float, places: Sequence[tuple[float, float]] = PLACES,
               times: Sequence[float] = TIMES) -> NDArray[np.float32]:
        """(H, W, 3) the light of one frame, 0 … 1, without grain."""
        w, h = self.size
        grid = np.stack(np.meshgrid(np.arange(w, dtype=np.float64), np.arange(h, dtype=np.float64)), -1)
        boxes = [layer.box(t, self.size) for layer in self.layers]
        total = np.zeros((h, w, 3), np.float32)
        for dt in times:
            for place in places:
                picture = np.zeros((h, w, 3), np.float32)
                for layer, box in zip(self.layers, boxes):
                    if box is not None:
                        seen = layer.sample(grid[box] + place, t + dt)
                        hidden = 0 if layer.adds else seen[..., 3:]
                        picture[box] = picture[box] * (1 - hidden) + seen[..., :3]
                total += picture
        return total / np.float32(len(places) * len(times))

    def shoot(self, frame: int) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 one frame as the camera records it; always the same."""
        picture = self.finish(self.expose(float(frame)))
        noise = np.random.default_rng([frame, *self.name.encode()]).standard_normal(picture.shape, np.float32)
        noise = noise * np.float32(0.6) + noise.mean(-1, keepdims=True)
        grainy = 255 * picture + noise * self.grain * np.sqrt(0.25 + 1.5 * picture)
        return np.clip(np.rint(grainy), 0, 255).astype(np.uint8)

    def hidden(self, level: int, xy: Array, t: float) -> NDArray[np.bool_]:
        """(N,) whether points of the picture are covered by any layer above `level`."""
        cover = np.zeros(len(xy), bool)
        for layer in self.layers[level + 1 :]:
            if layer.solid:
                cover |= layer.sample(np.asarray(xy)[None], t)[0, :, 3] > 0.5
        return cover
