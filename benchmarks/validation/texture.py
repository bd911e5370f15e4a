"""Pictures that things wear: drawn ones, photographs kept for validation, and how they are looked up."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).parents[2] / "sample_data"))
from paint import Canvas, rgb, smooth

Floats = NDArray[np.float32]

PHOTOS = ("brick", "grass", "coffee", "rocket")  # the training data has none of these


@cache
def photo(name: str) -> Floats:
    """(h, w, 3) one of the photographs that come with scikit-image and are kept for validation, 0 … 1."""
    import skimage

    if name not in PHOTOS:
        raise ValueError(f"expected one of {', '.join(PHOTOS)}, got {name!r}")
    path = next((Path(skimage.__file__).parent / "data").glob(f"{name}.*"))
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.float32) / 255


def tinted(picture: Floats, colour: str, strength: float = 0.6) -> Floats:
    """A picture with the hue of a colour."""
    grey = picture.mean(-1, keepdims=True)
    tone = rgb(colour) / max(rgb(colour).mean(), 1e-3)
    return np.clip(picture + strength * (grey * tone - picture), 0, 1).astype(np.float32)


def tiled(picture: Floats, columns: int, rows: int) -> Floats:
    """A picture repeated, every second time mirrored so that seams do not show."""
    pair = np.concatenate([picture, picture[:, ::-1]], 1)
    block = np.concatenate([pair, pair[::-1]], 0)
    h, w = picture.shape[:2]
    whole = np.tile(block, ((rows + 1) // 2, (columns + 1) // 2, 1))
    return np.ascontiguousarray(whole[: h * rows, : w * columns])


def six(*pictures: Floats, side: int = 128) -> Floats:
    """The six sides of a box from one or more pictures, in three columns and two rows."""
    small = [cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA) for picture in pictures]
    sides = [small[k % len(small)] for k in range(6)]
    return np.concatenate([np.concatenate(sides[:3], 1), np.concatenate(sides[3:], 1)], 0)


def canvas(size: tuple[int, int], colour: str) -> Canvas:
    """A canvas of (width, height) texels with a unit of one texel."""
    return Canvas((0, 0, size[0] - 1, size[1] - 1), 1, colour)


def finished(work: Canvas) -> Floats:
    """The colours of a canvas."""
    return np.clip(work.colour, 0, 1)


def mottled(size: tuple[int, int], colour: str, seed: int, contrast: float = 0.16, lumps: float = 24) -> Floats:
    """Stone or plaster: clouds at several scales."""
    work = canvas(size, colour)
    work.shine(1 + contrast * work.clouds(lumps, seed, 5))
    return finished(work)


def speckled(size: tuple[int, int], colours: list[str], seed: int, count: int = 300, reach: float = 7) -> Floats:
    """Spots and chips of several colours on the first one."""
    work, rng = canvas(size, colours[0]), np.random.default_rng(seed)
    work.shine(1 + 0.08 * work.clouds(20, seed + 1))
    for _ in range(count):
        u, v = rng.uniform((0, 0), size)
        a = 1.2 + reach * rng.random() ** 2.5
        spot = work.part(u, v, 2 * a + 4)
        if spot.u.size:
            shape = spot.ellipse(u, v, a, a * rng.uniform(0.5, 1), rng.uniform(0, np.pi))
            spot.lay(rng.uniform(0.6, 1) * spot.soft(shape, 1.3), colours[1 + rng.integers(len(colours) - 1)])
    return finished(work)


def planks(size: tuple[int, int], colour: str, seed: int, boards: int = 6) -> Floats:
    """Wooden boards along u."""
    work, rng = canvas(size, colour), np.random.default_rng(seed)
    board = np.minimum((work.v / size[1] * boards).astype(int), boards - 1)
    tone, shift = rng.normal(1, 0.1, boards)[board], rng.uniform(0, 400, boards)[board]
    stretched = cv2.resize(work.noise(5, seed)[:, : max(size[0] // 12, 8)], size, interpolation=cv2.INTER_CUBIC)
    rings = np.sin((work.v + 5 * stretched + 8 * np.sin((work.u + shift) / 60)) * 0.55)
    work.shine(tone * (1 + 0.10 * rings + 0.07 * stretched + 0.03 * work.noise(2, seed + 1)))
    gap = np.abs((work.v / size[1] * boards + 0.5) % 1 - 0.5) * size[1] / boards
    work.shine(1 - 0.6 * work.soft(gap - 1.2, 1.5))
    return finished(work)


def checks(size: tuple[int, int], colours: tuple[str, str], cells: int, seed: int, wear: float = 0.06) -> Floats:
    """A chequered pattern, a little worn."""
    work = canvas(size, colours[0])
    wave = np.sin(np.pi * work.u * cells / size[0]) * np.sin(np.pi * work.v * cells / size[0])
    work.lay(np.clip(0.5 + wave * size[0] / cells / 3, 0, 1), colours[1])
    work.shine(1 + wear * work.clouds(18, seed))
    return finished(work)


def label(size: tuple[int, int], words: list[str], ground: str, ink: list[str], seed: int) -> Floats:
    """A printed label: bands, dots and lettering."""
    work, rng = canvas(size, ground), np.random.default_rng(seed)
    w, h = size
    for k, v in enumerate((0.08, 0.92)):
        work.lay(work.soft(np.abs(work.v - v * h) - 0.05 * h), ink[k % len(ink)])
    for k, word in enumerate(words):
        work.text(word, w * (k + 0.12) / len(words), h * rng.uniform(0.35, 0.7), h * 0.17, ink[k % len(ink)])
        u, v, a = w * (k + rng.uniform(0.5, 0.8)) / len(words), h * rng.uniform(0.3, 0.75), h * rng.uniform(0.07, 0.13)
        work.lay(work.soft(work.ellipse(u, v, a, a * rng.uniform(0.6, 1))), ink[(k + 1) % len(ink)])
        work.text("".join(chr(65 + c) for c in rng.integers(0, 26, 7)), w * (k + 0.1) / len(words), h * 0.84, h * 0.07,
                  ink[(k + 2) % len(ink)])
    work.shine(1 + 0.04 * work.clouds(9, seed))
    return finished(work)


def sky(size: tuple[int, int], seed: int, top: str = "#6f9ac8", bottom: str = "#d5dde2") -> Floats:
    """Clouds over a gradient."""
    work = canvas(size, top)
    work.lay(smooth(0, 0.8, work.v / size[1]), bottom)
    work.lay(0.7 * smooth(0.1, 1.6, work.clouds(70, seed, 5)), "#f4f5f6")
    return finished(work)


def pyramid(texture: Floats) -> list[Floats]:
    """Ever coarser copies; texel k of one lies on texel 2k of the one before."""
    levels = [np.ascontiguousarray(texture, np.float32)]
    while min(levels[-1].shape[:2]) > 8:
        levels.append(cv2.pyrDown(levels[-1]))
    return levels


def sample(levels: list[Floats], texels: NDArray[np.float64], level: NDArray[np.float64]) -> Floats:
    """(P, 3) colours at texels (P, 2) of the finest level, mixed from the two levels that fit best."""
    level = np.clip(level, 0, len(levels) - 1)
    colour = np.zeros((len(texels), 3), np.float32)
    for k in range(int(level.min()), int(np.ceil(level.max())) + 1):
        share = 1 - np.abs(level - k)
        rows = np.flatnonzero(share > 0)
        if len(rows):
            colour[rows] += share[rows, None].astype(np.float32) * _remap(levels[k], texels[rows] / 2**k)
    return colour


def _remap(texture: Floats, texels: NDArray[np.float64]) -> Floats:
    """Look up a list of places; OpenCV wants them as a picture with sides below 32768."""
    count = len(texels)
    places = np.zeros((-(-count // 256) * 256, 2), np.float32)
    places[:count] = texels
    x, y = places.T.reshape(2, -1, 256)
    found = cv2.remap(texture, np.ascontiguousarray(x), np.ascontiguousarray(y), cv2.INTER_LINEAR,
                      borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(-1, 3)[:count])


def detail_of(texture: Floats, uv: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) how much there is to see around texture coordinates, as good corner detectors judge it."""
    grey = cv2.GaussianBlur(texture.mean(-1), (0, 0), 2)
    corner = cv2.cornerMinEigenVal(grey, 9)
    h, w = corner.shape
    x, y = np.rint(uv * (w - 1, h - 1)).astype(int).T
    return np.asarray(corner[y, x], np.float64)
