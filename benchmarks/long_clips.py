"""Render clips of 1,000 frames and more with exact tracks: ``python -m benchmarks.long_clips --out DIR [NAME …]``.

For measuring what it takes to correct tracks over a long time: tiles on a ground that a camera sways over,
visitors that leave and return, a disc that turns and breathes under passing bars.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.formats import npz

from .validation.film import Sensor
from .validation.flats import Flat, disc, page
from .validation.suite import truth, write_clip
from .validation.texture import Canvas

from stage import Layer, Pose, Scene  # isort: skip

FRAMES = 1000
Course = Callable[[float], tuple[float, float, float, float]]


def loop(seed: int, centre: tuple[float, float], reach: tuple[float, float], turn: float, pace: float = 1.0) -> Course:
    """A pose that wanders about a centre for ever, at most two pixels a frame at pace 1."""
    rng = np.random.default_rng(seed)
    rate = pace * rng.uniform(0.006, 0.012, (2, 2)) * [1.0, 2.3]
    phase = rng.uniform(0, 2 * np.pi, (2, 2))

    def pose(t: float) -> tuple[float, float, float, float]:
        wave = (np.sin(rate * t + phase) * [0.75, 0.25]).sum(1)
        x, y = np.array(centre) + wave * reach
        return float(x), float(y), turn * float(np.sin(0.011 * t + phase[0, 0])), 1 + 0.08 * float(np.sin(0.017 * t))

    return pose


def ground(seed: int, colour: str, chain: list, points: int) -> Layer:
    """Pebbles and clouds, larger than the picture."""
    work, rng = page(70, colour), np.random.default_rng(seed)
    work.shine(1 + 0.25 * work.clouds(30, seed + 1, 4))
    for _ in range(1200):
        u, v = rng.uniform(-70, 326, 2)
        pebble = work.part(u, v, 9)
        if pebble.u.size:
            shape = pebble.ellipse(u, v, rng.uniform(1.5, 6), rng.uniform(1.5, 4), rng.uniform(0, np.pi))
            pebble.lay(0.8 * pebble.soft(shape), rng.uniform(0.15, 0.9, 3))
    return work.layer("ground", chain, points=points)


def tile(name: str, seed: int, size: float, course: Course, points: int) -> Layer:
    """A round tile with a pattern of its own."""
    work, rng = disc(size + 4), np.random.default_rng(seed)
    work.lay(work.soft(work.ellipse(0, 0, size, size)), rng.uniform(0.3, 0.8, 3))
    for _ in range(40):
        u, v = rng.uniform(-size, size, 2)
        spot = work.ellipse(u, v, rng.uniform(1.5, size / 5), rng.uniform(1.5, size / 5), rng.uniform(0, np.pi))
        work.lay(0.85 * work.soft(spot), rng.uniform(0, 1, 3), solid=False)
    work.shine(1 + 0.15 * work.noise(3, seed + 1))
    return work.layer(name, [Pose(course)], points=points)


def bar(name: str, seed: int, course: Course) -> Layer:
    """A dark post that hides what is behind it."""
    work = Canvas((-16, -150, 16, 150), 1.5)
    work.lay(work.soft(work.box(0, 0, 11, 146, 2)), "#5a4a3c")
    work.shine(0.8 + 0.2 * work.noise(5, seed))
    return work.layer(name, [Pose(course)])


def tiles() -> Flat:
    """Five tiles wander over one another while the camera sways."""
    sway = loop(1, (0, 0), (34, 26), 0.05)
    layers = [ground(10, "#7c8a5c", [Pose(sway)], 10)]
    for k, (x, y) in enumerate([(70, 70), (180, 80), (128, 140), (70, 190), (190, 190)]):
        layers.append(tile(f"tile {k}", 20 + 2 * k, 24 + 3 * k, loop(30 + k, (x, y), (46, 40), 2.5), 6))
    layers.append(bar("post", 40, lambda t: (150.0, 128.0, 0.12, 1.0)))
    return Flat(Scene("tiles", (256, 256), FRAMES, (25, 1), layers, 0), Sensor(3.0))


def visitors() -> Flat:
    """Things leave the picture and return, and pass behind posts and each other."""
    layers = [ground(50, "#6c6a78", [], 8)]
    for k, (x, y) in enumerate([(90, 60), (170, 110), (90, 160), (170, 205)]):
        layers.append(tile(f"visitor {k}", 60 + 2 * k, 22 + 4 * k, loop(70 + k, (x, y), (150, 45), 1.5), 7))
    layers += [bar(f"post {k}", 80 + k, lambda t, x=x: (x, 128.0, 0.0, 1.0)) for k, x in enumerate((60.0, 196.0))]
    return Flat(Scene("visitors", (256, 256), FRAMES, (25, 1), layers, 0), Sensor(4.0))


def turntable() -> Flat:
    """A disc turns ever further and breathes; bars sweep across it."""
    turns = loop(90, (128, 128), (14, 12), 0.0)

    def turning(t: float) -> tuple[float, float, float, float]:
        x, y, _, scale = turns(t)
        return x, y, 0.012 * t + 0.3 * float(np.sin(0.03 * t)), scale

    def sweeping(start: float, pace: float) -> Course:
        return lambda t: (128 + 190 * float(np.sin(pace * t + start)), 128.0, 0.3, 1.0)

    layers = [ground(100, "#8a7c6c", [], 8), tile("disc", 110, 96, turning, 26),
              bar("first", 120, sweeping(1.2, 0.011)), bar("second", 121, sweeping(4.0, 0.017))]
    return Flat(Scene("turntable", (256, 256), FRAMES + 200, (25, 1), layers, 0), Sensor(3.0))


CLIPS: dict[str, Callable[[], Flat]] = {make.__name__: make for make in (tiles, visitors, turntable)}


def render(film: Flat, folder: Path) -> str:
    """Write a clip and its tracks, and say what is in them."""
    tracks = truth(film)
    npz.write(folder / f"{film.name}.npz", tracks, NoOptions())
    write_clip(film, folder / f"{film.name}.mp4")
    return f"{film.name}: {film.n_frames} frames, {len(tracks)} tracks, {(tracks.state == 1).mean():.0%} visible"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Render long clips and their exact tracks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(CLIPS)}; all if none is given")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(CLIPS):
        parser.error(f"expected names out of {', '.join(CLIPS)}, got {', '.join(sorted(unknown))}")
    cv2.setNumThreads(1)  # the same pixels whatever the machine
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or CLIPS:
        print(render(CLIPS[name](), chosen.out), flush=True)


if __name__ == "__main__":
    main()
