"""How fast effects are on full HD frames, and how exact motions are: ``python -m benchmarks.effects [--frames 24]``.

A surface with 200 tracks, half a pixel of noise and a third of them hidden, once a plane, once bending; nothing is
decoded or written. Milliseconds are the median over frames, by the wall clock and of all processors together;
pixels are the mean distance on the reference picture between true places and those that the motion says.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.registry import effects
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.core.warps import mapped
from napari_cotracker.effects.insert import Insert, InsertOptions, composite, exposure_of, moment
from napari_cotracker.effects.maps import inverse_map, whole
from napari_cotracker.effects.mask import PaintedMask
from napari_cotracker.effects.motion import Motion, MotionOptions
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.pixels import change
from napari_cotracker.effects.stabilise import StabiliseOptions, stabilise

SIZE = (1920, 1080)
CORNERS = np.array([(500.0, 250), (1400, 270), (1390, 850), (490, 830)])
COUNT = 200
Points = NDArray[np.float64]


def plane(xy: Points, t: int) -> Points:
    """Where places of the first frame are: turning, nearer, tilting."""
    angle, scale = 0.01 * t, 1 + 0.006 * t
    middle = np.array([[1, 0, 960], [0, 1, 540], [0, 0, 1.0]])
    moved = np.array([[scale * np.cos(angle), -scale * np.sin(angle), 4 * t],
                      [scale * np.sin(angle), scale * np.cos(angle), 2 * t], [3e-6 * t, -2e-6 * t, 1]])
    return mapped(middle @ moved @ np.linalg.inv(middle), xy)


def bend(xy: Points, t: int) -> Points:
    """The same, waving by up to 20 px."""
    x, y = np.moveaxis(xy, -1, 0)
    wave = np.stack([np.sin(x / 300 + 0.1 * t), np.cos(x / 350 - y / 500)], -1)
    return plane(xy + 0.8 * t * wave, t)


def tracks_on(surface: Callable[[Points, int], Points], frames: int) -> Tracks:
    """Seen on the first frame, where they are exact; a third hidden on others."""
    rng = np.random.default_rng(0)
    places = rng.uniform((350, 130), (1550, 950), (COUNT, 2))
    xy = np.stack([surface(places, t) for t in range(frames)])
    xy[1:] += rng.normal(0, 0.5, xy[1:].shape)
    seen = rng.random(xy.shape[:2]) > 0.33
    seen[0] = True
    return Tracks(np.arange(COUNT), xy.astype(np.float32), seen * 0.95, np.full(seen.shape, 0.95), meta={"size": SIZE})


def off(motion: Motion, surface: Callable[[Points, int], Points]) -> float:
    """Pixels on the reference picture within the corners."""
    places = np.stack(np.meshgrid(np.linspace(550, 1350, 30), np.linspace(300, 800, 20)), -1)
    found = [motion.warp(t).inverse(surface(places, t)) - places for t in range(1, len(motion))]
    return float(np.mean(np.sqrt(np.square(found).sum(-1))))


def row(name: str, work: Callable[[int], Any], frames: int) -> None:
    """Print a line of the table."""
    work(0)
    taken, used = [], []
    for t in range(frames):
        start, before = time.perf_counter(), time.process_time()
        work(t)
        taken.append(time.perf_counter() - start)
        used.append(time.process_time() - before)
    typical = statistics.median(taken)
    print(f"| {name} | {1000 * typical:.1f} | {1000 * statistics.median(used):.1f} | {1 / typical:.1f} |", flush=True)


def measure(name: str, surface: Callable[[Points, int], Points], frames: int) -> None:
    """All that is done with one kind of surface."""
    tracks = tracks_on(surface, frames)
    start, before = time.perf_counter(), time.process_time()
    motion = solve_motion(tracks, 0, MotionOptions(model="homography" if surface is plane else "spline"))
    spent, used = ((now - then) / frames for now, then in ((time.perf_counter(), start), (time.process_time(), before)))
    print(f"| {name}: solving {COUNT} tracks, {off(motion, surface):.2f} px off "
          f"| {1000 * spent:.1f} | {1000 * used:.1f} | {1 / spent:.1f} |")
    rng = np.random.default_rng(0)
    film = rng.integers(0, 256, (1080, 1920, 3), np.uint8)
    insert = Insert(rng.integers(0, 256, (580, 900, 4), np.uint8), CORNERS)
    painted = np.zeros((1080, 1920), np.uint8)
    painted[250:850, 500:1400] = 1
    mask, blur = PaintedMask(painted), InsertOptions(shutter=180)
    row(f"{name}: insert, 900 × 580", lambda t: composite(film, insert, moment(motion.warp(t))), frames)
    row(f"{name}: insert with motion blur",
        lambda t: composite(film, insert, exposure_of(motion, t, blur), blur), min(frames, 8))
    row(f"{name}: mask, 900 × 600", lambda t: mask.labels(motion.warp(t), SIZE), frames)
    row(f"{name}: STMap", lambda t: inverse_map(motion.warp(t), whole(SIZE)), frames)
    if surface is plane:
        for model in ("similarity", "homography"):
            steady = stabilise(motion, SIZE, StabiliseOptions(model=model, border="edge"))
            row(f"stabilise, {model}", lambda t, steady=steady: steady.steady(film, t), frames)
        matte = mask.matte(motion.warp(3), SIZE)
        for effect in effects().values():
            if effect.name != "inpaint":  # made for wires and dust, not for a quarter of the picture
                row(f"{effect.name}, 900 × 600", lambda t, effect=effect: change(effect, film, matte), min(frames, 8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=24)
    frames = parser.parse_args().frames
    print(f"On {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.\n\n"
          "| what | ms a frame | of all processors | frames/s |\n|---|---|---|---|")
    measure("plane", plane, frames)
    measure("bending", bend, frames)


if __name__ == "__main__":
    main()
