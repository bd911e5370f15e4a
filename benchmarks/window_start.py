"""How long a user of the window waits: for the plugin's import, for a film to open, for first tracked frames, for Stop.

    xvfb-run -a -s "-screen 0 1920x1200x24" python -m benchmarks.window_start

Needs a screen (a virtual one will do). Seconds of the wall clock, so they depend on what else runs; the plugin's
import is told beside napari's own, and opening beside that of a clip of fifty frames.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from napari_cotracker.core.samples import sample_clip

CLICKS = [(150.0, 128.0), (302.0, 216.0), (60.0, 300.0)]
HOUR = 90_000  # frames


def main() -> None:
    napari, ours = seconds_to_import("import napari.viewer"), seconds_to_import(
        "import napari.viewer, napari_cotracker.ui.panel")
    print(f"import napari {napari:.2f} s, with the plugin {ours:.2f} s: {ours - napari:.2f} s more")
    viewer, panel = open_window()
    with tempfile.TemporaryDirectory() as folder:
        film = write_long_film(Path(folder) / "hour.mp4")
        seconds(lambda: add(viewer, sample_clip("cells")))  # napari's first layer takes longer than any other
        short = seconds(lambda: add(viewer, sample_clip("street")))
        long = seconds(lambda: add(viewer, film))
        print(f"open 60 frames {short:.2f} s, {HOUR} frames {long:.2f} s")
        clear(viewer)
    first_answers(viewer, panel)
    viewer.close()


def first_answers(viewer: Any, panel: Any) -> None:
    """From Track to the first tracked frames, with the bundled model: cold features, then warm ones; then Stop."""
    panel.desk.choose(add(viewer, sample_clip("insects")))
    project = panel.desk.current
    wait(lambda: project.is_indexed)
    time.sleep(20)  # the child loads torch and the network meanwhile
    for what in ("new to the film", "film seen before"):
        project.place(0, CLICKS)
        print(f"Track to first tracked frames, {what}: {seconds(lambda: first_answer(panel, project)):.2f} s")
        wait(lambda: not project.tracking.is_busy)
    project.place(0, CLICKS)
    panel.track.start()
    pump(1.0)
    print(f"Stop: {seconds(lambda: (panel.track.stop(), wait(lambda: not project.tracking.is_busy))):.2f} s")


def first_answer(panel: Any, project: Any) -> None:
    before = tracked(project)
    panel.track.start()
    wait(lambda: tracked(project) > before)


def open_window() -> tuple[Any, Any]:
    import napari

    from napari_cotracker.ui.window import show_panel

    viewer = napari.Viewer()
    panel = show_panel(viewer)
    pump(1.0)
    return viewer, panel


def add(viewer: Any, path: Path) -> Any:
    from napari_cotracker.ui.window import add_video

    return add_video(viewer, path)


def clear(viewer: Any) -> None:
    viewer.layers.clear()
    pump(0.5)


def tracked(project: Any) -> int:
    return int(np.isfinite(project.session.cells.xy).all(-1).sum())


def seconds_to_import(code: str, tries: int = 3) -> float:
    """The best of some fresh interpreters."""
    return min(seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True)) for _ in range(tries))


def write_long_film(path: Path) -> Path:
    """An hour of very small pictures."""
    import av

    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"preset": "ultrafast", "g": "50"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = np.zeros((48, 64, 3), np.uint8)
        for number in range(HOUR):
            picture[number % 48] = number % 256
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path


def pump(duration: float) -> None:
    from qtpy.QtWidgets import QApplication

    end = time.monotonic() + duration
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)


def wait(is_true: Callable[[], bool]) -> None:
    while not is_true():
        pump(0.005)


def seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
