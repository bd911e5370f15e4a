"""Image layers as videos: whatever they hold, frame k is what napari shows at k."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels, Points

from napari_cotracker.core.errors import VideoError
from napari_cotracker.ui.reader import video_layer
from napari_cotracker.ui.sources import can_be_video, facts_of, time_axis, video_of

from .conftest import CountingVideo

T, H, W = 6, 20, 30
RAMP = np.linspace(0, 1, T)[:, None, None] * np.ones((T, H, W))  # frame k has one value, k / 5


def test_frames_are_what_makes_a_video() -> None:
    assert can_be_video(Image(RAMP))
    assert can_be_video(Image(np.zeros((T, H, W, 3), np.uint8), rgb=True))
    for other in (Image(RAMP[0]), Image(np.zeros((H, W, 3), np.uint8), rgb=True), Labels(np.zeros((T, H, W), int)),
                  Points(np.zeros((2, 3)))):
        assert not can_be_video(other)
        with pytest.raises(VideoError, match="frames along an axis"):
            video_of(other, (0,) * other.ndim)


@pytest.mark.parametrize("data", [
    (RAMP * 255).astype(np.uint8), (RAMP * 60000).astype(np.uint16), RAMP.astype(np.float32), RAMP - 0.5,
    da.from_array(RAMP, chunks=(1, H, W)),
], ids=["uint8", "uint16", "float", "negative", "lazy"])
def test_grey_is_spread_between_the_contrast_limits(data: Any) -> None:
    low, high = float(data.min()), float(data.max())
    video = video_of(Image(data, contrast_limits=(low, high)), (0, 0, 0))
    assert (video.n_frames, video.height, video.width) == (T, H, W)
    means = video.read(range(T)).mean((1, 2, 3))
    np.testing.assert_allclose(means, 255 * np.linspace(0, 1, T), atol=1)


def test_the_users_contrast_counts() -> None:
    video = video_of(Image(RAMP, contrast_limits=(0, 0.4)), (0, 0, 0))
    np.testing.assert_allclose(video.read([1, 2, 5])[:, 0, 0, 0], [127, 255, 255], atol=1)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(("dtype", "factor"), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 1)])
def test_colour_is_taken_as_it_is(channels: int, dtype: Any, factor: float) -> None:
    data = (RAMP[..., None] * factor * np.ones(channels)).astype(dtype)
    data[..., 1] = 0
    read = video_of(Image(data, rgb=True), (0, 0, 0)).read(range(T))
    assert read.shape == (T, H, W, 3)
    assert (read[..., 1] == 0).all()
    np.testing.assert_allclose(read[:, 0, 0, 0], 255 * np.linspace(0, 1, T), atol=1)


def test_other_axes_are_held_where_they_are() -> None:
    data = np.arange(T * 4, dtype=np.uint8).reshape(T, 4, 1, 1) * np.ones((1, 1, H, W), np.uint8)
    layer = Image(data, contrast_limits=(0, 255))
    video = video_of(layer, (5, 2, 0, 0))
    assert video.n_frames == T
    np.testing.assert_array_equal(video.read(range(T))[:, 0, 0, 0], np.arange(T) * 4 + 2)


@pytest.mark.parametrize("name", ["t", "Time", "frames"])
def test_the_axis_that_is_named_time_counts_the_frames(name: str) -> None:
    data = np.arange(4 * T, dtype=np.uint8).reshape(4, T, 1, 1) * np.ones((1, 1, H, W), np.uint8)
    layer = Image(data, axis_labels=("z", name, "y", "x"), contrast_limits=(0, 255))
    assert time_axis(layer) == 1
    np.testing.assert_array_equal(video_of(layer, (3, 0, 0, 0)).read(range(T))[:, 0, 0, 0], 3 * T + np.arange(T))


def test_axes_without_names_begin_with_time() -> None:
    assert time_axis(Image(np.zeros((T, 4, H, W)))) == 0
    assert time_axis(Image(np.zeros((T, H, W)), axis_labels=("plane", "t", "x"))) == 0, "t is part of the picture here"


def test_of_several_resolutions_the_finest_is_read() -> None:
    video = video_of(Image([RAMP, RAMP[:, ::2, ::2]], multiscale=True, contrast_limits=(0, 1)), (0, 0, 0))
    assert (video.height, video.width) == (H, W)


def test_a_film_layer_hands_its_film_out() -> None:
    film = CountingVideo()
    data, arguments, _ = video_layer(film)
    assert video_of(Image(data, **arguments), (0, 0, 0)) is film
    assert film.asked in ([], [0], [0, 11]), "nothing is read that napari does not show"


def test_what_cannot_be_a_video_is_refused_in_words() -> None:
    with pytest.raises(VideoError, match="looks like one colour picture"):
        video_of(Image(np.zeros((H, W, 3)), rgb=False), (0, 0, 0))


def test_facts_say_only_what_is_known() -> None:
    array = video_of(Image(RAMP), (0, 0, 0))
    assert facts_of(array) == "6 frames · 30 × 20", "an array knows no rate"
    assert facts_of(CountingVideo(path="film.mp4")) == "12 frames · 8 × 6 · 25 fps"
    assert facts_of(CountingVideo(1)) == "1 frame · 8 × 6"
    waiting = CountingVideo(path="film.mp4")
    waiting.is_indexed, waiting.expected_frames = False, 90000
    assert facts_of(waiting) == "about 90000 frames · 8 × 6"
    waiting.shortfall = lambda: "it is cut off"
    assert facts_of(waiting) == "about 90000 frames · 8 × 6", "before all of it was read, that is not known"
    waiting.is_indexed, waiting.expected_frames = True, 12
    assert facts_of(waiting) == "12 frames · 8 × 6 · 25 fps · it is cut off"
