"""A child process that also runs tasks which no user can ask for: slow, stuck, crashing and noisy ones."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from napari_cotracker.core.errors import CheckpointError
from napari_cotracker.core.files import replacing, replacing_folder
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.tasks.child import TASKS, main
from napari_cotracker.videos.stills import filling


def cells(t: int, message: str = "") -> TrackUpdate:
    scores = np.ones((1, 1), np.float32)
    return TrackUpdate(np.array([t]), np.array([0]), np.full((1, 1, 2), t, np.float32), scores, scores, 0.5, message)


def count(control: Control, to: int = 10**9, seconds: float = 0.02) -> Iterator[TrackUpdate]:
    """Answers frame by frame; knows how long it was held."""
    t = held = 0
    while t < to and not control.cancelled():
        time.sleep(seconds)
        if control.paused():
            held += 1
            yield TrackUpdate.heartbeat(0.5, "paused")
            continue
        yield cells(t)
        t += 1
        added = control.new_queries()
        if added is not None:
            yield cells(t, f"added {added.ids.tolist()}")
    return {"counted": t, "held": held}


def slow_to_hear(control: Control, seconds: float) -> Iterator[TrackUpdate]:
    """Hears a cancel only now and then."""
    yield TrackUpdate.heartbeat(0.0, "slow")
    time.sleep(seconds)
    while not control.cancelled():
        time.sleep(seconds)


def stuck(control: Control, answers: int = 0) -> Iterator[TrackUpdate]:
    """Does not hear a cancel."""
    for t in range(answers):
        yield cells(t)
    yield TrackUpdate.heartbeat(0.0, "stuck")
    threading.Event().wait(600)


def wait_for(control: Control, file: str) -> Iterator[TrackUpdate]:
    """Answers when a file is there; nothing before."""
    while not Path(file).exists():
        time.sleep(0.02)
        yield TrackUpdate.heartbeat(0.0, "waiting")
    yield cells(0)
    return "came"


def write_on(control: Control, folder: str) -> Iterator[TrackUpdate]:
    """Does not hear a cancel while it writes a file, a new folder, and into one that is there."""
    there, rest = Path(folder), threading.Event()
    with replacing(there / "a.mp4") as film, replacing_folder(there / "new") as new, filling(there, ["b"]) as some:
        for file in (film, new / "a", some / "b"):
            file.write_bytes(b"half")
        yield cells(0)
        rest.wait(600)


def crash(control: Control, code: int = 3) -> Iterator[TrackUpdate]:
    yield cells(0)
    os.write(2, b"before\nthe library gave up\n  at line 7\n")
    os._exit(code)


def fail(control: Control, kind: str) -> Iterator[TrackUpdate]:
    yield TrackUpdate.heartbeat(0.0)
    raise {"ours": CheckpointError("a damaged file"), "memory": MemoryError(), "exit": SystemExit(4)}.get(
        kind, KeyError("x")
    )


def noisy(control: Control) -> Iterator[TrackUpdate]:
    """Prints where a library would."""
    print("hello \udcff", flush=True)
    os.write(1, b"\0" * 1000)
    yield cells(0)
    os.write(1, b"nct1" * 100)
    return "quiet"


def odd_result(control: Control) -> Iterator[TrackUpdate]:
    yield cells(0)
    return threading.Lock()


def large(control: Control, n: int) -> Iterator[TrackUpdate]:
    """Updates of 8 frames × 1000 points."""
    scores = np.ones((8, 1000), np.float32)
    for _ in range(n):
        yield TrackUpdate(np.arange(8), np.arange(1000), np.ones((8, 1000, 2), np.float32), scores, scores, 0.5)


def look(control: Control, video: Any, frames: list[int]) -> Iterator[TrackUpdate]:
    """What the video is and the sums of some frames."""
    yield TrackUpdate.heartbeat(0.0)
    sums = [int(video.read([frame]).sum()) for frame in frames]
    yield TrackUpdate.heartbeat(1.0)
    return {"kind": type(video).__name__, "sums": sums, "fingerprint": video.fingerprint, "n": video.n_frames,
            "bad": sorted(video.bad_frames), "numbers": video.frame_numbers.tolist(), "fps": video.fps}


ODD = {task.__name__: task for task in (
    count, slow_to_hear, stuck, wait_for, write_on, crash, fail, noisy, odd_result, large, look)}

if __name__ == "__main__":
    main({**TASKS, **ODD, "correct": count})
