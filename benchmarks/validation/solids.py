"""Clips of solid things: each function builds a `World`."""

from __future__ import annotations

import numpy as np

from .camera import Camera, along, sway
from .mesh import Mesh, at, ball, box, inward, lathe, rectangle, rigid, sheet, turn
from .texture import checks, label, mottled, photo, planks, six, sky, speckled, tiled, tinted
from .world import Light, World


def fixed(x: float, y: float, z: float):
    """A place that does not move."""
    return lambda t: np.array([x, y, z], float)


def held(base, seed: int, amount):
    """A path with the unrest of a hand."""
    shake = sway(seed, amount)
    return lambda t: base(t) + shake(t)


def ground(texture, reach: float = 3.0, points: int = 0, depth: float | None = None) -> Mesh:
    """A floor around the origin that receives shadows."""
    return rectangle("floor", (0, 0, 0), (reach, 0, 0), (0, depth or reach, 0), (4, 4), texture=texture, casts=False,
                     receives=True, points=points)


def dome(texture, radius: float = 40.0) -> Mesh:
    """The sky all round."""
    profile = [(radius * np.sin(a), radius * np.cos(a)) for a in np.linspace(0.01, 1.75, 12)]
    return inward(lathe("sky", profile, 24, texture=texture, lit=False, casts=False))


def hop(start, speed, spin: float, axis, bounce):
    """A solid that bounces across the floor and turns; `bounce` is its radius, height, period and phase."""
    radius, height, period, phase = bounce

    def pose(t: float):
        beat = (t / period + phase) % 1
        z = radius + height * 4 * beat * (1 - beat)
        return turn(axis, spin * t + phase * 6), (start[0] + speed[0] * t, start[1] + speed[1] * t, z)

    return rigid(pose)


def tumble() -> World:
    """A box of photographs and two balls tumble over a wooden floor in front of a wall."""
    cup = six(photo("coffee"), photo("rocket"), photo("coffee")[100:300, 100:300], side=160)
    crate = six(photo("brick"), side=128)
    marble = speckled((384, 256), ["#d8d2c0", "#a03c28", "#28486e", "#e4b83c", "#34302c"], 11, 420)
    pebble = speckled((384, 256), ["#3c6e64", "#e8e2cc", "#16302c", "#c86a3a"], 12, 260, 9)
    things = [
        box("box", (0.42, 0.36, 0.4), texture=cup, points=18,
            place=hop((-1.1, 0.1), (0.034, 0.004), 0.055, (0.5, 1, 0.3), (0.62, 0.35, 33, 0))),
        box("crate", (0.3, 0.3, 0.3), texture=crate, points=8,
            place=hop((1.2, 1.05), (-0.032, 0), -0.05, (1, 0.4, 0.6), (0.5, 0.25, 26, 0.4))),
        ball("marble", 0.36, texture=marble, points=12, gloss=0.3,
             place=hop((1.25, -0.95), (-0.042, 0.004), -0.09, (0, 1, 0), (0.36, 0.3, 24, 0.2))),
        ball("pebble", (0.3, 0.3, 0.26), texture=pebble, points=9,
             place=hop((-0.1, 1.6), (-0.011, 0), 0.08, (1, 1, 0), (0.3, 0.6, 29, 0))),
    ]
    wall = rectangle("wall", (0, 2.4, 1), (4, 0, 0), (0, 0, 1.8), casts=False, points=8,
                     texture=mottled((700, 320), "#9aa6a2", 14, 0.2, 40))
    camera = Camera(held(fixed(0.1, -3.9, 1.75), 15, (0.05, 0.03, 0.04)), fixed(0.05, 0.3, 0.45), lambda t: 300.0)
    floor = ground(planks((640, 640), "#a47848", 13, 12), 4, 10)
    return World("tumble", 64, (24, 1), [floor, wall, *things], camera, Light((-0.5, -0.7, 1.3)))


