"""Painting textures: soft shapes from signed distances, noise, shading."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from stage import Layer, Move

Floats = NDArray[np.float32]
Colour = Sequence[float]


def rgb(code: str) -> Floats:
    """A colour such as ``#c04020`` as 0 … 1."""
    return np.array([int(code[k : k + 2], 16) for k in (1, 3, 5)], np.float32) / 255


class Canvas:
    """A texture in the making, on the material rectangle from (u0, v0) to (u1, v1)."""

    def __init__(self, box: tuple[float, float, float, float], density: float, colour: str | None = None) -> None:
        u0, v0, u1, v1 = box
        self.density, self.origin = density, (u0, v0)
        w, h = round((u1 - u0) * density) + 1, round((v1 - v0) * density) + 1
        u, v = np.meshgrid(u0 + np.arange(w) / density, v0 + np.arange(h) / density)
        self.u, self.v = u.astype(np.float32), v.astype(np.float32)
        self.colour = np.zeros((h, w, 3), np.float32)
        self.alpha = np.zeros((h, w), np.float32)
        if colour:
            self.colour[:], self.alpha[:] = rgb(colour), 1

    def part(self, u: float, v: float, reach: float) -> Canvas:
        """The square of a canvas around (u, v); painting there paints here, and small things are quick."""
        d = self.density
        x, y, r = round((u - self.origin[0]) * d), round((v - self.origin[1]) * d), round(reach * d)
        rows, columns = slice(max(y - r, 0), max(y + r + 1, 0)), slice(max(x - r, 0), max(x + r + 1, 0))
        window = object.__new__(Canvas)
        window.density, window.origin = d, self.origin
        for name in ("u", "v", "colour", "alpha"):
            setattr(window, name, getattr(self, name)[rows, columns])
        return window

    def soft(self, distance: Any, width: float = 0.0) -> Floats:
        """1 where a signed distance is negative, 0 where positive, with an edge `width` units wide."""
        return np.clip(0.5 - distance / max(width, 1.2 / self.density), 0, 1).astype(np.float32)

    def lay(self, mask: Any, colour: str | Floats, solid: bool = True) -> None:
        """Lay a colour over the texture; if not solid, only where there is something already."""
        value = rgb(colour) if isinstance(colour, str) else colour
        self.colour += np.asarray(mask, np.float32)[..., None] * (value - self.colour)
        if solid:
            np.maximum(self.alpha, mask, out=self.alpha)

    def shine(self, factor: Any) -> None:
        """Multiply the colour."""
        self.colour *= np.asarray(factor, np.float32)[..., None]

    def glow(self, amount: Any, colour: str = "#ffffff") -> None:
        """Add light."""
        self.colour += np.asarray(amount, np.float32)[..., None] * rgb(colour)

    def ellipse(self, u: float, v: float, a: float, b: float, angle: float = 0.0) -> Floats:
        """Signed distance (nearly) to an ellipse."""
        c, s = np.cos(angle), np.sin(angle)
        du, dv = self.u - u, self.v - v
        x, y = (c * du + s * dv) / a, (c * dv - s * du) / b
        r = np.hypot(x, y) + 1e-6
        return ((r - 1) * r / np.maximum(np.hypot(x / a, y / b), 1e-6)).astype(np.float32)

    def box(self, u: float, v: float, a: float, b: float, radius: float = 0.0) -> Floats:
        """Signed distance to a rectangle with half sides a and b and round corners."""
        du, dv = np.abs(self.u - u) - a + radius, np.abs(self.v - v) - b + radius
        outer = np.hypot(np.maximum(du, 0), np.maximum(dv, 0))
        return (outer + np.minimum(np.maximum(du, dv), 0) - radius).astype(np.float32)

    def line(self, points: Any, width: float) -> Floats:
        """Signed distance to a broken line of some width."""
        path = np.asarray(points, np.float32)
        nearest = np.full(self.u.shape, 1e6, np.float32)
        for (au, av), (bu, bv) in pairwise(path):
            du, dv = bu - au, bv - av
            along = np.clip(((self.u - au) * du + (self.v - av) * dv) / max(du * du + dv * dv, 1e-9), 0, 1)
            nearest = np.minimum(nearest, np.hypot(self.u - au - along * du, self.v - av - along * dv))
        return nearest - width / 2

    def noise(self, scale: float, seed: int) -> Floats:
        """Smooth noise with lumps of `scale` units, mean 0, deviation 1."""
        rng = np.random.default_rng(seed)
        sigma = scale * self.density / 2
        step = max(int(sigma / 2), 1)
        h, w = self.u.shape
        small = rng.standard_normal((h // step + 8, w // step + 8), np.float32)
        small = cv2.GaussianBlur(small, (0, 0), max(sigma / step, 0.3))
        field = cv2.resize(small, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)[:h, :w]
        return (field - field.mean()) / (field.std() + 1e-6)

    def clouds(self, scale: float, seed: int, octaves: int = 4) -> Floats:
        """Noise at several scales, each half as large and as strong as the one before."""
        layers = [self.noise(scale / 2**k, seed + k) / 1.7**k for k in range(octaves)]
        total = np.sum(layers, axis=0)
        return (total / total.std()).astype(np.float32)

    def text(self, words: str, u: float, v: float, height: float, colour: str) -> None:
        """Capital letters, their base line starting at (u, v)."""
        mask = np.zeros(self.u.shape, np.uint8)
        size = height * self.density / 22
        place = (round((u - self.origin[0]) * self.density), round((v - self.origin[1]) * self.density))
        cv2.putText(mask, words, place, cv2.FONT_HERSHEY_DUPLEX, size, 255, max(round(size * 2.2), 1), cv2.LINE_AA)
        self.lay(mask / 255, colour, solid=False)

    def layer(self, name: str, chain: Sequence[Move], **more: Any) -> Layer:
        """The finished texture as a layer of a scene."""
        alpha = np.clip(self.alpha, 0, 1)[..., None]
        texture = np.concatenate([np.clip(self.colour, 0, 1) * alpha, alpha], -1).astype(np.float32)
        return Layer(name, texture, self.origin, self.density, tuple(chain), **more)

    def shadow(self, chain: Sequence[Move], blur: float, **more: Any) -> Layer:
        """A soft dark copy of the shape."""
        pad = int(3 * blur * self.density)
        alpha = cv2.GaussianBlur(np.pad(self.alpha, pad), (0, 0), blur * self.density)
        texture = np.zeros((*alpha.shape, 4), np.float32)
        texture[..., 3] = alpha
        texture[..., :3] = rgb("#0c0a12") * alpha[..., None]
        origin = (self.origin[0] - pad / self.density, self.origin[1] - pad / self.density)
        return Layer("shadow", texture, origin, self.density, tuple(chain), solid=False, **more)


def smooth(a: float, b: float, x: Any) -> Any:
    """0 below a, 1 above b, a smooth step between."""
    s = np.clip((x - a) / (b - a), 0, 1)
    return s * s * (3 - 2 * s)


def blurred(layer_texture: Floats, sigma: float) -> Floats:
    """A texture out of focus."""
    return np.asarray(cv2.GaussianBlur(layer_texture, (0, 0), sigma), np.float32)
