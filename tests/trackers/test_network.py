"""What both trackers promise to those who make one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.core.registry import trackers
from tests.trackers.networks import small_settings


@pytest.mark.parametrize("kind", ["cotracker3-online", "cotracker3-offline"])
def test_a_tracker_that_cannot_run_is_not_made(kind: str) -> None:
    with pytest.raises(CheckpointError, match=r"gone\.pth"):
        trackers()[kind].make(small_settings(checkpoint="gone.pth"))
    with pytest.raises(TrackingError, match="tpu"):
        trackers()[kind].make(small_settings(device="tpu"))


def test_torch_waits_until_one_is_made() -> None:
    code = "import sys, napari_cotracker.trackers.network, napari_cotracker.core.registry as r; r.trackers(); " \
        "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
