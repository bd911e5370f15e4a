"""What the bundled network costs beside the published one, each at its own resolution.

    python benchmarks/compact.py [FILE]      as a markdown table; FILE is another weights file than the bundled one

Multiply-adds are counted from the sizes, seconds are measured in one run: new frames of the bundled
``street`` clip, 64 points, online, float32. The published network has random weights, which cost the same.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import torch

from napari_cotracker.core.queries import grid_queries
from napari_cotracker.core.registry import trackers
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.model import CoTracker3, save_checkpoint
from napari_cotracker.model.config import CoTracker3Config, read_sizes
from napari_cotracker.tasks.open import open_video
from napari_cotracker.trackers.estimates import encoder_flop, token_flop, virtual_flop
from napari_cotracker.trackers.models import BUNDLED_WEIGHTS
from napari_cotracker.trackers.settings import CoTracker3Settings

FRAMES, COLUMNS, ITERS = 24, 8, 6


def gigaflop(sizes: CoTracker3Config) -> tuple[float, float]:
    """Operations per new frame: of the encoder, and of the iterations (each frame is in two windows)."""
    height, width = sizes.model_resolution
    tokens = COLUMNS**2 * token_flop(sizes) + virtual_flop(sizes)
    return encoder_flop(sizes, height * width) / 1e9, 2 * ITERS * tokens / 1e9


def seconds(path: Path) -> float:
    """Processor seconds per frame, the network loaded and warm."""
    settings = CoTracker3Settings(checkpoint=str(path), device="cpu", iters=ITERS, support_grid=0, disk_budget=0,
                                  memory_budget=0, precision="float32")
    tracker = trackers()["cotracker3-online"].make(settings)
    with_video = open_video(sample_clip("street"))
    queries = grid_queries((with_video.width, with_video.height), COLUMNS)
    taken = []
    for length in (16, FRAMES):
        start = time.process_time()
        for _ in tracker.track(TrackJob(with_video, queries, range(length), settings=settings), Control()):
            pass
        taken.append(time.process_time() - start)
    with_video.close()
    return (taken[1] - taken[0]) / (FRAMES - 16)


def main() -> None:
    """Print the table."""
    compact = Path(sys.argv[1]) if sys.argv[1:] else BUNDLED_WEIGHTS / "compact.safetensors"
    published = Path(tempfile.gettempdir()) / "napari-cotracker-benchmark.safetensors"
    if not published.exists():
        torch.manual_seed(0)
        save_checkpoint(published, CoTracker3())
    print("| network | parameters | size | encoder GFLOP/frame | iterations GFLOP/frame | CPU s/frame |")
    print("|---|---|---|---|---|---|")
    totals = []
    for name, path in (("published", published), ("compact", compact)):
        sizes, cost = read_sizes(path), seconds(path)
        encoder, iterations = gigaflop(sizes)
        count = sum(p.numel() for p in CoTracker3(sizes).parameters())
        height, width = sizes.model_resolution
        totals.append((encoder + iterations, cost))
        print(f"| {name} | {count / 1e6:.2f} M | {height} × {width} | {encoder:.2f} | {iterations:.2f} | {cost:.3f} |")
    (flop, cost), (less, cheaper) = totals
    print(f"\nThe compact network: {flop / less:.0f}× fewer operations and {cost / cheaper:.0f}× less time per frame.")


if __name__ == "__main__":
    main()
