"""Reading a frame's features: resized, encoded once, kept."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from numpy.typing import NDArray

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.tracker import Control
from napari_cotracker.core.video import Video
from napari_cotracker.model import load_checkpoint
from napari_cotracker.trackers.background import Background, Cancelled
from napari_cotracker.trackers.cores import SHARED
from napari_cotracker.trackers.features import FeatureReader, resize_frames, shared_store
from napari_cotracker.trackers.store import FeatureStore
from napari_cotracker.videos.array import ArrayVideo
from napari_cotracker.videos.sequence import ImageSequence
from tests.torch_threads import torch_threads_are
from tests.trackers.networks import moving_clip, small_file


def reader(video: Video, store: FeatureStore, keep: torch.dtype = torch.float16) -> FeatureReader:
    model = load_checkpoint(small_file())
    return FeatureReader(video, model, weights="small", resolution=(32, 64), keep=keep, store=store)


def nothing() -> None:
    """No check."""


def test_features_are_those_of_the_resized_frame(tmp_path: Path) -> None:
    video = moving_clip(3)
    one = reader(video, FeatureStore(1 << 20, 0, tmp_path), torch.float32)
    with torch.inference_mode():
        found = one.read([2, 0, 2], nothing)
        frame = resize_frames(torch.from_numpy(video.read([2])), (32, 64))
        expected = one.model.encode(frame)[0]
    assert found.shape == (3, 8, 16, 16)
    torch.testing.assert_close(found[0], expected)
    torch.testing.assert_close(found[2], expected)
    assert one.encoded == 2


class Copies(torch.overrides.TorchFunctionMode):
    """Notes of every tensor that is brought to a device whether the next command may run before it is there."""

    def __init__(self) -> None:
        super().__init__()
        self.unwaited: list[bool] = []

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func is torch.Tensor.to and "non_blocking" in (kwargs or {}):
            self.unwaited.append(kwargs["non_blocking"] and not args[0].is_pinned())
        return func(*args, **(kwargs or {}))


def test_pictures_may_go_once_they_are_handed_over(tmp_path: Path) -> None:
    one = reader(moving_clip(3), FeatureStore(1 << 20, 0, tmp_path), torch.float32)
    pictures = torch.from_numpy(one.video.read([0, 1]))
    with Copies() as copies:
        one._features(pictures)
    assert not any(copies.unwaited), "Apple's graphics read memory later that is somebody else's by then"


def test_where_memory_runs_out_fewer_frames_are_encoded_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, tried = moving_clip(12), []
    one = reader(video, FeatureStore(1 << 20, 0, tmp_path), torch.float32)
    monkeypatch.setattr(one, "_batch", 8)  # as on a GPU
    encode = one.model.encode

    def short(frames: torch.Tensor) -> torch.Tensor:
        tried.append(len(frames))
        if len(frames) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")
        return encode(frames)

    with torch.inference_mode():
        expected = torch.cat([encode(resize_frames(torch.from_numpy(video.read([n])), (32, 64))) for n in range(12)])
        monkeypatch.setattr(one.model, "encode", short)
        torch.testing.assert_close(one.read(range(8), nothing), expected[:8])
        assert tried == [8, 4, 2, 2, 4, 2, 2]
        del tried[:]
        torch.testing.assert_close(one.read(range(8, 12), nothing), expected[8:])
    assert tried == [2, 2], "it is remembered"


def test_another_run_on_the_same_content_encodes_nothing(tmp_path: Path) -> None:
    readers = [reader(moving_clip(6, seed=seed), FeatureStore(1 << 20, 1 << 20, tmp_path)) for seed in (0, 0, 5)]
    with torch.inference_mode():
        first, again, other = (one.read(range(6), nothing) for one in readers)
    torch.testing.assert_close(again, first)
    assert float((other - first).abs().max()) > 0
    assert [one.encoded for one in readers] == [6, 0, 6]


def test_a_plate_that_is_rendered_again_is_encoded_again(tmp_path: Path) -> None:
    plate, store = tmp_path / "plate", FeatureStore(1 << 20, 1 << 20, tmp_path / "features")
    plate.mkdir()
    for number, picture in enumerate(moving_clip(6).read(range(6))):
        tifffile.imwrite(plate / f"shot.{number}.tif", picture)
    encoded = []
    for name in ("", "", "shot.1.tif"):
        if name:  # not the first one, the middle or the last, and of the same length
            tifffile.imwrite(plate / name, np.zeros_like(picture))
        one = reader(ImageSequence(plate), store)
        with torch.inference_mode():
            one.read(range(6), nothing)
        encoded.append(one.encoded)
    assert encoded == [6, 0, 6]


def test_a_frame_that_could_not_be_decoded_is_not_kept(tmp_path: Path) -> None:
    video = ArrayVideo(moving_clip(3).read(range(3)))
    video.bad_frames.add(1)
    store = FeatureStore(1 << 20, 1 << 20, tmp_path)
    for expected in (3, 1):
        one = reader(video, store)
        with torch.inference_mode():
            one.read(range(3), nothing)
        assert one.encoded == expected


def test_checks_come_between_frames_and_may_stop(tmp_path: Path) -> None:
    one = reader(moving_clip(6), FeatureStore(1 << 20, 0, tmp_path))
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), torch.inference_mode():
        one.read(range(6), check)
    assert one.encoded == 2


def test_expected_frames_are_encoded_meanwhile_and_once(tmp_path: Path) -> None:
    one = reader(moving_clip(8), FeatureStore(1 << 20, 0, tmp_path), torch.float32)
    plain = reader(moving_clip(8), FeatureStore(1 << 20, 0, tmp_path), torch.float32)
    with torch.inference_mode(), torch_threads_are(2), Background(Control()) as background:
        expected = plain.read(range(8), nothing)
        one.read(range(4), nothing)
        one.expect([2, 3, 4, 5, 5], background)
        assert background.aside(lambda: one.encoded).result() == 6
        torch.testing.assert_close(one.read(range(2, 8), nothing), expected[2:], rtol=0, atol=1e-5)
        one.expect(range(8), background)
        torch.testing.assert_close(one.read(range(8), nothing), expected, rtol=0, atol=1e-5)
    assert one.encoded == 8


def test_with_one_core_nothing_is_done_ahead(tmp_path: Path) -> None:
    one = reader(moving_clip(4), FeatureStore(1 << 20, 0, tmp_path))
    with torch_threads_are(1), Background(Control()) as background:
        one.expect(range(4), background)
        assert background.aside(lambda: one.encoded).result() == 0


@pytest.mark.parametrize("threads", [1, 2, 9])
def test_with_any_number_of_cores_features_are_the_same_and_in_order(threads: int, tmp_path: Path) -> None:
    one, plain = (reader(moving_clip(9), FeatureStore(1 << 20, 0, tmp_path / name)) for name in "ab")
    with torch.inference_mode():
        expected = plain.read(range(9), nothing)
        with torch_threads_are(threads), SHARED.at_work():
            torch.testing.assert_close(one.read([8, *range(8)], nothing)[1:], expected[:8], rtol=0, atol=1e-3)
    assert one.encoded == 9


def test_what_goes_wrong_meanwhile_is_told_when_it_is_needed(tmp_path: Path) -> None:
    class Gone(ArrayVideo):
        def read(self, frames: Iterable[int]) -> NDArray[np.uint8]:
            raise VideoError("the disk is gone")

    one = reader(Gone(moving_clip(4).read(range(4))), FeatureStore(1 << 20, 0, tmp_path))
    with torch_threads_are(2), Background(Control()) as background:
        one.expect(range(4), background)
        with pytest.raises(VideoError, match="gone"):
            one.read(range(4), nothing)


def test_a_cancel_ends_what_is_done_ahead(tmp_path: Path) -> None:
    one = reader(moving_clip(40), FeatureStore(1 << 20, 0, tmp_path))
    with torch_threads_are(2):
        with Background(Control()) as background:
            one.expect(range(40), background)
        assert one.encoded < 40
        with pytest.raises((Cancelled, CancelledError)):
            one.read(range(40), nothing)


def test_resizing_keeps_corner_pixels() -> None:
    frames = torch.from_numpy(np.random.default_rng(0).integers(0, 255, (1, 7, 9, 3), np.uint8))
    small = resize_frames(frames, (3, 5))
    assert small.shape == (1, 3, 3, 5)
    for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        torch.testing.assert_close(small[0, :, y, x], frames[0, y, x].float())
    torch.testing.assert_close(resize_frames(frames, (7, 9)), frames.permute(0, 3, 1, 2).float())


def test_runs_of_one_process_share_a_store(tmp_path: Path) -> None:
    assert shared_store(1, 2, tmp_path) is shared_store(1, 2, tmp_path)
    assert shared_store(1, 2, tmp_path) is not shared_store(1, 3, tmp_path)
