"""Predicted cost grows with what costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from napari_cotracker.core.tracker import TrackJob
from napari_cotracker.trackers.estimates import estimate
from napari_cotracker.trackers.settings import CoTracker3Settings
from tests.trackers.networks import moving_clip, some_queries

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


def test_a_gpu_is_faster() -> None:
    assert estimate(job(device="cuda:0"), whole=False).seconds < estimate(job(), whole=False).seconds / 10
