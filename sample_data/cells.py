"""Living cells under a fluorescence microscope: they drift, turn, change shape and slide over one another."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from paint import Canvas, rgb, smooth
from stage import Layer, Pose, Scene, Shear

SIZE, FRAMES = (400, 400), 72
FIELD = [  # x, y, drift per frame (x, y), radius, seed
    (96, 110, 0.75, 0.25, 62, 101), (232, 76, -0.35, 0.40, 54, 202), (330, 158, -0.55, 0.62, 66, 303),
    (178, 214, 0.42, -0.30, 70, 404), (70, 268, 0.30, 0.55, 56, 505), (290, 300, -0.75, -0.20, 64, 606),
    (160, 352, 0.55, -0.62, 54, 707), (392, 386, -1.15, -0.75, 58, 808), (30, 12, -0.80, 0.35, 50, 909),
]


def stage_drift(t: float) -> tuple[float, float]:
    """The specimen table is never quite still."""
    return (2.2 * np.sin(0.06 * t) + 0.25 * np.sin(1.1 * t), 1.8 * np.sin(0.045 * t + 1) + 0.25 * np.sin(0.93 * t + 2))


def motion(cell: tuple[float, ...], spin: float = 1.0) -> Pose:
    x, y, dx, dy, _, seed = cell

    def of(t: float) -> tuple[float, float, float, float]:
        sx, sy = stage_drift(t)
        crawl = t + 4.5 * np.sin(0.13 * t + seed)
        angle = seed + spin * (0.35 * np.sin(0.035 * t + seed) + 0.0045 * t * (-1) ** int(seed))
        return (x + dx * crawl + sx, y + dy * crawl + sy, angle, 1 + 0.03 * np.sin(0.09 * t + seed))

    return Pose(of)


def breathing(radius: float, seed: float) -> list[Shear]:
    """Slow waves along both axes that push the outline in and out."""
    def along(amount: float, length: float, pace: float, phase: float) -> tuple:
        return lambda q, t: amount * radius * np.sin(q * 2 * np.pi / (length * radius) + pace * t + phase + seed)

    return [Shear(0, along(0.07, 2.6, 0.085, 0.0)), Shear(1, along(0.07, 2.3, -0.07, 1.0)),
            Shear(0, along(0.03, 1.2, -0.11, 2.0)), Shear(1, along(0.03, 1.3, 0.10, 3.0))]


def outline(canvas: Canvas, radius: float, seed: int) -> np.ndarray:
    """Signed distance to a cell with a few blunt arms."""
    rng = np.random.default_rng(seed)
    angle = np.arctan2(canvas.v, canvas.u)
    edge = np.ones_like(angle)
    for k in (2, 3, 4, 5, 7, 9):
        edge += rng.normal(0, 0.26 / k) * np.cos(k * angle + rng.uniform(0, 6.3))
    return (np.hypot(canvas.u, canvas.v) - radius * edge) * 0.85


def filaments(canvas: Canvas, radius: float, seed: int, count: int) -> np.ndarray:
    """Fine bent fibres, most of them along the cell's own direction."""
    rng = np.random.default_rng(seed)
    h, w = canvas.u.shape
    total = np.zeros((h, w), np.float32)
    main = rng.uniform(0, np.pi)
    for _ in range(count):
        picture = np.zeros((h, w), np.uint8)
        middle = rng.normal(0, 0.42 * radius, 2)
        direction = main + rng.normal(0, 0.45)
        along = np.linspace(-1, 1, 24) * rng.uniform(0.35, 1.0) * radius
        bow = rng.normal(0, 0.18) * along**2 / radius
        path = np.stack([middle[0] + along * np.cos(direction) - bow * np.sin(direction),
                         middle[1] + along * np.sin(direction) + bow * np.cos(direction)], -1)
        texels = np.rint((path - canvas.origin) * canvas.density * 16).astype(np.int32)
        cv2.polylines(picture, [texels], False, 255, 1 + rng.integers(3), cv2.LINE_AA, 4)
        total += picture * np.float32(rng.uniform(0.25, 1) / 255)
    return total


def cytoplasm(cell: tuple[float, ...]) -> Layer:
    radius, seed = cell[4], int(cell[5])
    reach = radius * 1.75
    canvas = Canvas((-reach, -reach, reach, reach), 2.5, "#000000")
    distance = outline(canvas, radius, seed)
    inner = canvas.soft(distance, 5)
    fibres = cv2.GaussianBlur(filaments(canvas, radius, seed + 1, 90), (0, 0), 0.9)
    body = inner * (0.10 + 0.07 * smooth(0, radius, -distance) + 0.05 * canvas.clouds(12, seed + 2))
    rim = np.exp(-(((distance + 2.2) / 2.0) ** 2)) * (0.26 + 0.12 * canvas.noise(8, seed + 3))
    canvas.glow(np.clip(body + rim + 0.42 * fibres * inner, 0, 1.5), "#22e06a")
    dots(canvas, distance, radius, seed)
    return glowing(canvas, f"cell {seed}", [*breathing(radius, seed), motion(cell)], points=5)


