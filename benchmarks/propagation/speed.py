"""Frames a second of edits rendered in full HD:

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.propagation.speed [--frames 90]

A drawn film of 1920 × 1080 is read from an mp4, edited with 200 tracks and written to an mp4, once drawing alone and
once with decoding and encoding; solving how it moves is timed by itself. The variable is what the program sets for
itself. Prints a markdown table.
"""

from __future__ import annotations

import argparse
import os
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from benchmarks.effects import CORNERS, SIZE, plane, tracks_on
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.effects.stabilise import StabiliseOptions
from napari_cotracker.tasks.edits import Edit, Painting, settle
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.propagate import propagate
from napari_cotracker.tasks.render import render
from napari_cotracker.videos.array import ArrayVideo


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=90)
    frames = parser.parse_args().frames
    print(f"{os.cpu_count()} processors\n\n| edit | solving, s | drawing, frames/s | all of it |\n|---|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        for _ in render(ArrayVideo(drawn(frames)), lambda t, picture: picture, film):
            pass
        tracks = tracks_on(plane, frames)
        for name, edit in edits().items():
            solving, rate = timed(edit, film, tracks, Path(folder) / f"{name}.mp4")
            print(f"| {name} | {solving:.1f} | {drawing(edit, film, tracks):.1f} | {rate:.1f} |", flush=True)


def edits() -> dict[str, Edit]:
    """What is rendered."""
    mask = np.zeros(SIZE[::-1], np.uint8)
    cv2.fillPoly(mask, [CORNERS.astype(np.int32)], 1)
    logo = np.full((400, 600, 4), 200, np.uint8)
    area = {0: Painting(labels=mask)}
    return {
        "insert": Edit("insert", {0: Painting(picture=logo, corners=CORNERS)}),
        "blur": Edit("effect", area, effect="blur"), "mask over the film": Edit("mask", area),
        "stabilise": Edit("stabilise", options=StabiliseOptions(border="edge")),
    }


def drawn(frames: int) -> np.ndarray[Any, Any]:
    """(T, 1080, 1920, 3) a texture that moves as the tracks do."""
    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(0, 255, (135, 240, 3), dtype=np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    found = np.empty((frames, *texture.shape), np.uint8)
    corners = np.array([(0.0, 0), (SIZE[0], 0), SIZE, (0, SIZE[1])])
    for t in range(frames):
        matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), plane(corners, t).astype(np.float32))
        found[t] = cv2.warpPerspective(texture, matrix, SIZE, borderMode=cv2.BORDER_REFLECT)
    return found


def drawing(edit: Edit, film: Path, tracks: Tracks) -> float:
    """Frames a second of drawing alone."""
    settled = settle(edit, tracks, SIZE)
    with closing(open_video(film)) as video:
        pictures = video.read(range(min(12, video.n_frames)))
    settled.draw(1, pictures[1])
    began = time.perf_counter()
    for t, picture in enumerate(pictures):
        settled.draw(t, picture)
    return len(pictures) / (time.perf_counter() - began)


def timed(edit: Edit, film: Path, tracks: Tracks, out: Path) -> tuple[float, float]:
    """Seconds of solving, and frames a second from the first that was rendered to the last."""
    began, first, done = time.perf_counter(), None, 0
    video = open_video(film)
    for update in propagate(edit, video, tracks, out):
        if "rendering" in update.message:
            done += 1
            first = first or time.perf_counter()
    video.close()
    assert first is not None
    return first - began, (done - 1) / (time.perf_counter() - first)


if __name__ == "__main__":
    main()
