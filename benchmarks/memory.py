"""Memory of a sliding-window run does not grow with the length of the film.

    python benchmarks/memory.py [SHORT LONG]     200 and 10,000 frames unless told

Each length runs in a process of its own over a film that is made as it is read. The features have the
published size (3.1 MB a frame at 384 × 512), the rest of the network is small, so that ten thousand
frames take minutes. Counted is anonymous memory (``RssAnon``), at its highest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch

from napari_cotracker.core.queries import grid_queries
from napari_cotracker.model import CoTracker3, CoTracker3Config, save_checkpoint
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.track import TrackOptions, track

WEIGHTS = Path(tempfile.gettempdir()) / "napari-cotracker-memory.safetensors"


class Noise:
    """A film of the given length that exists only while it is read."""

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, length: int) -> None:
        self.shape = (length, 384, 512, 3)

    def __getitem__(self, index: object) -> np.ndarray:
        frame = index[0] if isinstance(index, tuple) else index
        return np.random.default_rng(int(frame)).integers(0, 255, self.shape[1:], np.uint8)  # type: ignore[call-overload]


def anonymous() -> int:
    """Anonymous memory of this process in bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))


def run(length: int) -> None:
    """Track 16 points through a film of some length; print the peak above what the start took."""
    peak, base, running = 0, anonymous(), True

    def watch() -> None:
        nonlocal peak
        while running:
            peak = max(peak, anonymous())
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    options = TrackOptions(
        model="compact", checkpoint=WEIGHTS, mode="online", direction="forward", iters=1, support_grid=0,
        resolution=(384, 512), device="cpu", disk_budget=0,
    )
    began = time.perf_counter()
    for _ in track(open_video(Noise(length)), grid_queries((512, 384), 4), options):
        pass
    running = False
    watcher.join()
    print(f"| {length} | {(peak - base) / 2**20:.0f} MiB | {time.perf_counter() - began:.0f} s |")


def main() -> None:
    """Both lengths, one after the other."""
    if sys.argv[1:2] == ["run"]:
        run(int(sys.argv[2]))
        return
    torch.manual_seed(0)
    save_checkpoint(WEIGHTS, CoTracker3(CoTracker3Config(
        encoder_widths=(4, 4, 4, 4), corr_hidden=16, corr_out=8, hidden=32, heads=2, depth=1, virtual_tracks=4,
    )))
    print("| frames | anonymous memory above the start | time |\n|---|---|---|", flush=True)
    for length in sys.argv[1:3] or ["200", "10000"]:
        subprocess.run([sys.executable, __file__, "run", length], check=True)


if __name__ == "__main__":
    main()
