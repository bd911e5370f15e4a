"""Frames that stay at hand."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.videos.array import ArrayVideo
from napari_cotracker.videos.held import Room, hold


class Counted(ArrayVideo):
    """Notes what is read."""

    def __init__(self, frames: NDArray[Any]) -> None:
        super().__init__(frames)
        self.asked: list[int] = []

    def read(self, frames: Iterable[int]) -> NDArray[np.uint8]:
        numbers = list(frames)
        self.asked += numbers
        return super().read(numbers)


@pytest.fixture
def video() -> Counted:
    return Counted(np.random.default_rng(0).integers(0, 255, (20, 6, 8, 3), np.uint8))


def test_each_frame_is_read_once_and_is_the_same(video: Counted) -> None:
    held = hold(video, range(5, 15))
    for frames in ([5, 6, 7], [14, 5, 14], range(14, 4, -1), []):
        np.testing.assert_array_equal(held.read(frames), ArrayVideo.read(video, frames))
    assert sorted(video.asked) == list(range(5, 15))


def test_other_frames_are_read_as_ever(video: Counted) -> None:
    held = hold(video, range(5, 15))
    for _ in range(2):
        np.testing.assert_array_equal(held.read([4, 5, 4]), ArrayVideo.read(video, [4, 5, 4]))
    assert video.asked == [4, 5, 4], "of both, one is kept"
    with pytest.raises(VideoError, match="20"):
        held.read([20])


def test_it_is_the_video_in_all_else(video: Counted) -> None:
    held = hold(video, range(3))
    assert isinstance(held, Video)
    assert (held.n_frames, held.width, held.height, held.fps) == (20, 8, 6, video.fps)
    assert held.fingerprint == video.fingerprint and held.bad_frames is video.bad_frames
    np.testing.assert_array_equal(held.read_native([2]), video.read_native([2]))


def test_threads_may_read_towards_each_other(video: Counted) -> None:
    held = hold(video, range(20))
    ways = [range(20), range(19, -1, -1)]
    with ThreadPoolExecutor(2) as pool:
        ahead, back = pool.map(lambda way: np.concatenate([held.read([frame]) for frame in way]), ways)
    np.testing.assert_array_equal(ahead, back[::-1])
    assert sorted(video.asked) == list(range(20))


def test_room_is_shared_and_given_back() -> None:
    room = Room()
    with room.take(6, 10) as one:
        with room.take(5, 10) as other, room.take(4, 10) as third:
            assert (one, other, third) == (True, False, True)
        with pytest.raises(ValueError), room.take(4, 10):
            raise ValueError
        with room.take(4, 10) as again:
            assert again
    with room.take(11, 10) as all_alone:
        assert not all_alone
