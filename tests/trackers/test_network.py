"""What both trackers promise to those who make one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.core.gaps import Gap, GapJob, Others
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.registry import trackers
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.trackers.both_ways import solve_gaps
from napari_cotracker.trackers.network import NetworkTracker
from tests.generators import drain
from tests.torch_threads import torch_threads_are
from tests.trackers.networks import moving_clip, small_settings

KINDS = ["cotracker3-online", "cotracker3-offline"]


class Computed(TorchDispatchMode):
    """What torch computes in this thread; room that is merely set aside is nothing computed."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not torch.ops.aten.empty.memory_format:
            self.names.add(str(func))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", KINDS)
def test_a_tracker_that_cannot_run_is_not_made(kind: str) -> None:
    with pytest.raises(CheckpointError, match=r"gone\.pth"):
        trackers()[kind].make(small_settings(checkpoint="gone.pth"))
    with pytest.raises(TrackingError, match="tpu"):
        trackers()[kind].make(small_settings(device="tpu"))


def test_torch_waits_until_one_is_made() -> None:
    code = "import sys, napari_cotracker.trackers.network, napari_cotracker.core.registry as r; r.trackers(); " \
        "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", [1, 2])
def test_the_callers_thread_computes_nothing(kind: str, threads: int) -> None:
    """Two threads that both have helpers of OpenMP slow each other down: a run took 1.4 times as long."""
    with torch_threads_are(threads):
        _computes_nothing_here(kind)


def _computes_nothing_here(kind: str) -> None:
    with Computed() as here:
        tracker = trackers()[kind].make(small_settings())
    assert here.names == set()
    assert isinstance(tracker, NetworkTracker)
    clip = moving_clip(40)
    gap = Gap(3, 3, 30, (20.25, 20.125), (30.0, 24.0), np.full((28, 2), 5, np.float32))
    gaps = GapJob(clip, [gap], tracker.settings, Others.none())
    queries = Queries.from_array([[0, 20, 20], [12, 30, 24]])
    with Computed() as here:
        answers = list(tracker.track(TrackJob(clip, queries, range(40), settings=tracker.settings), Control()))
        answers += tracker.refine(gaps, drain(solve_gaps(tracker, gaps, Control()))[1], Control())
    assert sum(len(update.frames) for update in answers) > 40
    assert here.names == set()
    with Computed() as here:
        torch.zeros(2).add(1)
    assert here.names == {"aten.zeros.default", "aten.add.Tensor"}
