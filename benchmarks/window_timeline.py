"""What the timeline costs the main thread: ``python -m benchmarks.window_timeline``, with a screen or ``xvfb-run``.

Times are CPU of the main thread, medians of several repetitions, so that whatever else runs on the machine hardly
counts. The last column compares with the first row of the same size: a plain fill of the same widget.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from qtpy.QtGui import QPainter
from qtpy.QtWidgets import QApplication, QWidget

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.timeline import Timeline

SIZES = ((240, 82), (1000, 1000), (1000, 10_000))
WIDTH, HEIGHT, BLOCK = 1280, 230, 8


class Plain(QWidget):
    """A widget of one colour."""

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), 0x336699)
        painter.end()


def make_session(n_tracks: int, n_frames: int) -> Session:
    """Random scores, and an anchor in the midst of every tenth track."""
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 400, (n_frames, n_tracks, 2)).astype(np.float32)
    visibility, confidence = rng.uniform(0.4, 1, (2, n_frames, n_tracks)).astype(np.float32)
    source = np.ones((n_frames, n_tracks), np.uint8)
    source[rng.integers(1, n_frames, n_tracks // 10), np.arange(0, n_tracks // 10 * 10, 10)] = 2
    return Session.from_tracks(Tracks(np.arange(n_tracks), xy, visibility, confidence, source=source,
                                      meta={"size": (400, 400)}))


def cost(action: Callable[[int], object], repetitions: int = 15, prepare: Callable[[int], object] = id) -> float:
    """Median milliseconds of CPU of an action and the painting that follows."""
    times = []
    for k in range(repetitions):
        prepare(k)
        start = time.thread_time()
        action(k)
        QApplication.processEvents()
        times.append(1000 * (time.thread_time() - start))
    return statistics.median(times[1:])


def measure(n_tracks: int, n_frames: int) -> Iterator[tuple[str, float]]:
    """What is done, and what it costs."""
    plain, timeline = Plain(), Timeline()
    session, selection = make_session(n_tracks, n_frames), Selection()
    for widget in (plain, timeline):
        widget.resize(WIDTH, HEIGHT)
        widget.show()
    timeline.show_session(session, selection)
    while timeline._heat.is_stale:
        QApplication.processEvents()
    QApplication.processEvents()
    yield "plain fill", cost(lambda k: plain.update())
    yield "playhead moves", cost(lambda k: timeline.set_frame(k * 5 % n_frames))
    selection.set([3])
    yield "playhead moves, with the curve", cost(lambda k: timeline.set_frame(k * 5 % n_frames))
    selection.set([])
    yield "repaint of everything", cost(lambda k: timeline.scope.changed.emit())
    yield "zoom", cost(lambda k: timeline.scope.show_time(timeline.scope.time.zoomed(0.9, 0.4)))
    timeline.heatmap.fit()
    yield "another row selected", cost(lambda k: selection.set([k]))
    selection.set([])
    run = session.begin_run("track", session.ids)
    timeline.set_running(range(BLOCK))

    def arrive(k: int) -> None:
        frames = np.arange(BLOCK) + BLOCK * k % (n_frames - BLOCK)
        scores = np.full((BLOCK, n_tracks), 0.5, np.float32)
        run.write(TrackUpdate(frames, session.ids, np.ones((BLOCK, n_tracks, 2), np.float32), scores, scores, 0.5))

    yield f"{BLOCK} frames arrive", cost(lambda k: timeline._flush(), prepare=arrive)
    run.close()
    timeline.set_running(None)

    def sort(k: int) -> None:
        timeline.bar.order_box.setCurrentIndex(k % 4)
        while timeline._heat.is_stale:
            QApplication.processEvents()

    yield "all encoded and sorted anew", cost(sort, 6)
    timeline.close()
    plain.close()


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    application = QApplication.instance() or QApplication([])
    print("| tracks × frames | what | CPU ms | of a plain fill |\n|---|---|---:|---:|")
    for n_tracks, n_frames in SIZES:
        rows = list(measure(n_tracks, n_frames))
        for what, took in rows:
            print(f"| {n_tracks} × {n_frames} | {what} | {took:.2f} | {took / rows[0][1]:.1f} |")
    application.quit()


if __name__ == "__main__":
    main()
