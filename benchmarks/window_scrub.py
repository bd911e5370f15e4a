"""What the layers of tracks cost the window: scrubbing against the bare video, and a run that streams in.

    python -m benchmarks.window_scrub [TRACKS FRAMES]

It needs a screen; without one, put xvfb-run -a -s "-screen 0 1920x1200x24" before it. Times are CPU
milliseconds of the main thread, drawing counted, measured in turns in one process, so that a busy machine
slows all of them alike. Medians.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing.session import Session

HEIGHT, WIDTH, WINDOW = 720, 1280, 8
ROUNDS, STEPS, WINDOWS = 6, 12, 24


class Film:
    """A 720p film as a lazy array: each frame is another part of one large picture."""

    dtype, ndim = np.dtype(np.uint8), 4

    def __init__(self, n_frames: int) -> None:
        self.shape = (n_frames, HEIGHT, WIDTH, 3)
        self._picture = np.random.default_rng(0).integers(0, 255, (HEIGHT + 64, WIDTH, 3), np.uint8)

    def __getitem__(self, index: Any) -> np.ndarray:
        frames = np.arange(self.shape[0])[index[0] if isinstance(index, tuple) else index]
        pictures = np.stack([self._picture[t % 64 : t % 64 + HEIGHT] for t in np.atleast_1d(frames)])
        rest = index[1:] if isinstance(index, tuple) else ()
        return pictures[(slice(None) if np.ndim(frames) else 0, *rest)]

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def wandering(n_tracks: int, n_frames: int) -> Tracks:
    """Tracks that sway about, some of them doubtful or occluded for a while."""
    rng = np.random.default_rng(1)
    time_of = np.arange(n_frames)[:, None, None]
    xy = rng.random((1, n_tracks, 2)) * (WIDTH - 80, HEIGHT - 80) + 40
    xy = xy + 30 * np.sin(time_of / 40 + rng.random((1, n_tracks, 2)) * 6)
    visibility = (np.sin(time_of[..., 0] / 60 + rng.random((1, n_tracks)) * 6) > -0.8).astype(np.float32)
    return Tracks(np.arange(n_tracks), xy, visibility, rng.random((n_frames, n_tracks)), meta={"size": (WIDTH, HEIGHT)})


def measure(n_tracks: int, n_frames: int) -> Iterator[tuple[str, float, str]]:
    """Rows of the table: what, milliseconds, remark."""
    import napari
    from qtpy.QtWidgets import QApplication

    from napari_cotracker.ui.layers import TracksView
    from napari_cotracker.ui.look import Look
    from napari_cotracker.ui.selection import Selection

    viewer = napari.Viewer()
    viewer.window.resize(1280, 860)
    film = viewer.add_image(Film(n_frames), rgb=True, name="film", axis_labels=("time", "y", "x"))
    session, look = Session.from_tracks(wandering(n_tracks, n_frames)), Look()
    view = TracksView(viewer, film, session, Selection(), look)
    QApplication.processEvents()

    def scrub(points: bool, tails: bool) -> list[float]:
        view.points.visible, view.tails.visible = points, tails
        for t in (5, 6):
            viewer.dims.set_current_step(0, t)
            QApplication.processEvents()
        return [cpu_of(partial(viewer.dims.set_current_step, 0, t), QApplication.processEvents)
                for t in (np.arange(STEPS) * 137 + 30) % n_frames]

    cases = {"film alone": (False, False), "with points": (True, False), "with points and tails": (True, True)}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, shown in cases.items():
            times[name] += scrub(*shown)
    bare = median(times["film alone"])
    for name, spent in times.items():
        yield f"a frame, {name}", median(spent), f"{median(spent) / bare:.2f} ×"
    yield from stream(view, session, QApplication.processEvents)
    viewer.close()


def stream(view: Any, session: Session, idle: Callable[[], None]) -> Iterator[tuple[str, float, str]]:
    """A run over all tracks, its windows sweeping over the frame that is shown."""
    run = session.begin_run("track", session.ids)
    cells, drawn = session.cells, []
    view.tails.events.rebuild_tracks.connect(lambda: drawn.append(1))
    spent = []
    for number in range(WINDOWS):
        start = min(max(view.frame - 4 + number % 4, 0), session.n_frames - WINDOW)
        frames = np.arange(start, start + WINDOW)
        update = TrackUpdate(frames, session.ids.copy(), cells.xy[frames] + 0.5, cells.visibility[frames].copy(),
                             cells.confidence[frames].copy(), 0.5)
        spent.append(cpu_of(partial(run.write, update)))
    yield f"a window of {WINDOW} frames, written and shown", median(spent[1:]), "on the frame that is shown"
    draw = [cpu_of(view._draw_tails) for _ in range(WINDOWS)]
    yield "tails, at most 4 × a second", median(draw), "after the last of several windows"
    shown = [cpu_of(view._draw_points, idle) for _ in range(WINDOWS)]
    yield "points, drawn on the screen", median(shown), "the film beneath them included"
    run.close()


def cpu_of(act: Callable[[], None], then: Callable[[], None] = lambda: None) -> float:
    """Milliseconds of this thread."""
    start = time.thread_time()
    act()
    then()
    return (time.thread_time() - start) * 1e3


def main() -> None:
    """Print the table."""
    n_tracks, n_frames = (int(word) for word in (sys.argv[1:3] or ("1000", "1000")))
    print(f"{n_tracks} tracks × {n_frames} frames over {WIDTH} × {HEIGHT}; CPU ms of the main thread\n")
    for what, spent, remark in measure(n_tracks, n_frames):
        print(f"{what:45} {spent:7.1f}   {remark}")


if __name__ == "__main__":
    main()
