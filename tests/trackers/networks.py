"""A small network of the same architecture, and a clip, for tests of what surrounds the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import torch

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, Tracker, TrackJob, TrackUpdate
from napari_cotracker.core.video import Video
from napari_cotracker.model import CoTracker3, CoTracker3Config, save_checkpoint
from napari_cotracker.trackers.settings import CoTracker3Settings
from napari_cotracker.videos.array import ArrayVideo
from tests.model.golden_clips import FOLDER, official_file


@cache
def small_file() -> Path:
    """A weights file of a small random network."""
    config = CoTracker3Config(
        encoder_widths=(8, 12, 16, 16), latent=16, radius=2, levels=3, corr_hidden=24, corr_out=12, hidden=24,
        heads=3, depth=2, virtual_tracks=5, model_resolution=(64, 64),
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = CoTracker3(config)
    path = Path(FOLDER.name) / "small.safetensors"
    save_checkpoint(path, model)
    return path


def small_settings(**changes: object) -> CoTracker3Settings:
    """Settings for the small network; nothing is kept on disk."""
    values: dict[str, object] = {"checkpoint": str(small_file()), "device": "cpu", "iters": 2, "disk_budget": 0,
                                 "support_grid": 2}
    return CoTracker3Settings(**(values | changes))  # type: ignore[arg-type]


def moving_clip(length: int, height: int = 48, width: int = 64, seed: int = 0) -> Video:
    """A textured picture that drifts."""
    noise = np.random.default_rng(seed).integers(0, 255, (height + length, width + length, 3), np.uint8)
    return ArrayVideo(np.stack([noise[t : t + height, t // 2 : t // 2 + width] for t in range(length)]))


@dataclass
class Recording:
    """Everything a tracker yielded, later answers over earlier ones."""

    xy: np.ndarray
    visibility: np.ndarray
    confidence: np.ndarray
    updates: list[TrackUpdate] = field(default_factory=list)


def record(tracker: Tracker, job: TrackJob, control: Control | None = None, ids: int | None = None) -> Recording:
    """Run a job to its end."""
    count = ids or len(job.queries)
    shape = (job.video.n_frames, count)
    out = Recording(np.full((*shape, 2), np.nan), np.full(shape, np.nan), np.full(shape, np.nan))
    for update in tracker.track(job, control or Control()):
        out.updates.append(update)
        if len(update.frames):
            cells = np.ix_(update.frames, update.ids)
            known = np.isfinite(update.xy).all(2)
            for array, values in ((out.xy, update.xy), (out.visibility, update.visibility),
                                  (out.confidence, update.confidence)):
                part = array[cells]
                part[known] = values[known]
                array[cells] = part
    return out


def some_queries(*txy: tuple[float, float, float]) -> Queries:
    """Queries from rows of t, x, y."""
    return Queries.from_array(np.array(txy))


class Meanwhile(Control):
    """Hands in queries, cancels or pauses after some polls."""

    def __init__(self, queries: Queries | None = None, wait: int = 0, cancel_after: int | None = None,
                 pauses: int = 0) -> None:
        self.queries, self.wait, self.cancel_after, self.pauses, self.polls = queries, wait, cancel_after, pauses, 0

    def cancelled(self) -> bool:
        self.polls += 1
        return self.cancel_after is not None and self.polls > self.cancel_after

    def paused(self) -> bool:
        self.pauses -= 1
        return self.pauses >= 0

    def new_queries(self) -> Queries | None:
        self.wait -= 1
        if self.wait >= 0:
            return None
        queries, self.queries = self.queries, None
        return queries


def parity_settings(kind: str, **changes: object) -> CoTracker3Settings:
    """Settings under which the goldens' predictors are met, on the goldens' weights."""
    values: dict[str, object] = {"checkpoint": str(official_file(kind)), "resolution": (96, 128), "parity": True,
                                 "device": "cpu", "disk_budget": 0}
    return CoTracker3Settings(**(values | changes))  # type: ignore[arg-type]
