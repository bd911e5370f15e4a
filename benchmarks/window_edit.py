"""How soon the window shows an edit on the frame one scrubs to, and what solving it costs meanwhile.

    python -m benchmarks.window_edit [FRAMES]

It needs a screen; without one, put xvfb-run -a -s "-screen 0 1920x1200x24" before it. A full HD film that lies in
memory, so that nothing is decoded, and 200 tracks on a surface that turns, comes nearer and tilts, first flat, then
bending. For each kind of edit, in milliseconds: drawing a frame as the background thread does, with nothing beside
it, by the wall clock and of all processors together; from the step to the layers filled in, with everything that the
window does meanwhile (median); the main thread's own share of that; solving; and the longest time for which the main
thread did not hear the user until the first picture was there, which counts the layers that come.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.effects import CORNERS, COUNT, SIZE, bend, plane, tracks_on
from napari_cotracker.tasks.edits import Painting
from napari_cotracker.ui.propagate_drawing import drawing

WIDTH, HEIGHT = SIZE
STEPS = 16


def film(n_frames: int) -> NDArray[np.uint8]:
    """(T, H, W, 3) views into one picture."""
    picture = np.random.default_rng(0).integers(0, 255, (HEIGHT + n_frames, WIDTH, 3), np.uint8)
    strides = (picture.strides[0], *picture.strides)
    return np.lib.stride_tricks.as_strided(picture, (n_frames, HEIGHT, WIDTH, 3), strides)


def painted() -> NDArray[np.uint8]:
    """(H, W) a large mask of two labels."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[300:800, 520:950], labels[300:800, 950:1380] = 1, 2
    return labels


def cases(section: Any) -> Iterator[str]:
    """The name of each kind of edit, asked for in the section."""
    picture = np.random.default_rng(1).integers(0, 255, (512, 768, 4), np.uint8)
    for what in ("mask", "effect", "insert", "pin", "stabilise"):
        section.form.whats.setCurrentIndex(section.form.whats.findData(what))
        if what == "insert":
            section.source._picture = picture
            section.source.placed.put(0, Painting(corners=CORNERS))
        elif what == "mask":
            section.source.painted.put(0, Painting(labels=painted()))
        yield f"{what} ({section.form.effects.currentText().lower()})" if what == "effect" else what


def measure(surface: Any, n_frames: int) -> Iterator[tuple[str, list[float]]]:
    """Rows of the table."""
    from qtpy.QtWidgets import QApplication

    from napari_cotracker.ui.window import make_viewer

    viewer = make_viewer()
    viewer.window.resize(1500, 950)
    viewer.add_image(film(n_frames), rgb=True, name="film", axis_labels=("time", "y", "x"))
    panel = next(iter(viewer.window.dock_widgets.values()))
    project = panel.desk.current
    project.adopt(tracks_on(surface, n_frames))
    section = panel.propagate
    section.open()
    for name in cases(section):
        section.live.solve()
        began, longest = time.perf_counter(), 0.0
        trouble: list[str] = []
        section.live.failed.connect(trouble.append)
        while section.live.is_solving or section.live.drawn is None:
            if trouble:
                raise SystemExit(trouble[0])
            turn = time.perf_counter()
            QApplication.processEvents()
            longest = max(longest, time.perf_counter() - turn)
            time.sleep(0.002)  # as a window that waits for events, which leaves Python to other threads
        solving = time.perf_counter() - began
        yield name, [*_alone(section), *_scrubbed(section, project), solving, longest]
    panel.close_all()
    viewer.close()


def _alone(section: Any) -> tuple[float, float]:
    """Drawing a frame with nothing else to do, by the wall clock and of all processors."""
    live, wall, own = section.live.now, [], []
    for t in _frames(live.project):
        began, busy = time.perf_counter(), time.process_time()
        for _ in drawing(live.settled, live.project.video, t):
            pass
        wall.append(time.perf_counter() - began)
        own.append(time.process_time() - busy)
    return median(wall), median(own)


def _scrubbed(section: Any, project: Any) -> tuple[float, float]:
    """From a step to the layers filled in; and of that the main thread's own time."""
    from qtpy.QtWidgets import QApplication

    wall, own = [], []
    for t in _frames(project):
        began, busy = time.perf_counter(), time.thread_time()
        project.go_to(t)
        while section.live.drawn is None or section.live.drawn.t != t:
            QApplication.processEvents()
            time.sleep(0.002)
        wall.append(time.perf_counter() - began)
        own.append(time.thread_time() - busy)
    return median(wall), median(own)


def _frames(project: Any) -> list[int]:
    n_frames = project.session.n_frames
    return [int(t) for t in (np.arange(STEPS) * 7 + 3) % n_frames]


def main() -> None:
    """Print the table."""
    n_frames = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    print(f"{COUNT} tracks × {n_frames} frames over {WIDTH} × {HEIGHT}; ms; load {os.getloadavg()[0]:.1f} on "
          f"{os.cpu_count()} processors\n")
    print(f"{'':22} {'drawing':>8} {'of CPUs':>8} {'shown':>8} {'main':>8} {'solving':>8} {'pause':>8}")
    for surface in (plane, bend):
        for name, spent in measure(surface, n_frames):
            words = " ".join(f"{1e3 * each:8.0f}" for each in spent)
            print(f"{surface.__name__ + ', ' + name:22} {words}", flush=True)


if __name__ == "__main__":
    main()
