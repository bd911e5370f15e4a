"""Clips of things on a table: each function builds a `World`."""

from __future__ import annotations

import numpy as np

from .camera import Camera, along
from .film import Sensor
from .mesh import Mesh, at, ball, box, lathe, rectangle, rigid, turn
from .solids import fixed, ground, held
from .texture import checks, label, mottled, photo, planks, six, speckled, tiled, tinted
from .world import Light, World


def backdrop(texture, y: float = 3.0, points: int = 0, reach: float = 5.0) -> Mesh:
    """A wall behind everything."""
    return rectangle("wall", (0, y, 2.4), (reach, 0, 0), (0, 0, reach / 2), texture=texture, casts=False, points=points)


def statue() -> World:
    """A hand-held camera walks half around a glossy stack of solids, with two columns close by."""
    stone = speckled((512, 320), ["#b49c84", "#6e4a3a", "#e0d4c0", "#3c3a40"], 61, 700, 5)
    jade = speckled((384, 256), ["#4c8468", "#a8d0a8", "#1c3c30", "#d8e4c8"], 62, 420, 7)
    parts = [
        box("plinth", (0.5, 0.5, 0.16), texture=six(photo("brick"), side=160), points=9, place=at(0, 0, 0.16, 0.3)),
        lathe("skirt", [(0.2, 0.5), (0.26, 0.3), (0.42, 0.05), (0.46, 0)], texture=stone, points=9, gloss=0.5,
              place=at(0, 0, 0.32)),
        ball("belly", (0.33, 0.33, 0.26), texture=jade, points=10, gloss=0.6, place=at(0.03, 0, 1.02)),
        box("book", (0.36, 0.22, 0.05), 6, texture=six(photo("coffee"), side=160), points=7,
            place=at(0, 0, 1.32, -0.4)),
        ball("head", 0.2, texture=stone, points=8, gloss=0.5, place=at(-0.02, 0, 1.56)),
    ]
    posts = [lathe(f"column {k}", [(0.001, 2), (0.11, 2), (0.11, 0)], 20, place=at(x, y, 0), points=2,
                   texture=planks((128, 512), "#7c8c94", 63 + k, 2)) for k, (x, y) in enumerate([(-0.55, -1.0),
                                                                                                 (0.75, -0.75)])]
    path = [(-1.9, -2.4, 1.1), (-1.0, -2.9, 1.5), (0.2, -3.1, 1.2), (1.3, -2.7, 0.9), (0.7, -3.0, 1.5), (0, -3, 1.3)]
    camera = Camera(held(along(path, 84), 64, (0.06, 0.04, 0.05)), held(fixed(0, 0, 0.85), 65, (0.07, 0.02, 0.06)),
                    lambda t: 320.0, lambda t: 0.05 * np.sin(0.11 * t) + 0.02 * np.sin(0.47 * t))
    surroundings = [ground(planks((1280, 1280), "#8c6a4c", 66, 40), 10, 14),
                    backdrop(tinted(tiled(photo("grass"), 4, 2), "#8a9468"), 3.2, 22, 10.0)]
    return World("statue", 84, (30, 1), [*surroundings, *parts, *posts], camera, Light((-0.7, -0.8, 1.2)))


def can() -> World:
    """Printed cans turn to and fro, so that their labels go round and come back."""
    prints = [label((768, 256), ["TOMATO", "SOUP", "1 KG"], "#b8281c", ["#f4e8cc", "#1c2c1c", "#f0c040"], 71),
              label((768, 256), ["COCOA", "BEANS"], "#e4d8b4", ["#3c2418", "#a8602c", "#24503c"], 72),
              np.ascontiguousarray(tiled(photo("coffee")[::2, ::2], 3, 1))]
    shape = [(0.001, 1.0), (0.36, 1.0), (0.4, 0.96), (0.4, 0.04), (0.37, 0)]
    swings = [lambda t: 0.3 + 1.25 * np.sin(0.13 * t), lambda t: 2.2 - 0.9 * np.sin(0.17 * t + 1),
              lambda t: 4.0 + 1.1 * np.sin(0.11 * t + 2)]
    slides = [lambda t: (-0.55 + 0.22 * np.sin(0.09 * t), -0.25), lambda t: (0.42 - 0.3 * np.sin(0.075 * t), 0.6),
              lambda t: (1.1 - 0.5 * np.sin(0.08 * t), -0.35)]
    sizes = [1.0, 1.1, 0.72]
    cans = [Mesh(f"can {k}", *_scaled(lathe("", shape, 64, texture=prints[k]), sizes[k]), prints[k], points=17,
                 gloss=0.55, place=_sliding(slides[k], swings[k])) for k in range(3)]
    camera = Camera(held(fixed(0.1, -3.3, 1.15), 73, (0.03, 0.02, 0.03)), fixed(0.1, 0, 0.5), lambda t: 300.0)
    shelf = [ground(checks((600, 600), ("#d4d0c4", "#9a8c78"), 16, 74, 0.1), 3, 6),
             backdrop(tinted(photo("brick"), "#c0b4a0", 0.9), 1.8, 6)]
    return World("can", 64, (24, 1), [*shelf, *cans], camera, Light((0.6, -0.9, 1.1), 0.45, 0.55))


