"""Flat clips of living things seen from above: mice, cells under the microscope, people on a square."""

from __future__ import annotations

import numpy as np

from .film import Sensor
from .flats import Flat, course, disc, page, shifted
from .texture import Canvas, rgb, smooth

from stage import Bend, Layer, Pose, Scene, Shear  # isort: skip


def mice() -> Flat:
    """Two mice of nearly the colour of their bedding run, turn at once, and pass under a tube and one another."""
    first = course(lambda t: 128 + 88 * np.sin(0.085 * t + 0.4 * np.sin(0.2 * t)), lambda t: 120 + 70 * np.sin(
        0.137 * t + 1.0), 72)
    second = course(lambda t: 124 - 84 * np.cos(0.073 * t + 0.5 * np.sin(0.16 * t)), lambda t: 140 + 72 * np.sin(
        0.118 * t + 3.6), 72, 0.92)
    layers = [bedding()]
    for k, path in enumerate((first, second)):
        layers += mouse(k, path)
    layers += [*tube(), hut()]
    return Flat(Scene("mice", (256, 256), 72, (25, 1), layers, 0, lambda picture: picture * 0.85), Sensor(3.5))


def bedding() -> Layer:
    """Wood chips."""
    work, rng = page(8, "#a48a68"), np.random.default_rng(101)
    work.shine(1 + 0.10 * work.clouds(40, 102))
    for _ in range(1500):
        u, v = rng.uniform(-8, 264, 2)
        a, angle = rng.uniform(2, 6), rng.uniform(0, np.pi)
        chip = work.part(u, v, 9)
        if chip.u.size:
            shape = chip.ellipse(u, v, a, rng.uniform(0.8, 2), angle)
            chip.lay(0.35 * chip.soft(shape - 0.8, 1.5), "#4a3a28")
            chip.lay(chip.soft(shape), rgb("#b49a74") * rng.uniform(0.75, 1.2))
    return work.layer("bedding", [], points=14)


def mouse(k: int, path) -> list[Layer]:
    """Shadow, tail and body."""
    body = Canvas((-40, -22, 42, 22), 2.5)
    coat = ["#7c6248", "#8c7458"][k]
    for u, v, a, b in ((-12, 0, 24, 15.5), (12, 0, 17, 11), (27, 0, 11, 7)):
        body.lay(body.soft(body.ellipse(u, v, a, b), 1), coat)
    for side in (-1, 1):
        body.lay(body.soft(body.ellipse(19, side * 9, 5.5, 5)), "#a87c6c")
        body.lay(body.soft(body.ellipse(30, side * 4, 1.4, 1.4)), "#140e0c", solid=False)
    body.lay(body.soft(body.ellipse(37.5, 0, 1.6, 1.6)), "#c08880")
    rng = np.random.default_rng(103 + k)
    for u, v in rng.uniform((-32, -12), (14, 12), (16, 2)):
        patch = body.ellipse(u, v, rng.uniform(1.5, 5), rng.uniform(1, 3), rng.uniform(-0.5, 0.5))
        body.lay(0.5 * body.soft(patch, 2), ["#4c3a2c", "#b09878"][rng.integers(2)], solid=False)
    body.shine(0.78 + 0.34 * smooth(0, 14, -body.ellipse(-4, 0, 40, 17)) + 0.09 * body.noise(1.6, 105 + k)
               + 0.08 * body.noise(5, 107 + k))
    bend = Bend(lambda t: 0.014 * np.sin(0.31 * t + 2 * k))
    tail = Canvas((-62, -4, 4, 4), 3)
    tail.lay(tail.soft(np.abs(tail.v) - 2.6 * (tail.u + 66) / 66 + 0.4), "#a88478")
    tail.shine(1 + 0.16 * np.sin(tail.u * 1.4) + 0.08 * tail.noise(2, 109 + k))
    wag = [Shear(1, lambda u, t: 7 * np.sin(u * 0.05 + 0.35 * t + k) * np.clip(-u / 40, 0, 1)),
           Pose(lambda t: (-32.0, 0.0, 0.25 * np.sin(0.31 * t + 2 * k), 1.0))]
    return [body.shadow([bend, Pose(shifted(path, 3, 4))], 2.5, opacity=0.5),
            tail.layer(f"tail {k}", [*wag, bend, Pose(path)], points=3),
            body.layer(f"mouse {k}", [bend, Pose(path)], points=16)]


