"""Frames per second of `Film` against bare PyAV and OpenCV loops: ``python benchmarks/video.py``.

Writes a 720p H.264 clip of its own (B-frames, one keyframe every 60 frames) and prints a table.
"""

from __future__ import annotations

import argparse
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from napari_cotracker.videos.film import Film
from napari_cotracker.videos.writer import write_film

WIDTH, HEIGHT = 1280, 720


def draw_frames(count: int) -> Iterator[np.ndarray[Any, Any]]:
    """A textured picture that pans, with discs that move over it."""
    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(0, 256, (90, 200, 3), dtype=np.uint8), (2 * WIDTH, HEIGHT + 80))
    for k in range(count):
        picture = texture[k % 80 : k % 80 + HEIGHT, 3 * k % WIDTH : 3 * k % WIDTH + WIDTH].copy()
        for disc in range(6):
            centre = (int(640 + 500 * np.cos(k / 25 + disc)), int(360 + 250 * np.sin(k / 18 + 2 * disc)))
            cv2.circle(picture, centre, 40, (40 * disc, 200, 90), -1)
        yield picture


def read_pyav(path: str, order: Iterable[int]) -> None:
    """A plain loop: seek to the keyframe before, decode up to the frame."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        ticks = round(1 / (stream.average_rate * stream.time_base))
        frames, position = container.decode(stream), -1
        for number in order:
            if number != position + 1:
                container.seek(number * ticks, stream=stream)
                frames = container.decode(stream)
            for frame in frames:
                if frame.pts >= number * ticks:
                    frame.to_ndarray(format="rgb24")
                    break
            position = number


def read_opencv(path: str, order: Iterable[int]) -> None:
    """A plain loop: set the position where it jumps."""
    capture, position = cv2.VideoCapture(path), -1
    for number in order:
        if number != position + 1:
            capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB)
        position = number
    capture.release()


def read_film(path: str, order: Iterable[int]) -> None:
    """Frame by frame, as a viewer asks."""
    with Film(path) as film:
        for number in order:
            film.read([number])


def read_film_windows(path: str, order: Iterable[int]) -> None:
    """Sixteen frames at a time, as a tracker asks."""
    numbers = list(order)
    with Film(path) as film:
        for start in range(0, len(numbers), 16):
            film.read(numbers[start : start + 16])


READERS: dict[str, Callable[[str, Iterable[int]], None]] = {
    "PyAV loop": read_pyav, "OpenCV loop": read_opencv,
    "Film, one by one": read_film, "Film, 16 at once": read_film_windows,
}


def measure(reader: Callable[[str, Iterable[int]], None], path: str, order: list[int], repeats: int) -> float:
    """Frames per second, the best of some runs."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        reader(path, order)
        seconds.append(time.perf_counter() - start)
    return len(order) / min(seconds)


def main() -> None:
    """Write the clip, measure, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    choice = parser.parse_args()
    shuffled = random.Random(0).sample(range(choice.frames), min(60, choice.frames))
    orders = {"sequential": list(range(choice.frames)), "random": shuffled,
              "backwards": list(range(choice.frames - 1, max(-1, choice.frames - 121), -1))}
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "clip.mp4")
        write_film(path, draw_frames(choice.frames), fps=30, crf=20, preset="veryfast", keyframes=60)
        print(f"{choice.frames} frames {WIDTH}×{HEIGHT}, {platform.processor() or platform.machine()}, "
              f"PyAV {av.__version__}, OpenCV {cv2.__version__}; frames per second\n")
        print(f"| reader | {' | '.join(orders)} |\n|---|{'---:|' * len(orders)}")
        for name, reader in READERS.items():
            rates = [measure(reader, path, order, choice.repeats) for order in orders.values()]
            print(f"| {name} | {' | '.join(f'{rate:,.0f}' for rate in rates)} |")


if __name__ == "__main__":
    main()