def street() -> World:
    """A ride along a street of houses, with poles and parked boxes close to the camera."""
    rng = np.random.default_rng(21)
    fronts = [facade(k) for k in range(4)]
    houses, near = [], []
    for side in (-1, 1):
        for k in range(9):
            width, height, y = rng.uniform(0.7, 1.1), rng.uniform(1.3, 3.2), 1.1 + 2.1 * k
            houses.append(box(f"house {len(houses)}", (width, 0.97, height), texture=fronts[rng.integers(4)],
                              points=(8, 8, 7, 5, 3)[k] if k < 5 else 0, place=at(side * (2.3 + width), y, height)))
        for k in range(8):
            bars = checks((64, 256), ("#d8d4c8", "#b03a2c" if k % 2 else "#30343c"), 2, 22 + k)
            near.append(lathe(f"pole {len(near)}", [(0.001, 2.6), (0.07, 2.6), (0.07, 0)], 12, texture=bars,
                              points=int(k < 5), place=at(side * 1.25, 1.9 + 2.3 * k + 0.7 * side, 0)))
            near.append(box(f"bin {len(near)}", (0.22, 0.3, 0.35), texture=six(photo("rocket"), photo("coffee")),
                            points=3 if k < 4 else 0,
                            place=at(side * 1.65, 3.1 + 2.3 * k - 0.5 * side, 0.35, rng.uniform(-0.4, 0.4))))
    road = rectangle("road", (0, 10, 0), (2.4, 0, 0), (0, 14, 0), (2, 12), receives=True, casts=False, points=10,
                     texture=tinted(tiled(photo("grass")[:256, :256], 1, 6), "#8c8884", 0.85))
    camera = Camera(held(along([(-0.2, -3.2, 0.9), (0.25, 0.2, 1.0), (-0.1, 3.2, 1.0), (0.2, 7.0, 0.9)], 72), 24,
                         (0.02, 0.01, 0.02)),
                    held(along([(0.3, 3, 0.95), (-0.5, 6, 1.0), (0.9, 9, 1.0), (-0.3, 13, 1.0)], 72), 25,
                         (0.08, 0, 0.06)), lambda t: 215.0, lambda t: 0.03 * np.sin(0.13 * t))
    sky_above = dome(sky((512, 256), 26), 60)
    return World("street", 72, (24, 1), [sky_above, road, *houses, *near], camera, Light((0.5, -0.5, 1.2)))


def facade(k: int):
    """The walls of a house: brick or plaster with windows."""
    wall = [photo("brick"), mottled((256, 256), "#c8a878", 31, 0.12), mottled((256, 256), "#8a9aa6", 32, 0.12),
            tinted(photo("brick")[::-1], "#b0583c", 0.8)][k]
    front = np.array(wall[:256, :256], np.float32)
    rng = np.random.default_rng(33 + k)
    for row in range(4):
        for column in range(3):
            y, x = 18 + 60 * row, 22 + 78 * column
            front[y - 3 : y + 41, x - 3 : x + 43] = rng.uniform(0.55, 0.9)
            pane = rng.uniform(0.08, 0.35) * np.linspace(0.7, 1.4, 38)[:, None, None] * (0.9, 1.0, 1.15)
            front[y : y + 38, x : x + 40] = pane
            front[y : y + 38, x + 19 : x + 21] = 0.75
    return six(front, side=192)


def carousel() -> World:
    """Things on a turning table pass behind one another and behind a fat column."""
    rng = np.random.default_rng(41)
    wears = [six(photo("rocket"), photo("coffee"), side=128), six(photo("grass"), side=128),
             speckled((384, 256), ["#c83c32", "#f4ead0", "#282430", "#e8a028"], 42, 300),
             checks((384, 256), ("#e4dcc4", "#3a5a8c"), 24, 43), speckled((384, 256),
             ["#e0c890", "#5a3c28", "#8c6a3c", "#f8f0dc"], 44, 360), six(photo("brick"), side=128)]
    things = []
    for k in range(6):
        angle, r, h = k * np.pi / 3, rng.uniform(0.95, 1.25), rng.uniform(0.26, 0.4)
        make = {0: lambda h: box("", (0.26, 0.26, h), texture=wears[0]), 1: lambda h: box("", (0.22, 0.3, h),
                texture=wears[1]), 2: lambda h: ball("", (0.28, 0.28, h), texture=wears[2]), 3: lambda h: lathe("",
                [(0.001, h), (0.26, h), (0.2, -h)], texture=wears[3]), 4: lambda h: ball("", (0.3, 0.24, h),
                texture=wears[4]), 5: lambda h: box("", (0.24, 0.24, h), texture=wears[5])}[k]
        solid = make(h)
        things.append(Mesh(f"thing {k}", solid.rest, solid.faces, solid.uv, solid.texture, points=7,
                           place=riding(angle, r, h)))
    column = lathe("column", [(0.001, 1.25), (0.3, 1.25), (0.34, 1.0), (0.42, 0.0)], points=8, place=riding(0, 0, 0),
                   texture=label((512, 256), ["NORTH", "EAST", "SOUTH", "WEST"], "#d8cfae", ["#8c2a20", "#23405c"], 45))
    plate = lathe("table", [(0.001, 0), (1.7, 0), (1.75, -0.06)], points=8, receives=True, casts=False,
                  texture=tiled(mottled((256, 128), "#6c5a48", 46, 0.3, 12), 4, 1), place=riding(0, 0, 0))
    camera = Camera(held(fixed(0, -4.3, 1.7), 47, (0.06, 0.02, 0.05)), fixed(0, 0, 0.38), lambda t: 290.0)
    floor = rectangle("floor", (0, 0, -0.06), (9, 0, 0), (0, 9, 0), (4, 4), casts=False, points=3,
                      texture=mottled((512, 512), "#8c9488", 48, 0.22, 10))
    wall = rectangle("wall", (0, 6, 2), (9, 0, 0), (0, 0, 3), casts=False, points=3,
                     texture=mottled((512, 256), "#56606c", 49, 0.3, 60))
    return World("carousel", 80, (25, 1), [floor, wall, plate, column, *things], camera, Light((-0.8, -0.5, 1.2)))