def dots(canvas: Canvas, distance: np.ndarray, radius: float, seed: int) -> None:
    """Vesicles and short mitochondria around the nucleus."""
    rng = np.random.default_rng(seed + 4)
    for _ in range(46):
        angle, r = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.36, 0.85)
        u, v = r * np.cos(angle), r * np.sin(angle)
        spot = canvas.part(u, v, 9)
        turned = rng.uniform(0, np.pi)
        a, b = rng.uniform(1.1, 4.2), rng.uniform(0.9, 1.3)
        c, s = np.cos(turned), np.sin(turned)
        x, y = c * (spot.u - u) + s * (spot.v - v), c * (spot.v - v) - s * (spot.u - u)
        near = canvas.part(u, v, 0.5)
        if near.u.size and outline(near, radius, seed).max() < -4:
            spot.glow(rng.uniform(0.35, 0.95) * np.exp(-0.5 * ((x / a) ** 2 + (y / b) ** 2)), "#ff4a30")


def nucleus(cell: tuple[float, ...]) -> Layer:
    radius, seed = cell[4] * 0.33, int(cell[5])
    rng = np.random.default_rng(seed + 5)
    canvas = Canvas((-radius * 1.6, -radius * 1.6, radius * 1.6, radius * 1.6), 3, "#000000")
    distance = canvas.ellipse(0, 0, radius * 1.18, radius * 0.92)
    light = canvas.soft(distance, 3) * (0.62 + 0.16 * canvas.clouds(7, seed + 6) + 0.10 * canvas.noise(2.5, seed + 7))
    for _ in range(4):
        u, v = rng.normal(0, radius * 0.4, 2)
        light *= 1 - 0.6 * canvas.soft(canvas.ellipse(u, v, *rng.uniform(1.6, 3.6, 2), rng.uniform(0, 3)), 1.5)
    for _ in range(9):
        u, v = rng.normal(0, radius * 0.42, 2)
        light += 0.45 * np.exp(-((canvas.u - u) ** 2 + (canvas.v - v) ** 2) / (2 * 1.1**2)) * canvas.soft(distance, 3)
    canvas.glow(np.clip(light, 0, 2), "#3c6cff")

    def sit(t: float) -> tuple[float, float, float, float]:
        return (3 * np.sin(0.06 * t + seed), 3 * np.sin(0.05 * t + 2 * seed), 0.4 * np.sin(0.05 * t + seed), 1.0)

    return glowing(canvas, f"nucleus {seed}", [Pose(sit), *breathing(cell[4], seed), motion(cell)], points=2)


def glowing(canvas: Canvas, name: str, chain: list, points: int) -> Layer:
    """A layer of light; its alpha says where there is enough of it to be followed."""
    layer = canvas.layer(name, chain, adds=True, solid=False, points=points)
    texture = layer.texture.copy()
    texture[..., 3] = smooth(0.05, 0.12, cv2.GaussianBlur(texture[..., :3].max(-1), (0, 0), 3))
    return replace(layer, texture=texture)


def haze() -> Layer:
    """Light from out of focus, and a few specks on the glass that do not move with the cells."""
    canvas = Canvas((-20, -20, SIZE[0] + 20, SIZE[1] + 20), 1, "#05070a")
    canvas.glow(0.035 * smooth(-1, 2, canvas.noise(120, 7)), "#40ff90")
    canvas.glow(0.030 * smooth(-1, 2, canvas.noise(90, 8)), "#4060ff")
    canvas.shine(1 + 0.12 * canvas.noise(3, 9))
    rng = np.random.default_rng(10)
    for u, v in rng.uniform(0, 400, (26, 2)):
        sharp = rng.uniform(0.8, 2.4)
        canvas.glow(0.16 / sharp * np.exp(-((canvas.u - u) ** 2 + (canvas.v - v) ** 2) / (2 * sharp**2)), "#80ffb0")
    return canvas.layer("haze", [], points=0)


def detector(picture: np.ndarray) -> np.ndarray:
    """Bright light saturates softly, and the field is a little darker at its corners."""
    h, w = picture.shape[:2]
    x, y = np.linspace(-1, 1, w), np.linspace(-1, 1, h)[:, None]
    lit = picture * (1.25 - 0.22 * (x**2 + y**2))[..., None]
    spill = lit + 0.10 * cv2.GaussianBlur(lit, (0, 0), 5)
    return (1 - np.exp(-1.35 * spill) + 0.010 * rgb("#c0d0ff")).astype(np.float32)


def scene() -> Scene:
    layers = [haze(), *(cytoplasm(cell) for cell in FIELD), *(nucleus(cell) for cell in FIELD)]
    return Scene("cells", SIZE, FRAMES, (12, 1), layers, 3.0, detector)