def tube() -> list[Layer]:
    """A cardboard tube that mice run under, and the spout of the bottle."""
    card = Canvas((-26, -58, 26, 58), 2)
    card.lay(card.soft(card.box(0, 0, 20, 52, 3)), "#8a7456")
    card.shine(0.65 + 0.4 * np.cos(card.u / 20) + 0.07 * card.clouds(14, 111) + 0.05 * np.sin(card.v + card.u * 0.7))
    spout = Canvas((-12, -60, 12, 60), 2)
    spout.lay(spout.soft(spout.box(0, 0, 7, 54, 6)), "#9aa0a4")
    spout.shine(0.7 + 0.5 * np.exp(-(((spout.u + 2) / 2.5) ** 2)) + 0.04 * spout.noise(4, 112))
    return [card.shadow([Pose(lambda t: (144.0, 124.0, 0.5, 1.0))], 4, opacity=0.5),
            card.layer("tube", [Pose(lambda t: (140.0, 118.0, 0.5, 1.0))], points=4),
            spout.layer("spout", [Pose(lambda t: (40.0, 222.0, -1.1, 1.0))], points=1)]


def hut() -> Layer:
    """A wooden roof in a corner."""
    roof = Canvas((-46, -34, 46, 34), 2)
    roof.lay(roof.soft(roof.box(0, 0, 42, 30, 2)), "#86694a")
    grain = 0.10 * np.sin(roof.v * 0.9 + roof.noise(20, 113)) + 0.05 * roof.noise(2, 114)
    roof.shine(0.95 - 0.25 * (roof.v > 0) + grain)
    return roof.layer("hut", [Pose(lambda t: (206.0, 62.0, -0.3, 1.0))], points=3)


