"""What both CoTracker3 trackers promise, on a small network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.registry import trackers
from napari_cotracker.core.tracker import Tracker, TrackJob
from napari_cotracker.model import CoTracker3
from napari_cotracker.model.layers import Pace
from napari_cotracker.trackers import engine as engines
from napari_cotracker.trackers.settings import SELF_SUPPORTING, CoTracker3Settings
from napari_cotracker.videos.array import ArrayVideo
from tests.trackers.networks import Meanwhile, moving_clip, record, small_settings, some_queries

KINDS = ["cotracker3-online", "cotracker3-offline"]


def make(kind: str, settings: CoTracker3Settings | None = None) -> Tracker:
    return trackers()[kind].make(settings or small_settings())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [1, 2, 9, 16, 17, 40])
def test_any_length_is_answered(kind: str, length: int) -> None:
    video = moving_clip(length)
    queries = some_queries((0, 10.25, 20.5), (length - 1, 30, 5), (length // 2, 50, 40))
    job = TrackJob(video, queries, range(length), settings=small_settings())
    out = record(make(kind), job)
    after = np.arange(length)[:, None] >= queries.t
    assert np.isfinite(out.xy[after]).all()
    for n, (t, xy) in enumerate(zip(queries.t, queries.xy, strict=True)):
        np.testing.assert_array_equal(out.xy[t, n], xy)
        assert out.visibility[t, n] == out.confidence[t, n] == 1
    finished = out.visibility[after]
    assert ((finished >= 0) & (finished <= 1)).all()
    assert out.updates[-1].done == 1
    dones = [update.done for update in out.updates]
    assert dones == sorted(dones)


@pytest.mark.parametrize("kind", KINDS)
def test_before_its_query_only_the_whole_clip_tracker_answers(kind: str) -> None:
    job = TrackJob(moving_clip(20), some_queries((0, 9, 9), (13, 30, 30)), range(20), settings=small_settings())
    out = record(make(kind), job)
    assert np.isnan(out.xy[:13, 1]).all() == (kind == "cotracker3-online")


@pytest.mark.parametrize("kind", KINDS)
def test_backward_is_forward_on_the_reversed_clip(kind: str) -> None:
    video = moving_clip(21)
    mirrored = ArrayVideo(video.read(range(21))[::-1].copy())
    queries = some_queries((18, 12, 30), (20, 40, 20))
    turned = some_queries((2, 12, 30), (0, 40, 20))
    settings = small_settings(feature_precision="float32")
    backward = record(make(kind), TrackJob(video, queries, range(20, -1, -1), settings=settings))
    forward = record(make(kind), TrackJob(mirrored, turned, range(21), settings=settings))
    np.testing.assert_allclose(backward.xy[::-1], forward.xy, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_queries_outside_the_range_are_left_out(kind: str) -> None:
    queries = some_queries((2, 9, 9), (12, 30, 30))
    out = record(make(kind), TrackJob(moving_clip(20), queries, range(10, 20), settings=small_settings()))
    assert np.isnan(out.xy[:, 0]).all()
    assert np.isfinite(out.xy[12:, 1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_frame_is_encoded_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []
    encode = CoTracker3.encode
    monkeypatch.setattr(CoTracker3, "encode", lambda self, frames: encoded.append(len(frames)) or encode(self, frames))
    video = moving_clip(40, seed=100 + KINDS.index(kind))
    tracker = make(kind)
    for frames in (range(40), range(39, -1, -1), range(10, 30)):
        record(tracker, TrackJob(video, some_queries((15, 20, 20)), frames, settings=small_settings()))
    more = some_queries((15, 20, 20), (20, 30, 10), (39, 1, 1))
    record(tracker, TrackJob(video, more, range(40), settings=small_settings(iters=1)))
    assert sum(encoded) == 40


@pytest.mark.parametrize("kind", KINDS)
def test_support_points_join_and_leave(kind: str) -> None:
    video, query = moving_clip(18), some_queries((0, 20, 20))
    answers = []
    for count in (0, 3):
        settings = small_settings(support_grid=count)
        out = record(make(kind, settings), TrackJob(video, query, range(18), settings=settings))
        assert out.xy.shape == (18, 1, 2)
        answers.append(out.xy)
    assert np.abs(answers[0] - answers[1]).max() > 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("count", "helped"), [(SELF_SUPPORTING - 1, True), (SELF_SUPPORTING, False)])
def test_many_points_support_one_another(kind: str, count: int, helped: bool) -> None:
    video, queries = moving_clip(18), some_queries(*[(0, 2 + n % 5 * 9, 2 + n // 5 * 9) for n in range(count)])
    answers = []
    for grid in (0, 3):
        settings = small_settings(support_grid=grid)
        answers.append(record(make(kind, settings), TrackJob(video, queries, range(18), settings=settings)).xy)
    assert (np.abs(answers[0] - answers[1]).max() > 0) == helped


@pytest.mark.parametrize("kind", KINDS)
def test_points_added_during_the_run_are_tracked(kind: str) -> None:
    added = Queries(np.array([3, 30]), np.array([[5, 5], [9, 9]], np.float32), np.array([1, 2]))
    job = TrackJob(moving_clip(40), some_queries((0, 20, 20)), range(40), settings=small_settings())
    # the sliding window hears of them when frame 3 has gone by
    out = record(make(kind), job, Meanwhile(added, wait=2 if kind == "cotracker3-online" else 0), ids=3)
    assert np.isfinite(out.xy[3:, 1]).all()
    assert np.isfinite(out.xy[30:, 2]).all()
    np.testing.assert_array_equal(out.xy[3, 1], [5, 5])


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_stops_and_keeps_what_was_yielded(kind: str) -> None:
    video = moving_clip(200, seed=3)
    job = TrackJob(video, some_queries((0, 20, 20)), range(200), settings=small_settings())
    out = record(make(kind), job, Meanwhile(cancel_after=1))
    assert out.updates == [] or out.updates[-1].done < 1


@pytest.mark.parametrize("kind", KINDS)
def test_out_of_memory_halves_the_pieces_and_goes_on(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=small_settings())
    expected = record(make(kind), job).xy
    sizes, refine = [], CoTracker3.refine

    def scarce(self: CoTracker3, *args: object, **more: object) -> object:
        pace = args[-1]
        assert isinstance(pace, Pace)
        sizes.append(pace.tokens)
        if pace.tokens > 600:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")
        return refine(self, *args, **more)  # type: ignore[arg-type]

    def lazily(self: CoTracker3, *args: object, **more: object) -> object:
        yield from scarce(self, *args, **more)  # type: ignore[misc]

    monkeypatch.setattr(CoTracker3, "refine", lazily)
    np.testing.assert_allclose(record(make(kind), job).xy, expected, atol=1e-4)
    assert sizes[:3] == [2048, 1024, 512]


def test_when_nothing_fits_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **more: object) -> object:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: 9 TB")
        yield

    monkeypatch.setattr(CoTracker3, "refine", never)
    job = TrackJob(moving_clip(20), some_queries((0, 20, 20)), range(20), settings=small_settings())
    with pytest.raises(TrackingError, match="memory ran out"):
        record(make("cotracker3-online"), job)


def test_torch_errors_become_tracking_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> object:
        raise RuntimeError("CUDA error: an illegal memory access\nlong story")

    monkeypatch.setattr(CoTracker3, "encode", broken)
    job = TrackJob(moving_clip(20, seed=9), some_queries((0, 20, 20)), range(20), settings=small_settings())
    with pytest.raises(TrackingError, match=r"illegal memory access$"):
        record(make("cotracker3-online"), job)


@pytest.mark.parametrize("resolution", [(64, 96), (96, 64)])
def test_other_resolutions(resolution: tuple[int, int]) -> None:
    settings = small_settings(resolution=resolution)
    job = TrackJob(moving_clip(18, 50, 30), some_queries((0, 20, 20)), range(18), settings=settings)
    assert np.isfinite(record(make("cotracker3-online", settings), job).xy).all()


@pytest.mark.parametrize(("changes", "error", "words"), [
    ({"resolution": (60, 64)}, TrackingError, "multiples of 8"),
    ({"resolution": (16, 16)}, TrackingError, "at least"),
    ({"device": "tpu9"}, TrackingError, "tpu9"),
    ({"precision": "double"}, TrackingError, "double"),
    ({"checkpoint": "nowhere.pth"}, CheckpointError, "nowhere.pth"),
])
def test_wrong_settings_are_refused(changes: dict[str, object], error: type[Exception], words: str) -> None:
    settings = small_settings(**changes)
    job = TrackJob(moving_clip(3), some_queries((0, 20, 20)), range(3), settings=settings)
    with pytest.raises(error, match=words):
        record(make("cotracker3-online", settings), job)


def test_our_networks_keep_the_aspect_and_the_area() -> None:
    network = engines.load_network(small_settings())
    height, width = engines.working_size(network, small_settings(), (1920, 1080))
    assert (height, width) == (48, 88)
    assert engines.working_size(network, small_settings(), (8000, 40)) == (32, 904)
    official = engines.Network(network.model, "", keeps_aspect=False)
    assert engines.working_size(official, small_settings(), (1920, 1080)) == (64, 64)


def test_a_network_stays_warm_until_its_file_changes(tmp_path: Path) -> None:
    settings = small_settings()
    assert engines.load_network(settings) is engines.load_network(settings)
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(Path(settings.checkpoint).read_bytes())
    first = engines.load_network(small_settings(checkpoint=str(copy)))
    import os

    os.utime(copy, ns=(1, 1))
    assert engines.load_network(small_settings(checkpoint=str(copy))) is not first