def _scaled(mesh: Mesh, factor: float):
    return mesh.rest * factor, mesh.faces, mesh.uv


def _sliding(slide, swing):
    """Turned about z and moved on the ground."""
    return rigid(lambda t: (turn((0, 0, 1), swing(t)), (*slide(t), 0.0)))


def arm() -> World:
    """A jointed arm of boxes reaches over a bench with things lying on it."""
    steel = speckled((384, 256), ["#d88a28", "#2c2c30", "#f0d8a0", "#a8501c"], 81, 340, 8)
    grip = checks((384, 256), ("#e8e4d8", "#1c1c24"), 18, 82)
    shapes = [((0.24, 0.24, 0.2), steel, 6), ((0.15, 0.14, 0.5), steel, 12),
              ((0.13, 0.11, 0.42), six(photo("rocket"), photo("coffee")), 12), ((0.18, 0.09, 0.12), grip, 8)]
    links = [box(f"link {k}", half, 2, texture=texture, points=points, place=rigid(_joint(k)))
             for k, (half, texture, points) in enumerate(shapes)]
    rng, wears = np.random.default_rng(83), [six(photo(name)) for name in ("brick", "coffee", "rocket")]
    lying = [box(f"part {k}", (0.2, 0.14, 0.1 + 0.05 * (k % 3)), texture=wears[k % 3], points=3,
                 place=at(-1.35 + 0.55 * k, 0.5 * (-1) ** k - 0.1, 0.1 + 0.05 * (k % 3), rng.uniform(-1, 1)))
             for k in range(6)]
    bench = ground(planks((640, 640), "#9c8464", 84, 10), 3, 10)
    wall = backdrop(label((700, 340), ["BAY 4", "KEEP OUT", "LIFT"], "#7c8884", ["#d4c484", "#3c4448", "#c0d0d0"], 85),
                    1.6, 12)
    camera = Camera(held(fixed(-0.2, -3.9, 1.7), 86, (0.05, 0.03, 0.04)), held(fixed(0, 0, 0.65), 87, (0.04, 0, 0.04)),
                    lambda t: 335.0)
    return World("arm", 80, (25, 1), [bench, wall, *lying, *links], camera, Light((-0.5, -0.9, 1.4)))


def _joint(k: int):
    """Pose of the k-th part of the arm, which hangs on all those before it."""

    def pose(t: float):
        yaw = 0.9 * np.sin(0.085 * t) + 0.25 * np.sin(0.21 * t)
        bends = (0.0, 0.35 + 0.35 * np.sin(0.1 * t + 1), 1.25 + 0.5 * np.sin(0.13 * t),
                 0.5 + 0.6 * np.sin(0.17 * t + 2))
        rotation, joint = turn((0, 0, 1), yaw), np.array([0.0, 0.25, 0.4])
        if k == 0:
            return rotation, (0.0, 0.25, 0.2)
        for part, half in zip(range(1, k + 1), (0.5, 0.42, 0.12)):
            rotation = rotation @ turn((1, 0, 0), bends[part])
            centre = joint + rotation @ (0, 0, half * 0.96)
            joint = joint + rotation @ (0, 0, 2 * half * 0.94)
        return rotation, centre

    return pose


def plaster() -> World:
    """White plaster casts with hardly any texture, seen by a slowly turning light and a moving camera."""
    faint = [mottled((384, 256), "#d8d4cc", 91 + k, 0.035, 30) for k in range(3)]
    casts = [
        lathe("vase", [(0.14, 1.1), (0.2, 1.06), (0.12, 0.9), (0.3, 0.6), (0.34, 0.4), (0.2, 0.08), (0.24, 0)], 48,
              texture=faint[0], points=12, place=at(-0.5, 0.35, 0)),
        ball("ball", 0.33, texture=faint[1], points=9, place=_rolling),
        box("block", (0.26, 0.2, 0.3), 4, texture=faint[2], points=10, place=at(0.6, 0.55, 0.3, 0.5)),
        lathe("cone", [(0.02, 0.6), (0.24, 0.0)], 40, texture=faint[1], points=6, place=at(-0.05, 0.9, 0)),
    ]
    path = along([(-1.2, -3, 1.3), (0, -3.3, 1.6), (1.3, -2.9, 1.2), (0.3, -3.2, 1.5)], 64)
    camera = Camera(held(path, 94, (0.03, 0.02, 0.03)), held(fixed(0, 0.2, 0.42), 95, (0.03, 0, 0.03)),
                    lambda t: 330.0)
    room = [ground(mottled((512, 512), "#b8b4ac", 96, 0.04, 40), 5, 12),
            backdrop(mottled((600, 300), "#a4a6a8", 97, 0.05, 60), 2.4, 10)]
    return World("plaster", 64, (24, 1), [*room, *casts], camera, Light((-0.9, -0.6, 1.1), 0.3, 0.65), Sensor(1.6))


def _rolling(rest, t: float):
    """A ball that rolls across and back."""
    x = 0.95 * np.cos(0.1 * t)
    return rest @ turn((0, 1, 0), x / 0.33).T + (x, -0.35, 0.33)
