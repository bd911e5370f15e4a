"""The ways of a video to the child."""

from __future__ import annotations

import pickle
import queue
import shutil
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, VideoError
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.video import Video
from napari_cotracker.tasks import handover
from napari_cotracker.tasks.handover import Host, Opened, Parcel
from napari_cotracker.tasks.messages import Picture
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.served import ServedVideo
from napari_cotracker.tasks.shelf import Shelf
from napari_cotracker.videos.array import ArrayVideo
from napari_cotracker.videos.film import Film as FilmFile
from tests.moving_films import Film

PICTURES = np.random.default_rng(0).integers(0, 255, (9, 20, 30, 3), np.uint8)
GREY = np.random.default_rng(1).integers(0, 4000, (9, 20, 30), np.uint16)


class Lazy:
    """An array that is computed frame by frame."""

    def __init__(self, array: Any) -> None:
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __getitem__(self, frame: int) -> Any:
        return self.array[frame]


class Bridge:
    """A host and what the child has made of its parcel, without a process between them."""

    def __init__(self, video: Video) -> None:
        parcels: queue.Queue[Any] = queue.Queue()
        self.host = Host(5, video, parcels.put, self.deliver)
        self.parcel = parcels.get(timeout=30)
        if isinstance(self.parcel, CotrackerError):
            raise self.parcel
        self.shelf = Shelf()
        self.opened = Opened(self.parcel, self.shelf, self.host.want)
        self.video = self.opened.video

    def deliver(self, picture: Picture) -> None:
        self.opened.deliver(picture)

    def __enter__(self) -> Bridge:
        return self

    def __exit__(self, *error: object) -> None:
        self.opened.close()
        self.host.close()
        self.host.join(30)


def check_same(video: Video, original: Video) -> None:
    frames = [0, 5, 6, 7, 2]
    np.testing.assert_array_equal(video.read(frames), original.read(frames))
    np.testing.assert_array_equal(video.read_native([3]), original.read_native([3]))
    assert video.fingerprint == original.fingerprint and video.path == original.path
    assert (video.n_frames, video.height, video.width) == (original.n_frames, original.height, original.width)
    assert video.fps == original.fps
    np.testing.assert_array_equal(video.times, original.times)
    np.testing.assert_array_equal(video.frame_numbers, original.frame_numbers)


@pytest.mark.parametrize("array", [PICTURES, GREY, PICTURES[..., 0] > 99, PICTURES[::2, ::2]])
def test_an_array_in_memory_is_shared_and_the_memory_is_gone_afterwards(array: Any) -> None:
    original = ArrayVideo(array, fps=12)
    with Bridge(original) as bridge:
        assert bridge.parcel.shared is not None
        if len(array) > 7:
            check_same(bridge.video, original)
        np.testing.assert_array_equal(bridge.video.read([1]), original.read([1]))
    with pytest.raises(FileNotFoundError):
        SharedMemory(bridge.parcel.shared.name)


@pytest.mark.parametrize(
    "video", [ArrayVideo(Lazy(GREY), contrast_limits=(10, 3000)), Film(PICTURES)], ids=["array", "other"]
)
def test_what_is_lazy_is_served_frame_by_frame(video: Video) -> None:
    with Bridge(video) as bridge:
        assert isinstance(bridge.video, ServedVideo)
        check_same(bridge.video, video)


def test_a_large_array_is_served_instead_of_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "SHARED_BYTES", PICTURES.nbytes - 1)
    with Bridge(ArrayVideo(PICTURES)) as bridge:
        assert isinstance(bridge.video, ServedVideo)


def test_where_shared_memory_is_full_an_array_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(memory: SharedMemory) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handover, "_claim", full)
    with Bridge(ArrayVideo(PICTURES)) as bridge:
        assert isinstance(bridge.video, ServedVideo)
        np.testing.assert_array_equal(bridge.video.read([4]), PICTURES[[4]])


def test_a_path_is_opened_once_more_and_kept_open() -> None:
    original = open_video(sample_clip("street"))
    with Bridge(original) as bridge:
        assert isinstance(bridge.video, FilmFile) and bridge.video is not original
        check_same(bridge.video, original)
    assert len(bridge.shelf) == 1


def test_a_path_that_only_the_parent_can_read_is_served() -> None:
    video = Film(PICTURES)
    video.path = "/nowhere/at/all.zarr"
    with Bridge(video) as bridge:
        assert isinstance(bridge.video, ServedVideo)
        check_same(bridge.video, video)


def test_another_frame_rate_than_the_file_tells_is_kept(tmp_path: Path) -> None:
    import imageio.v3 as iio

    from napari_cotracker.videos.sequence import ImageSequence

    for number, picture in enumerate(PICTURES):
        iio.imwrite(tmp_path / f"shot.{number:03d}.png", picture)
    video = ImageSequence(tmp_path, fps=12)
    with Bridge(video) as bridge:
        assert isinstance(bridge.video, ImageSequence), "the files are read there, nothing has to be served"
        check_same(bridge.video, video)


def test_a_file_that_has_changed_is_an_error(tmp_path: Path) -> None:
    path = shutil.copy(sample_clip("street"), tmp_path / "film.mp4")
    video = open_video(path)
    assert video.fingerprint
    shutil.copy(sample_clip("cells"), path)
    with pytest.raises(VideoError, match="has changed since it was opened"):
        Bridge(video)


def test_a_video_that_cannot_be_described_is_an_error() -> None:
    class Broken(Film):
        fingerprint = property(lambda self: 1 / 0)  # type: ignore[assignment]

        def __init__(self) -> None:
            vars(self).update({name: value for name, value in vars(Film(PICTURES)).items() if name != "fingerprint"})

    with pytest.raises(VideoError, match="ZeroDivisionError"):
        Bridge(Broken())


@pytest.mark.parametrize("error", [VideoError("the network drive is away"), OSError("the network drive is away")])
def test_what_goes_wrong_in_reading_is_told_where_it_is_missed(error: Exception) -> None:
    class Failing(Film):
        def read(self, frames: Any) -> Any:
            raise error

    with Bridge(Failing(PICTURES)) as bridge, pytest.raises(VideoError, match="the network drive is away"):
        bridge.video.read([0])


def test_a_parcel_can_travel() -> None:
    with Bridge(ArrayVideo(GREY)) as bridge:
        parcel = pickle.loads(pickle.dumps(bridge.parcel))
        assert isinstance(parcel, Parcel)
        opened = Opened(parcel, Shelf(), bridge.host.want)
        np.testing.assert_array_equal(opened.video.read([3]), bridge.video.read([3]))
        opened.close()


def test_nobody_waits_for_a_frame_of_a_video_that_was_interrupted() -> None:
    bridge = Bridge(Film(PICTURES))
    bridge.opened.interrupt()
    with pytest.raises(VideoError, match="closed"):
        bridge.video.read([0])
    bridge.__exit__()