def cells() -> Flat:
    """Dim, noisy cells creep over one another and out of the picture; debris drifts across."""
    rng = np.random.default_rng(121)
    layers = [_dark_ground()]
    for k in range(9):
        angle, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.3)
        x, y = (k % 3) * 88 + rng.uniform(20, 60), (k // 3) * 88 + rng.uniform(20, 60)
        radius, spin, phase = rng.uniform(26, 40), rng.uniform(-0.012, 0.012), rng.uniform(0, 6)
        crawl = _creep(np.array([x, y]), speed * np.array([np.cos(angle), np.sin(angle)]), spin, phase)
        layers.append(_cell(k, radius, [*_pulse(radius, phase), Pose(crawl)]))
    layers += _debris()
    return Flat(Scene("cells", (256, 256), 56, (10, 1), layers, 0, lambda picture: 0.3 * picture + 0.03),
                Sensor(13.0, 0.6))


def _creep(start: np.ndarray, drift: np.ndarray, spin: float, phase: float):
    """The pose of a cell that crawls to and fro."""

    def pose(t: float) -> tuple[float, float, float, float]:
        x, y = start + drift * 30 * np.sin(t / 18 + phase) + (2 * np.sin(0.05 * t), 0.1 * t)
        return x, y, phase + spin * t + 0.1 * np.sin(0.1 * t + phase), 1 + 0.04 * np.sin(0.12 * t + phase)

    return pose


def _dark_ground() -> Layer:
    work = page(10, "#0a0f10")
    work.glow(0.05 * smooth(-1, 2, work.noise(60, 122)), "#50ffc0")
    rng = np.random.default_rng(123)
    for u, v in rng.uniform(0, 256, (60, 2)):
        spot = work.part(u, v, 8)
        if spot.u.size:
            r = rng.uniform(0.8, 1.8)
            spot.glow(rng.uniform(0.2, 0.5) * np.exp(-((spot.u - u) ** 2 + (spot.v - v) ** 2) / (2 * r**2)), "#a0ffd0")
    return work.layer("glass", [Pose(lambda t: (2 * np.sin(0.05 * t), 0.1 * t, 0, 1))], points=6)


def _cell(k: int, radius: float, chain: list) -> Layer:
    work, rng = disc(radius * 1.5, 2.5), np.random.default_rng(130 + k)
    angle = np.arctan2(work.v, work.u)
    edge = 1 + sum(rng.normal(0, 0.22 / n) * np.cos(n * angle + rng.uniform(0, 6)) for n in range(2, 7))
    distance = (np.hypot(work.u, work.v) - radius * edge) * 0.85
    inner = work.soft(distance, 1.5)
    work.lay(inner, "#0c2a26")
    work.glow(inner * (0.22 + 0.10 * work.clouds(7, 140 + k)), "#40e0a0")
    work.glow(0.5 * np.exp(-(((distance + 1.5) / 1.3) ** 2)), "#58ffb8")
    heart = work.ellipse(rng.normal(0, 4), rng.normal(0, 4), radius * 0.36, radius * 0.3, rng.uniform(0, 3))
    work.lay(0.8 * work.soft(heart, 2), rgb("#7060d0") * (1 + 0.4 * work.noise(3, 150 + k))[..., None], solid=False)
    for _ in range(26):
        r, a = radius * rng.uniform(0.4, 0.8), rng.uniform(0, 2 * np.pi)
        u, v, s = r * np.cos(a), r * np.sin(a), rng.uniform(0.7, 1.8)
        work.glow(inner * 0.8 * np.exp(-((work.u - u) ** 2 + (work.v - v) ** 2) / (2 * s**2)), "#ffc870")
    return work.layer(f"cell {k}", chain, points=6)


def _pulse(radius: float, phase: float) -> list[Shear]:
    def wave(amount: float, length: float, pace: float):
        return lambda q, t: amount * radius * np.sin(q * 2 * np.pi / (length * radius) + pace * t + phase)

    return [Shear(0, wave(0.08, 2.4, 0.13)), Shear(1, wave(0.08, 2.1, -0.11)), Shear(0, wave(0.03, 1.1, 0.19))]


def _debris() -> list[Layer]:
    """Dark flakes on the move."""
    layers = []
    starts = [(-10, 60, 4.2, 1.0), (270, 200, -4.6, -0.8), (90, 280, 0.5, -5.0), (60, -60, 0.8, 4.4),
              (330, 80, -5.0, 1.2), (200, -100, -0.6, 5.2), (-90, 150, 4.8, -0.4)]
    for k, start in enumerate(starts):
        flake = disc(36)
        flake.lay(flake.soft(flake.ellipse(0, 0, 27, 18, 0.4) + 3 * flake.noise(9, 160 + k), 1.5), "#182428")
        flake.glow(0.12 * flake.alpha * smooth(0.2, 1.5, flake.noise(4, 163 + k)), "#80c0c0")
        layers.append(flake.layer(f"flake {k}", [Pose(_drift(*start))], points=int(k < 3)))
    return layers


def _drift(x: float, y: float, dx: float, dy: float):
    return lambda t: (x + dx * t, y + dy * t, 0.05 * t + x, 1.0)


def plaza() -> Flat:
    """People on a square, filmed from a roof at two frames a second, so that they jump; trees stand in front."""
    rng = np.random.default_rng(171)
    layers, frames = [_pavement()], 40
    for k in range(9):
        path = course(*_stroll(rng), frames, 1.15, 8)
        person = _person(k)
        layers += [person.shadow([Pose(shifted(path, 6, 8))], 2.5, opacity=0.45),
                   person.layer(f"person {k}", [Pose(path)], points=5)]
    layers += [_tree(k, *place) for k, place in enumerate([(70, 60, 34), (196, 120, 40), (96, 206, 30)])]
    return Flat(Scene("plaza", (256, 256), frames, (2, 1), layers, 0), Sensor(2.5), 0.15)


def _stroll(rng: np.random.Generator):
    """x(t) and y(t) of somebody who walks up and down."""
    start, angle = rng.uniform(40, 216, 2), rng.uniform(0, 2 * np.pi)
    pace, size, phase = rng.uniform(0.26, 0.4), rng.uniform(55, 90), rng.uniform(0, 6)

    def x(t):
        return start[0] + size * np.sin(pace * t + phase) * np.cos(angle) + 14 * np.sin(0.31 * t + phase)

    def y(t):
        return start[1] + size * np.sin(pace * t + phase) * np.sin(angle) + 14 * np.cos(0.27 * t + phase)

    return x, y


def _pavement() -> Layer:
    work = page(12, "#a8a49c")
    work.shine(1 + 0.07 * work.clouds(30, 172) + 0.05 * work.noise(1.5, 173))
    joints = np.minimum(np.abs((work.u + 9 * (np.floor(work.v / 18) % 2)) % 18 - 9), np.abs(work.v % 18 - 9))
    work.shine(1 - 0.35 * work.soft(joints - 0.5, 1))
    rng = np.random.default_rng(174)
    for u, v in rng.uniform(0, 256, (70, 2)):
        spot = work.part(u, v, 12)
        stain = spot.ellipse(u, v, rng.uniform(1, 6), rng.uniform(1, 4), rng.uniform(0, 3))
        spot.lay(0.5 * spot.soft(stain, 2), ["#5c564c", "#d8d4c4", "#7c6450"][rng.integers(3)])
    shake = Pose(lambda t: (1.2 * np.sin(1.3 * t), 1.0 * np.cos(0.9 * t), 0.003 * np.sin(t), 1))
    return work.layer("pavement", [shake], points=12)


def _person(k: int) -> Canvas:
    """Shoulders, head and a bag from above, walking towards +u."""
    work, rng = disc(17, 4), np.random.default_rng(180 + k)
    colours = ["#b03a30", "#2c4c7c", "#d0a840", "#3c6c48", "#e4e0d8", "#5c3c6c", "#28282c", "#c87848", "#58a0a8"]
    coat = work.soft(work.ellipse(0, 0, 7.5, 12.5))
    work.lay(coat, colours[k])
    work.lay(coat * work.soft(np.abs(work.v - rng.uniform(-6, 6)) - 1.2), colours[(k + 4) % 9], solid=False)
    work.lay(coat * work.soft(np.abs(work.u + 2) - 0.8), colours[(k + 2) % 9], solid=False)
    work.lay(work.soft(work.ellipse(-6, rng.choice([-6, 6]), 5, 5.5)), colours[(k + 5) % 9])
    hair = work.ellipse(1.5, 0, 5.2, 4.8)
    work.lay(work.soft(hair), ["#2c2018", "#6c4a2c", "#c8a060"][k % 3])
    work.shine(0.8 + 0.3 * smooth(0, 4, -hair) * work.soft(hair) + 0.08 * work.noise(2, 190 + k))
    return work


def _tree(k: int, x: float, y: float, radius: float) -> Layer:
    """A crown with gaps, stirred by the wind."""
    work, rng = disc(radius * 1.3), np.random.default_rng(200 + k)
    for _ in range(380):
        r, a = radius * rng.uniform(0, 1) ** 0.6, rng.uniform(0, 2 * np.pi)
        u, v = r * np.cos(a), r * np.sin(a)
        leaf = work.part(u, v, 9)
        shade = rgb("#5c8038") * rng.uniform(0.45, 1.25)
        leaf.lay(leaf.soft(leaf.ellipse(u, v, rng.uniform(2.5, 5), rng.uniform(1.8, 3), rng.uniform(0, 3))), shade)
    sway = [Shear(0, lambda q, t: 1.5 * np.sin(q * 0.1 + 0.9 * t + k)), Shear(1, lambda q, t: 1.2 * np.sin(
        q * 0.09 + 0.7 * t))]
    return work.layer(f"tree {k}", [*sway, Pose(lambda t: (x, y, 0.0, 1.0))], points=4)
