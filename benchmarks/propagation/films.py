"""Drawn films of a surface that moves while something passes in front of it, with the truth of every frame.

All is drawn at twice the size and averaged; positions are pixels, integers are pixel centres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Place = Callable[[Points, int], Points]

FINE = 2
COARSE = 16
NOISE = 2.0  # of 255


@dataclass(frozen=True)
class Film:
    """A film and what is true of it.

    Parameters
    ----------
    name : str
    frames : (T, H, W, 3) uint8
    with_logo : (T, H, W, 3) uint8
        The same film, had the logo been there when it was taken.
    masks : (T, H, W) bool
        Where the surface is seen.
    fronts : (T, H, W) bool
        Where something is in front.
    logo : (h, w, 4) uint8
    corners : (4, 2)
        Where the logo's outer corners are on the first frame.
    """

    name: str
    frames: Picture
    with_logo: Picture
    masks: Mask
    fronts: Mask
    logo: Picture
    corners: Points

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.frames.shape[2], self.frames.shape[1]


def board(frames: int = 48, size: tuple[int, int] = (640, 360), seed: int = 0) -> Film:
    """A board that turns, tilts and comes nearer, behind a post."""
    return _film("board", lambda: _plane(size), frames, size, seed)


def cloth(frames: int = 48, size: tuple[int, int] = (640, 360), seed: int = 1) -> Film:
    """A cloth that sways and bends, behind a post."""
    return _film("cloth", lambda: _bending(size), frames, size, seed)


def _plane(size: tuple[int, int]) -> Place:
    """Where places of the first frame are on another, seen from a camera that moves around."""
    w, h = size
    middle = np.array([[1, 0, w / 2], [0, 1, h / 2], [0, 0, 1]])

    def place(xy: Points, t: int) -> Points:
        angle, scale = 0.22 * np.sin(t / 17), 1 + 0.12 * np.sin(t / 21)
        tilt = 0.35 * np.sin(t / 19) / w
        moved = np.array([[scale * np.cos(angle), -scale * np.sin(angle), 0.09 * w * np.sin(t / 15)],
                          [scale * np.sin(angle), scale * np.cos(angle), 0.07 * h * np.sin(t / 11)],
                          [tilt, -0.6 * tilt, 1]])
        matrix = middle @ moved @ np.linalg.inv(middle)
        there = xy @ matrix[:, :2].T + matrix[:, 2]
        return np.asarray(there[..., :2] / there[..., 2:])

    return place


def _bending(size: tuple[int, int]) -> Place:
    """The same, waving across and down as cloth does; nothing moves on the first frame."""
    plane, (w, h) = _plane(size), size

    def place(xy: Points, t: int) -> Points:
        x, y = xy[..., 0] / w, xy[..., 1] / h
        grow = np.sin(t / 12)
        wave = np.stack([0.022 * w * np.sin(7 * y + 3 * x + t / 9), 0.03 * h * np.sin(8 * x - 2 * y + t / 7)], -1)
        rest = np.stack([0.022 * w * np.sin(7 * y + 3 * x), 0.03 * h * np.sin(8 * x - 2 * y)], -1)
        return plane(xy + grow * (wave - 0.5 * rest), t)

    return place


def _film(name: str, motion: Callable[[], Place], frames: int, size: tuple[int, int], seed: int) -> Film:
    rng, place, (w, h) = np.random.default_rng(seed), motion(), size
    surface, ground, post = (_texture(rng, (h * FINE, w * FINE), grain) for grain in (3, 6, 5))
    outline = _outline(size)
    corners = np.array([(0.40, 0.36), (0.58, 0.38), (0.57, 0.60), (0.41, 0.62)]) * size
    logo = _logo(rng)
    parts = [_Frame(size, place, t, frames) for t in range(frames)]
    plain, branded, masks, fronts = [], [], [], []
    printed = _print(surface, logo, corners)
    for part in parts:
        mask, front = part.carried(outline), part.front()
        scene = [part.shown(picture, ground, post, mask, front) for picture in (surface, printed)]
        grain = rng.normal(0, NOISE, (h, w, 3))
        plain.append(_developed(scene[0], grain))
        branded.append(_developed(scene[1], grain))
        masks.append(_small(mask * (1 - front)) > 0.5)
        fronts.append(_small(front) > 0.5)
    return Film(name, np.stack(plain), np.stack(branded), np.stack(masks), np.stack(fronts), logo, corners)


class _Frame:
    """A frame while it is drawn: where every fine pixel's surface is on the first frame."""

    def __init__(self, size: tuple[int, int], place: Place, t: int, frames: int) -> None:
        self.size, self.t, self.frames = size, t, frames
        w, h = size
        fine = [(np.arange(n * FINE) + 0.5) / FINE - 0.5 for n in (w, h)]
        self.at = np.stack(np.meshgrid(*fine), -1)
        self.source = _inverse(place, t, self.at)

    def carried(self, outline: NDArray[np.float32]) -> NDArray[np.float32]:
        """A picture of the first frame, as this frame shows it."""
        x, y = (((self.source[..., k] + 0.5) * FINE - 0.5).astype(np.float32) for k in (0, 1))
        return np.asarray(cv2.remap(outline, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))

    def front(self) -> NDArray[np.float32]:
        """A leaning post that goes from left to right."""
        w, h = self.size
        middle = w * (0.15 + 0.7 * self.t / max(self.frames - 1, 1))
        across = self.at[..., 0] - middle - 0.12 * (self.at[..., 1] - h / 2)
        return (np.abs(across) < 0.035 * w).astype(np.float32)

    def shown(self, surface: NDArray[np.float32], ground: NDArray[np.float32], post: NDArray[np.float32],
              mask: NDArray[np.float32], front: NDArray[np.float32]) -> NDArray[np.float32]:
        """(H, W, 3) linear light at the film's size."""
        shift = (int(3 * self.t), int(self.t))
        behind = np.roll(ground, shift, (1, 0))
        scene = np.where(mask[..., None] > 0.5, self.carried(surface), behind)
        walks = np.roll(post, round(0.7 * FINE * self.size[0] * self.t / max(self.frames - 1, 1)), 1)
        return _small(np.where(front[..., None] > 0.5, 0.5 * walks, scene))


