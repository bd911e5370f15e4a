"""Tracking in the child process, as the window does it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from napari_cotracker.core.errors import TrackingError, VideoError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.video import Video
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.tasks.remote import Worker
from napari_cotracker.tasks.track import track
from napari_cotracker.videos.array import ArrayVideo
from tests.generators import drain
from tests.moving_films import moving_film
from tests.tasks.ears import ODD_COMMAND, PATIENCE, Ears

QUERIES = Queries(np.array([0, 4]), np.array([[60, 60], [80, 50]]), np.array([3, 8]))
FAST = TrackOptions(model="lucas-kanade")


class Lazy:
    """Computed frame by frame, slowly if need be."""

    def __init__(self, array: Any, seconds: float = 0.0) -> None:
        self.array, self.shape, self.dtype, self.seconds = array, array.shape, array.dtype, seconds

    def __getitem__(self, frame: int) -> Any:
        time.sleep(self.seconds)
        return self.array[frame]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()
    assert worker.join(PATIENCE)


def follow(worker: Worker, video: Video, options: TrackOptions = FAST, queries: Queries = QUERIES) -> tuple[Ears, Any]:
    ears = Ears()
    return ears, worker.start("follow", video, {"queries": queries, "options": options}, ears)


def gathered(ears: Ears, n_frames: int, ids: list[int]) -> Any:
    xy = np.full((n_frames, len(ids), 2), np.nan, np.float32)
    for update in ears.cells:
        cells = np.ix_(update.frames, [ids.index(i) for i in update.ids])
        xy[cells] = np.where(np.isfinite(update.xy), update.xy, xy[cells])
    return xy


def clip(kind: str) -> Video:
    film = moving_film(10)[0]
    if kind == "path":
        return open_video(sample_clip("street"))
    return {"array": ArrayVideo(film.frames), "lazy": ArrayVideo(Lazy(film.frames)), "other": film}[kind]


@pytest.mark.parametrize("model", ["lucas-kanade", "still"])
@pytest.mark.parametrize("kind", ["path", "array", "lazy", "other"])
def test_the_child_gives_the_same_tracks_as_this_process(worker: Worker, kind: str, model: str) -> None:
    video, options = clip(kind), TrackOptions(model=model)
    ears, _ = follow(worker, video, options)
    result = ears.result()
    _, tracks = drain(track(video, QUERIES, options))
    np.testing.assert_array_equal(gathered(ears, video.n_frames, [3, 8]), tracks.xy)
    assert result["ids"] == [3, 8] and result["bad_frames"] == []
    assert result["meta"]["video"] == tracks.meta["video"] and result["meta"]["fps"] == tracks.meta["fps"]


def test_the_bundled_network_runs_in_a_child_that_is_warm(worker: Worker) -> None:
    worker.warm_up()
    film, where = moving_film(10)
    ears, _ = follow(worker, film, TrackOptions(model="auto", direction="forward", support_grid=0))
    assert ears.result()["meta"]["runs"][0]["model"] != "lucas-kanade"
    xy = gathered(ears, 10, [3, 8])
    assert np.linalg.norm(xy[9, 0] - where(QUERIES.xy[[0]], 0, 9)[0]) < 2


def test_points_that_are_added_are_followed(worker: Worker) -> None:
    film = moving_film(40)[0]
    ears, job = follow(worker, ArrayVideo(Lazy(film.frames, 0.05)))
    ears.wait_for_cells()
    job.add(Queries(np.array([7]), np.array([[50, 40]]), np.array([11])))
    assert ears.result()["ids"] == [3, 8, 11]
    assert np.isfinite(gathered(ears, 40, [3, 8, 11])).all()


@pytest.mark.parametrize(("at", "seconds"), [("a frame", 30.0), ("the start", 2.0)])
def test_a_frame_that_takes_long_does_not_hold_up_a_cancel(worker: Worker, at: str, seconds: float) -> None:
    frames = Lazy(moving_film(10)[0].frames)
    video = ArrayVideo(frames)
    assert at == "the start" or video.fingerprint
    frames.seconds = seconds
    ears, job = follow(worker, video)
    ears.wait(lambda: ears.updates)
    time.sleep(0.3)
    began = time.monotonic()
    job.cancel()
    assert ears.was_cancelled() and time.monotonic() - began < 10


def test_a_film_that_is_deleted_meanwhile_is_an_error_or_does_not_matter(worker: Worker, tmp_path: Path) -> None:
    path = Path(shutil.copy(sample_clip("street"), tmp_path / "film.mp4"))
    video = open_video(path)
    assert video.n_frames == 90
    path.unlink()
    try:
        assert follow(worker, video)[0].result()["ids"] == [3, 8]
    except VideoError as error:
        assert "film.mp4" in str(error)


def test_a_film_that_was_replaced_is_an_error(worker: Worker, tmp_path: Path) -> None:
    path = shutil.copy(sample_clip("street"), tmp_path / "film.mp4")
    video = open_video(path)
    assert video.fingerprint
    shutil.copy(sample_clip("cells"), path)
    with pytest.raises(VideoError, match="has changed since it was opened"):
        follow(worker, video)[0].result()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_is_killed_in_mid_run_is_told_and_replaced() -> None:
    worker = Worker()
    video = ArrayVideo(Lazy(moving_film(60)[0].frames, 0.05))
    ears, job = follow(worker, video)
    ears.wait_for_cells()
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(TrackingError, match=r"signal 9 \(SIGKILL\): probably memory ran out.*track again"):
        ears.result()
    assert job.is_over
    assert follow(worker, ArrayVideo(video._array.array))[0].result()["ids"] == [3, 8]
    assert worker.pid not in (pid, None)
    worker.close()
    assert worker.join(PATIENCE)


def test_nothing_is_left_after_closing() -> None:
    resource_tracker.ensure_running()  # it stays, with its pipe
    before, me = set(threading.enumerate()), psutil.Process()
    files = me.num_fds() if hasattr(me, "num_fds") else 0
    worker = Worker(ODD_COMMAND)
    ears, _ = follow(worker, clip("array"))
    ears.result()
    pid = worker.pid
    worker.close()
    assert worker.join(PATIENCE)
    assert pid is not None and not any(child.pid == pid for child in me.children())
    until = time.monotonic() + PATIENCE
    while left := set(threading.enumerate()) - before:
        assert time.monotonic() < until, left
        time.sleep(0.01)
    assert not files or me.num_fds() <= files


def test_no_method_waits() -> None:
    worker = Worker(ODD_COMMAND)
    took = []
    ears, job = Ears(), None
    for _ in range(5):
        began = time.perf_counter()
        job = worker.start("stuck", None, {}, ears)
        job.pause()
        job.resume()
        job.add(QUERIES)
        job.cancel()
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    worker.close()
    took.append(time.perf_counter() - began)
    assert np.median(took) < 0.05
    assert worker.join(PATIENCE)


FORGOTTEN = """
import sys
from napari_cotracker.tasks.remote import Worker
from tests.tasks.ears import ODD_COMMAND, Ears
worker, ears = Worker(ODD_COMMAND), Ears()
worker.start({task!r}, None, {{}}, ears)
ears.wait(lambda: ears.updates and ears.updates[-1].message not in ("starting", "opening the video"))
print(worker.pid, flush=True)
{then}
"""


def run_forgotten(task: str, then: str) -> tuple[int, subprocess.Popen[str]]:
    parent = subprocess.Popen([sys.executable, "-c", FORGOTTEN.format(task=task, then=then)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert parent.stdout is not None
    return int(parent.stdout.readline()), parent


def gone(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(PATIENCE)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.mark.parametrize("task", ["count", "stuck"])
def test_a_worker_that_is_forgotten_does_not_hold_up_the_interpreter(task: str) -> None:
    child, parent = run_forgotten(task, "")
    _, complaints = parent.communicate(timeout=PATIENCE)
    assert parent.returncode == 0 and not complaints
    assert gone(child)


@pytest.mark.parametrize("task", ["count", "stuck"])
def test_a_child_whose_parent_is_killed_leaves(task: str) -> None:
    child, parent = run_forgotten(task, "import time; time.sleep(600)")
    began = time.monotonic()
    parent.kill()
    parent.communicate()
    assert gone(child) and time.monotonic() - began < 20
