from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.videos.frames import LazyVideo


class Numbered(LazyVideo):
    """Frames filled with their number; some of them cannot be decoded."""

    n_frames, size, fps, fingerprint = 12, (3, 2), Fraction(10), "x"

    def __init__(self, broken: set[int], cache_bytes: int = 1 << 20) -> None:
        super().__init__("numbered", None, cache_bytes)
        self.broken, self.loaded = broken, list[int]()

    def _load(self, frame: int) -> Any:
        self.loaded.append(frame)
        return None if frame in self.broken else np.full((2, 3, 3), frame, np.uint8)

    def _load_native(self, frame: int) -> Any:
        return None if frame in self.broken else np.full((2, 3, 1), frame, np.uint16)


def expected(frame: int, broken: set[int]) -> int:
    good = [k for k in range(12) if k not in broken]
    return max((k for k in good if k <= frame), default=min(good))


@given(st.sets(st.integers(0, 11), max_size=11), st.lists(st.integers(0, 11), max_size=20), st.booleans())
def test_a_bad_frame_reads_as_its_last_good_neighbour(broken: set[int], order: list[int], native: bool) -> None:
    video = Numbered(broken, cache_bytes=40)
    read = video.read_native if native else video.read
    assert [int(f.flat[0]) for f in read(order)] == [expected(frame, broken) for frame in order]
    assert video.bad_frames <= broken and {k for k in order if k in broken} <= video.bad_frames


def test_each_frame_is_decoded_once_while_it_fits() -> None:
    video = Numbered({5})
    video.read([3, 5, 3, 4, 5, 5])
    assert video.loaded == [3, 5, 4]


def test_it_is_a_video_and_closes() -> None:
    with Numbered(set()) as video:
        assert isinstance(video, Video)
        assert np.allclose(video.times, np.arange(12) / 10) and video.frame_numbers.tolist() == list(range(12))
        frames = video.read([1])
        frames[:] = 0  # the caller's own copy
        assert (video.read([1]) == 1).all()
    with pytest.raises(VideoError, match="closed"):
        video.read([1])


def test_nothing_at_all_to_decode_is_an_error() -> None:
    with pytest.raises(VideoError, match="no frame of numbered"):
        Numbered(set(range(12))).read([4])


@pytest.mark.parametrize("frames", [[12], [-1], range(10, 14), np.array([3, 99])])
def test_frames_outside_are_refused(frames: Any) -> None:
    with pytest.raises(VideoError, match="from 0 to 11"):
        Numbered(set()).read(frames)
