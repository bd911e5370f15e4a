"""Frames per second of writing 1080p pictures as every kind of film and image: ``python benchmarks/render.py``.

Writes a textured picture that pans, so that frames differ, and prints a table; the last rows read a
film, hand every picture on as it is, and write it again.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from napari_cotracker.tasks.render import render
from napari_cotracker.videos.array import ArrayVideo
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.rendering import Rendering

WIDTH, HEIGHT = 1920, 1080
CASES = (
    ("film.mp4", "uint8", 3), ("film.mov", "uint8", 3), ("film.mov", "uint16", 4), ("film.mkv", "uint8", 3),
    ("film.mkv", "uint16", 4), ("a.####.png", "uint8", 3), ("a.####.png", "uint16", 4), ("a.####.tif", "uint16", 4),
    ("a.####.tif", "float32", 3), ("a.####.exr", "float32", 3), ("a.####.exr", "float32", 4),
)
COPIES = ("copy.mp4", "copy.mov", "copy.mkv")


def draw_pictures(count: int, dtype: str, channels: int) -> list[NDArray[Any]]:
    """A smooth texture with grain that pans; a soft disc as alpha."""
    rng = np.random.default_rng(0)
    smooth = cv2.resize(rng.random((30, 60, 3), np.float32), (WIDTH + 8 * count, HEIGHT), interpolation=cv2.INTER_CUBIC)
    wide = np.clip(0.8 * smooth + 0.1 + 0.01 * rng.normal(size=smooth.shape), 0, 1).astype(np.float32)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    disc = np.clip((400 - np.hypot(rows - HEIGHT / 2, columns - WIDTH / 2)) / 40, 0, 1).astype(np.float32)
    made = []
    for k in range(count):
        picture = wide[:, 8 * k : 8 * k + WIDTH]
        picture = np.dstack([picture, disc]) if channels == 4 else picture
        scale = 1 if dtype == "float32" else np.iinfo(dtype).max
        made.append(np.ascontiguousarray(picture if scale == 1 else np.rint(picture * scale)).astype(dtype))
    return made


def write(path: Path, pictures: list[NDArray[Any]], count: int) -> float:
    """Frames per second of `count` pictures."""
    clip = ArrayVideo(np.broadcast_to(np.zeros((1, 1, 1, 3), np.uint8), (count, HEIGHT, WIDTH, 3)))
    start = time.perf_counter()
    with Rendering(path, clip) as rendering:
        for k in range(count):
            rendering.add(pictures[k % len(pictures)])
    return count / (time.perf_counter() - start)


def copy(source: Path, path: Path) -> float:
    """Frames per second of reading a film and writing it again."""
    with Film(source) as film:
        start = time.perf_counter()
        list(render(film, lambda frame, picture: picture, path))
        return film.n_frames / (time.perf_counter() - start)


def size_of(folder: Path, stem: str) -> float:
    """Megabytes of all files of a render."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.name.startswith(stem)) / 1e6


def main() -> None:
    """Write, measure, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    choice = parser.parse_args()
    print(f"{choice.frames} frames {WIDTH}×{HEIGHT}, {platform.processor() or platform.machine()}, {os.cpu_count()} "
          f"cores, PyAV {av.__version__}\n\n| written | pixels | frames/s | MB a frame |\n|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as place:
        for name, dtype, channels in CASES:
            folder = Path(tempfile.mkdtemp(dir=place))
            pictures = draw_pictures(8, dtype, channels)
            count = choice.frames if dtype == "uint8" and name != "film.mov" else max(8, choice.frames // 4)
            rate = write(folder / name, pictures, count)
            stem = name.partition("#")[0]
            print(f"| {name} | {dtype} {'RGBA' if channels == 4 else 'RGB'} | {rate:.1f} | "
                  f"{size_of(folder, stem) / count:.2f} |", flush=True)
            if name == "film.mp4":
                source = folder / name
        for name in COPIES:
            print(f"| {name} of film.mp4 | uint8 RGB | {copy(source, Path(place) / name):.1f} | "
                  f"{size_of(Path(place), name) / choice.frames:.2f} |", flush=True)


if __name__ == "__main__":
    main()
