"""A GPU against the processor beside it: the same answers, and how fast.

    python benchmarks/gpu.py

Weights are random and clips are drawn: neither speed nor parity depends on their values. Prints one JSON
object a line. Needs a GPU; takes about a minute.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.registry import trackers
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.model import CoTracker3, CoTracker3Config, save_checkpoint
from napari_cotracker.trackers.models import BUNDLED_WEIGHTS
from napari_cotracker.trackers.settings import CoTracker3Settings
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips, ClipSizes, Workshop
from napari_cotracker.videos.array import ArrayVideo

SIZE = (384, 512)


def main() -> None:
    """Parity, then speed."""
    if not torch.cuda.is_available():
        raise SystemExit("expected a GPU that torch can use, got none")
    say(device=torch.cuda.get_device_name(0), torch=torch.__version__)
    clips = Workshop(Chance(1), textures=12).make(Chance(2), ClipSizes(1, 40, 1024, SIZE))
    with TemporaryDirectory() as folder:
        weights = Path(folder) / "random.safetensors"
        torch.manual_seed(0)
        save_checkpoint(weights, CoTracker3(CoTracker3Config()))
        for kind in ("online", "offline"):
            attempt(f"parity cotracker3-{kind}", partial(parity, f"cotracker3-{kind}", weights, clips))
        bundled = BUNDLED_WEIGHTS / "compact.safetensors"
        attempt("parity hybrid", partial(parity, "hybrid", bundled, clips, (256, 256)))
        for precision in ("float32", "half"):
            for points in (100, 1000):
                attempt(f"speed online {precision} {points}", partial(speed, weights, clips, precision, points))


def attempt(name: str, work: Callable[[], dict[str, Any]]) -> None:
    """One line for a piece of work, whether it succeeds or not."""
    try:
        say(what=name, **work())
    except Exception as error:
        say(what=name, error=f"{type(error).__name__}: {error}"[:600])


def say(**facts: Any) -> None:
    """A line of JSON."""
    print(json.dumps(facts), flush=True)


def job(clips: Clips, points: int, settings: CoTracker3Settings, frames: int) -> TrackJob:
    """The first points of the drawn clip over its first frames."""
    video = ArrayVideo(clips.video[0, :frames].permute(0, 2, 3, 1).numpy())
    at = clips.queries[0].numpy()
    early = at[at[:, 0] < frames - 4][:points]
    return TrackJob(video, Queries(early[:, 0].astype(np.int64), early[:, 1:]), range(frames), settings=settings)


def answers(name: str, job: TrackJob) -> np.ndarray:
    """(T, N, 4) x, y, visibility and confidence as they were last told."""
    length, count = len(job.video), len(job.queries)
    found = np.full((length, count, 4), np.nan, np.float32)
    for update in trackers()[name].make(job.settings).track(job, Control()):
        if len(update.frames) and not update.is_guess:
            told = np.dstack([update.xy, update.visibility, update.confidence])
            cells = np.ix_(update.frames, update.ids)
            found[cells] = np.where(np.isfinite(told), told, found[cells])
    return found


def parity(name: str, weights: Path, clips: Clips, size: tuple[int, int] = SIZE) -> dict[str, Any]:
    """How far answers in float32 differ; random weights make positions wander, which shows any difference."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    found, seconds = [], []
    for device in ("cpu", "cuda"):
        settings = trackers()[name].settings(checkpoint=str(weights), device=device, iters=4, resolution=size,
                                             support_grid=3, precision="float32", disk_budget=0)
        began = time.perf_counter()
        found.append(answers(name, job(clips, 12, settings, 20)))
        seconds.append(round(time.perf_counter() - began, 2))
    both = np.isfinite(found[0]) & np.isfinite(found[1])
    apart = np.abs(np.where(both, found[0] - found[1], 0))
    same = bool((np.isfinite(found[0]) == np.isfinite(found[1])).all())
    return {"cells": int(both[..., 0].sum()), "same_cells": same, "px": float(apart[..., :2].max()),
            "probability": float(apart[..., 2:].max()), "seconds": seconds}


def speed(weights: Path, clips: Clips, precision: str, points: int) -> dict[str, Any]:
    """Frames a second and memory of the published network's sizes, of the second of two clips."""
    settings = CoTracker3Settings(checkpoint=str(weights), device="cuda", resolution=SIZE, support_grid=0,
                                  precision=precision, disk_budget=0)  # type: ignore[arg-type]
    for shift in (1, 2):  # features of a clip that was seen would be at hand
        video = clips.video.roll(shift + len(precision) + points, -1)
        work = job(replace(clips, video=video), points, settings, 40)
        torch.cuda.reset_peak_memory_stats()
        began = time.perf_counter()
        answers("cotracker3-online", work)
        torch.cuda.synchronize()
        seconds = time.perf_counter() - began
    return {"points": len(work.queries), "frames": 40, "seconds": round(seconds, 3),
            "frames_per_second": round(40 / seconds, 1), "gib": round(torch.cuda.max_memory_allocated() / 2**30, 2)}


if __name__ == "__main__":
    main()