def riding(angle: float, radius: float, height: float):
    """Standing on the turning table, which slows down and speeds up."""

    def pose(t: float):
        now = angle + 0.055 * t + 0.35 * np.sin(0.07 * t)
        return turn((0, 0, 1), now), (radius * np.cos(now), radius * np.sin(now), height)

    return rigid(pose)


def flag() -> World:
    """A banner waves behind two masts while clouds pass before the sun."""

    def wave(rest, t: float):
        u = (rest[:, 0] + 1.2) / 2.4
        phase = 4.6 * rest[:, 0] - 0.42 * t
        y = u * (0.34 * np.sin(phase) + 0.14 * np.sin(1.7 * phase + 2.2 * rest[:, 2] + 1))
        x = rest[:, 0] * (1 - 0.05 * u) + 0.04 * u * np.sin(0.2 * t)
        z = rest[:, 2] - 0.16 * u**2 + 0.13 * u * np.sin(0.31 * t - 3 * rest[:, 0])
        return np.stack([x, y, z], -1)

    banner_mesh = sheet("banner", lambda u, v: np.stack([2.4 * u - 1.2, 0 * u, 1.9 - 1.5 * v], -1), (44, 24),
                        texture=banner(), place=wave, two_sided=True, points=44)
    masts = [lathe(f"mast {k}", [(0.001, 2.6), (r, 2.6), (r, -0.2)], 16, place=moving, points=2,
                   texture=planks((128, 512), "#c4bcae", 52 + k, 2))
             for k, (r, moving) in enumerate([(0.07, at(-1.25, -0.05, 0)), (0.05, at(0.15, -0.75, 0)),
                                              (0.09, at(0.85, -0.9, 0))])]
    turf = tinted(tiled(photo("grass"), 3, 3), "#7c9444")
    camera = Camera(held(along([(-0.5, -3.6, 1.1), (0.5, -3.5, 1.3), (-0.3, -3.4, 1.2)], 72), 51, (0.05, 0.02, 0.04)),
                    held(fixed(0.05, 0, 1.15), 50, (0.05, 0, 0.05)), lambda t: 290.0)
    meshes = [dome(sky((512, 256), 53)), ground(turf, 14, 6), banner_mesh, *masts]
    return World("flag", 72, (24, 1), meshes, camera, Light((-0.6, -0.9, 1.0), 0.4, 0.75, cloudy, False))


def cloudy(t: float) -> float:
    """Light while a cloud passes."""
    return float(1.0 - 0.38 * np.exp(-(((t - 34) / 9) ** 2)))


def banner():
    """A printed cloth."""
    cloth = label((480, 300), ["REGATTA", "CUP"], "#e8dfc8", ["#1f4a78", "#c0392b", "#2c2a33"], 54)
    picture = photo("rocket")
    cloth[60:220, 190:350] = picture[100:420:2, 140:460:2]
    return np.ascontiguousarray(cloth)
