"""Predicted cost grows with what costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from napari_cotracker.core.tracker import TrackJob
from napari_cotracker.model import CoTracker3Config
from napari_cotracker.trackers import estimates
from napari_cotracker.trackers.estimates import (
    encoder_flop,
    estimate,
    likely_device,
    size_of_area,
    token_flop,
    virtual_flop,
)
from napari_cotracker.trackers.settings import CoTracker3Settings
from tests.trackers.networks import moving_clip, small_file, some_queries

VIDEO = moving_clip(4)


def job(length: int = 48, count: int = 10, **changes: object) -> TrackJob:
    queries = some_queries(*[(0, i % 60, 5) for i in range(count)])
    settings = replace(CoTracker3Settings(device="cpu"), **changes)  # type: ignore[arg-type]
    return TrackJob(VIDEO, queries, range(length), settings=settings)


@pytest.mark.parametrize("whole", [True, False])
def test_more_of_anything_costs_more(whole: bool) -> None:
    least = estimate(job(), whole)
    for more in (job(length=480), job(count=500), job(iters=12), job(resolution=(768, 1024))):
        assert estimate(more, whole).seconds > least.seconds
    for more in (job(count=500), job(resolution=(768, 1024)), job(feature_precision="float32")):
        assert estimate(more, whole).peak_bytes > least.peak_bytes


def test_only_the_whole_clip_tracker_needs_memory_for_length() -> None:
    short, long = job(length=1_000), job(length=10_000)
    assert estimate(long, whole=False).peak_bytes == estimate(short, whole=False).peak_bytes
    assert estimate(long, whole=True).peak_bytes > 5 * estimate(short, whole=True).peak_bytes


def test_kept_features_take_none_of_a_gpus_memory() -> None:
    for device, takes in (("cpu", True), ("cuda", False)):
        least, most = (estimate(job(device=device, memory_budget=size), whole=True).peak_bytes for size in (0, 1 << 30))
        assert (most > least) is takes


def test_a_gpu_is_faster() -> None:
    assert estimate(job(device="cuda:0"), whole=False).seconds < estimate(job(), whole=False).seconds / 10


def test_operations_of_the_published_network() -> None:
    sizes = CoTracker3Config()
    # counted by hand from the published layers: 51.8 GFLOP a frame, about 33 MFLOP a token
    assert encoder_flop(sizes, 384 * 512) == pytest.approx(51.8e9, rel=0.01)
    assert token_flop(sizes) == pytest.approx(33.5e6, rel=0.05)
    assert virtual_flop(sizes) == pytest.approx(2.0e9, rel=0.1)


def test_a_small_network_costs_little() -> None:
    small = job(checkpoint=str(small_file()))
    assert estimate(small, whole=True).seconds < estimate(job(), whole=True).seconds / 100
    long = job(length=2_000, checkpoint=str(small_file()))
    assert estimate(long, whole=True).peak_bytes < 1 << 30


def test_a_device_is_guessed_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert likely_device("cuda:1") == "cuda"
    cases = [("linux", None, "cpu"), ("linux", "/usr/bin/nvidia-smi", "cuda"), ("darwin", None, "mps")]
    for platform, tool, expected in cases:
        monkeypatch.setattr("sys.platform", platform)
        monkeypatch.setattr("shutil.which", lambda name, tool=tool: tool)
        monkeypatch.setattr(estimates, "_torch_knows_gpus", lambda: True)
        assert likely_device("auto") == expected


@pytest.mark.parametrize(("build", "expected"), [
    ("__version__ = '2.13.0+cpu'\ncuda: Optional[str] = None\nhip: Optional[str] = None\n", "cpu"),
    ("__version__ = '2.13.0'\ncuda: Optional[str] = '13.0'\nhip: Optional[str] = None\n", "cuda"),
    ("cuda = None\nhip = '6.4'\n", "cuda"), (None, "cpu"),
])
def test_a_card_counts_only_with_a_torch_that_can_use_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, build: str | None, expected: str
) -> None:
    if build is not None:
        (tmp_path / "version.py").write_text(build)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(estimates, "find_spec", lambda name: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    estimates._torch_knows_gpus.cache_clear()
    try:
        assert likely_device("auto") == expected
    finally:
        estimates._torch_knows_gpus.cache_clear()


def test_a_size_of_an_area_keeps_the_aspect_in_multiples_of_eight() -> None:
    height, width = size_of_area(256 * 256, (1920, 1080), 32)
    assert height % 8 == width % 8 == 0
    assert abs(width / height - 16 / 9) < 0.1 and abs(height * width / 256**2 - 1) < 0.1
    assert size_of_area(256 * 256, (4000, 20), 64)[0] == 64