def _inverse(place: Place, t: int, at: Points) -> Points:
    """Where on the first frame the places of a frame are: by iteration on a coarse grid, then from there on all."""
    h, w = at.shape[0] // COARSE, at.shape[1] // COARSE
    few = at.reshape(h, COARSE, w, COARSE, 2).mean((1, 3))
    found = few.copy()
    for _ in range(40):
        found += few - place(found, t)
    found = at + cv2.resize(found - few, at.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    for _ in range(3):
        found += at - place(found, t)
    return np.asarray(found)


def _texture(rng: np.random.Generator, shape: tuple[int, int], grain: float) -> NDArray[np.float32]:
    """(H, W, 3) colours of several sizes, linear light."""
    layers = [cv2.resize(rng.random((max(2, int(shape[0] / side)), max(2, int(shape[1] / side)), 3)),
                         shape[::-1], interpolation=cv2.INTER_CUBIC) for side in (grain, 4 * grain, 16 * grain)]
    mixed = sum(weight * layer for weight, layer in zip((0.25, 0.35, 0.4), layers, strict=True))
    return np.clip(np.asarray(mixed, np.float32), 0, 1) ** 2


def _outline(size: tuple[int, int]) -> NDArray[np.float32]:
    """1 within a lumpy shape in the middle, at the fine size."""
    w, h = size
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = 1 + 0.12 * np.cos(3 * angle) + 0.06 * np.sin(7 * angle)
    edge = np.stack([w / 2 + 0.24 * w * radius * np.cos(angle), h / 2 + 0.33 * h * radius * np.sin(angle)], -1)
    fine = np.zeros((h * FINE, w * FINE), np.float32)
    cv2.fillPoly(fine, [np.round((edge + 0.5) * FINE - 0.5).astype(np.int32)], 1.0)
    return fine


def _logo(rng: np.random.Generator) -> Picture:
    """(120, 160, 4) rings and bars, round at the edge."""
    y, x = np.mgrid[:120, :160]
    rings = np.sin(np.hypot(x - 80, y - 60) / 4) > 0
    colours = np.where(rings[..., None], [230, 40, 30], [250, 245, 230])
    bars = (y // 10 % 2 == 0) & (x > 120)
    colours = np.where(bars[..., None], [20, 60, 160], colours)
    alpha = np.clip(60 - np.hypot((x - 80) * 0.75, y - 60) + 0.5, 0, 1) * 255
    return np.dstack([colours, alpha]).astype(np.uint8)


def _print(surface: NDArray[np.float32], logo: Picture, corners: Points) -> NDArray[np.float32]:
    """The surface with the logo on it, at the fine size."""
    h, w = logo.shape[:2]
    own = (np.array([(0, 0), (w, 0), (w, h), (0, h)]) - 0.5).astype(np.float32)
    there = ((corners + 0.5) * FINE - 0.5).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(own, there)
    light = (logo[..., :3].astype(np.float32) / 255) ** 2.2
    alpha = logo[..., 3:].astype(np.float32) / 255
    layer = cv2.warpPerspective(np.dstack([light * alpha, alpha]), matrix, surface.shape[1::-1], flags=cv2.INTER_CUBIC)
    return np.asarray(surface * (1 - layer[..., 3:]) + layer[..., :3], np.float32)


def _small(fine: NDArray[np.float32]) -> NDArray[np.float32]:
    h, w = fine.shape[0] // FINE, fine.shape[1] // FINE
    return np.asarray(fine.reshape(h, FINE, w, FINE, *fine.shape[2:]).mean((1, 3)), np.float32)


def _developed(light: NDArray[np.float32], grain: NDArray[np.float64]) -> Picture:
    return np.clip(np.round(255 * np.clip(light, 0, 1) ** (1 / 2.2) + grain), 0, 255).astype(np.uint8)
