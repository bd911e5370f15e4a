"""What it costs that nothing is ever lost: ``python -m benchmarks.session_file``.

Times are medians of wall-clock time; the last column compares with the same done to a session in memory, or
with the first row of its block.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.editing import snapshots
from napari_cotracker.editing.session import Session

SIZE, WINDOW = (1280, 720), 8


def session_of(n_frames: int, n_tracks: int, path: Path | None = None) -> Session:
    """Points on the first frame."""
    session = Session.create(path, n_frames, SIZE) if path else Session(n_frames, SIZE)
    session.add_points(0, np.random.default_rng(0).uniform(0, 700, (n_tracks, 2)))
    return session


def window(session: Session, first: int, seed: int) -> TrackUpdate:
    """Eight frames of all tracks."""
    rng, frames = np.random.default_rng(seed), np.arange(first, first + WINDOW)
    shape = (WINDOW, len(session.ids))
    xy, scores = rng.uniform(0, 700, (*shape, 2)).astype(np.float32), rng.random((2, *shape)).astype(np.float32)
    return TrackUpdate(frames, session.ids, xy, scores[0], scores[1], 0.5)


def medians(*acts: Callable[[int], object], repetitions: int = 200) -> list[float]:
    """Median milliseconds of some acts, done in turn so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in acts]
    for number in range(repetitions):
        for act, taken in zip(acts, times):
            start = time.perf_counter()
            act(number)
            taken.append(1000 * (time.perf_counter() - start))
    return [statistics.median(taken) for taken in times]


def once(act: Callable[[], object]) -> float:
    """Milliseconds, the best of three."""
    return min(medians(lambda _: act(), repetitions=1)[0] for _ in range(3))


def compare(what: str, plain: float, filed: float) -> Iterator[str]:
    yield f"{what}, in memory{plain:>14.3f} ms     1.0"
    yield f"{what}, in a file{filed:>14.3f} ms {filed / plain:>7.1f}"


def edits(folder: Path) -> Iterator[str]:
    plain, filed = session_of(1000, 100), session_of(1000, 100, folder / "edits.cotracker")

    def correct(session: Session) -> Callable[[int], object]:
        return lambda number: session.correct(number % 100, 1 + number % 999, (number, 1))

    yield from compare("a correction", *medians(correct(plain), correct(filed), repetitions=1000))
    acts = [lambda number, session=session: session.redo() if number % 2 else session.undo()
            for session in (plain, filed)]
    yield from compare("undo or redo", *medians(*acts))
    filed.close()


def windows(folder: Path, n_tracks: int) -> Iterator[str]:
    plain, filed = session_of(1000, n_tracks), session_of(1000, n_tracks, folder / f"{n_tracks}.cotracker")
    runs = [session.begin_run("track", session.ids) for session in (plain, filed)]
    updates = [window(plain, first, first) for first in range(1, 993, WINDOW)]
    acts = [lambda number, run=run: run.write(updates[number]) for run in runs]
    yield from compare(f"a window of {WINDOW} × {n_tracks}", *medians(*acts, repetitions=len(updates)))
    ends = [medians(lambda _, run=run: run.close(), repetitions=1)[0] for run in runs]
    yield from compare(f"the end of that run, {n_tracks * 992:,} cells", *ends)
    path = filed.path
    assert path is not None
    start = time.perf_counter()
    filed.close()
    yield f"closing it, with a snapshot{1000 * (time.perf_counter() - start):>20.1f} ms"
    yield f"opening it{once(lambda: Session.open(path).close()):>37.1f} ms"
    size = path.stat().st_size
    yield f"its file, with history{size / 1e6:>25.1f} MB, {size / (n_tracks * 1000):.1f} bytes a cell"
    session = Session.open(path)
    session.compact(forget_history=True)
    session.close()
    size = path.stat().st_size
    yield f"its file, without history{size / 1e6:>22.1f} MB, {size / (n_tracks * 1000):.1f} bytes a cell"


def openings(folder: Path, count: int) -> Iterator[str]:
    path = folder / "many.cotracker"
    usual, snapshots.STEPS = snapshots.STEPS, 1 << 30
    session = session_of(1000, 100, path)
    for number in range(count):
        session.correct(number % 100, 1 + number % 999, (number, 1))
    snapshots.STEPS = usual
    session.copy_to(folder / "copy.cotracker")  # as after a crash: without the snapshot of closing
    session.close()
    yield f"opening after {count:,} edits{once(lambda: Session.open(path).close()):>23.1f} ms     1.0"
    size = path.stat().st_size
    yield f"its file{size / 1e6:>39.1f} MB, {size / count:.0f} bytes an edit"
    start = time.perf_counter()
    Session.open(folder / "copy.cotracker").close()
    yield f"the same after a crash, no snapshot on the way{1000 * (time.perf_counter() - start):>9.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--edits", type=int, default=10_000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        for lines in (edits(place), windows(place, options.tracks), openings(place, options.edits)):
            for line in lines:
                print(line, flush=True)


if __name__ == "__main__":
    main()
