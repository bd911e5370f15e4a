"""A video whose frames come from elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.tasks.messages import Picture
from napari_cotracker.tasks.served import AHEAD, Facts, ServedVideo
from tests.moving_films import Film

PICTURES = np.random.default_rng(0).integers(0, 255, (40, 12, 16, 3), np.uint8)


class Server:
    """Sends what is asked for, from a thread, and remembers it."""

    def __init__(self, **options: Any) -> None:
        self.asked: list[int] = []
        self.problem: Callable[[int], str] = lambda frame: ""
        self.video = ServedVideo(Facts.of(Film(PICTURES)), self.ask, **options)

    def ask(self, frames: tuple[int, ...], native: bool) -> None:
        self.asked += frames
        threading.Thread(target=self.send, args=(frames, native), daemon=True).start()

    def send(self, frames: tuple[int, ...], native: bool) -> None:
        for frame in frames:
            problem = self.problem(frame)
            pixels = None if problem else PICTURES[frame]
            self.video.deliver(Picture(0, frame, native, pixels, frozenset({2}), problem))


def test_it_is_the_video_that_it_stands_for() -> None:
    video = Server().video
    assert isinstance(video, Video)
    assert (video.n_frames, video.height, video.width, video.fps) == (40, 12, 16, 25)
    assert video.frame_numbers[0] == 1001 and video.fingerprint == "made up" and video.path is None
    np.testing.assert_array_equal(video.read([7, 3, 7]), PICTURES[[7, 3, 7]])
    np.testing.assert_array_equal(video.read_native([5]), PICTURES[[5]])
    assert video.read([]).shape == (0, 12, 16, 3) and video.read_native([]).shape == (0, 12, 16, 3)
    assert video.bad_frames == {2} and video.version == "made up"


@pytest.mark.parametrize("order", [range(40), range(39, -1, -1)])
def test_whoever_reads_in_order_finds_the_next_frames_asked_for(order: range) -> None:
    server = Server()
    first = [order[0], order[1]]
    for frame in first:
        server.video.read([frame])
    assert server.asked == list(order[: 2 + AHEAD])
    for frame in order[2:]:
        np.testing.assert_array_equal(server.video.read([frame]), PICTURES[[frame]])
    assert sorted(server.asked) == list(range(40))


def test_jumps_ask_for_nothing_more() -> None:
    server = Server()
    for frame in (30, 10, 20):
        server.video.read([frame])
    assert server.asked == [30, 10, 20]


def test_only_some_frames_are_kept() -> None:
    server = Server(cache_bytes=4 * PICTURES[0].nbytes)
    for frame in (5, 10, 20, 30, 35, 5, 35):
        server.video.read([frame])
    assert server.asked == [5, 10, 20, 30, 35, 5]
    np.testing.assert_array_equal(server.video.read(range(40)), PICTURES)


def test_a_problem_at_the_other_end_is_an_error_and_may_go_away() -> None:
    server = Server()
    server.problem = lambda frame: "the disk is gone" if frame == 3 else ""
    with pytest.raises(VideoError, match="the disk is gone"):
        server.video.read([3])
    server.problem = lambda frame: ""
    np.testing.assert_array_equal(server.video.read([3]), PICTURES[[3]])


@pytest.mark.parametrize("frame", [-1, 40])
def test_frames_outside_the_clip_are_refused(frame: int) -> None:
    with pytest.raises(VideoError, match="from 0 to 39"):
        Server().video.read([frame])


def test_closing_it_frees_whoever_waits() -> None:
    video = ServedVideo(Facts.of(Film(PICTURES)), lambda frames, native: None)
    raised: list[VideoError] = []

    def wait() -> None:
        try:
            video.read([1])
        except VideoError as error:
            raised.append(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    time.sleep(0.1)
    video.close()
    thread.join(30)
    assert raised
    with pytest.raises(VideoError, match="closed"):
        video.read([1])
