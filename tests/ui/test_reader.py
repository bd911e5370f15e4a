"""A film in napari: right frames, read when they are shown and not before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from napari.components import ViewerModel
from napari.layers._layer_actions import _duplicate_layer

from napari_cotracker.core.errors import VideoError
from napari_cotracker.ui.reader import VideoArray, get_reader, read_layers, video_layer

from .conftest import CountingVideo

ONE = st.integers(-12, 11)
SOME = st.slices(12)
MANY = st.lists(ONE, min_size=1, max_size=5)


@given(ONE | SOME | MANY, st.just(()) | st.tuples(SOME) | st.tuples(SOME, st.slices(8)) | st.tuples(st.integers(0, 5)))
def test_slicing_is_that_of_an_array(first: Any, rest: tuple[Any, ...]) -> None:
    whole = np.broadcast_to(np.arange(12, dtype=np.uint8)[:, None, None, None], (12, 6, 8, 3))
    index = (first, *rest)
    np.testing.assert_array_equal(VideoArray(CountingVideo())[index], whole[index])


@pytest.mark.parametrize("index", [..., (..., 0), (3, ..., 0), (slice(2, 5), ...), (..., slice(0, 2), slice(None), 1)])
def test_an_ellipsis_stands_for_the_rest(index: Any, video: CountingVideo) -> None:
    whole = np.broadcast_to(np.arange(12, dtype=np.uint8)[:, None, None, None], (12, 6, 8, 3))
    np.testing.assert_array_equal(VideoArray(video)[index], whole[index])


def test_a_frame_that_is_not_there_is_an_index_error(video: CountingVideo) -> None:
    with pytest.raises(IndexError):
        VideoArray(video)[12]


def test_it_says_what_an_array_says(video: CountingVideo) -> None:
    array = VideoArray(video)
    whole = np.asarray(array)
    assert (array.shape, array.dtype, array.ndim, array.size) == (whole.shape, whole.dtype, whole.ndim, whole.size)
    assert len(array) == 12
    assert np.asarray(array, np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="leave copy out"):
        array.__array__(copy=False)


def test_napari_reads_only_the_frames_it_shows(make_napari_viewer: Any, video: CountingVideo) -> None:
    viewer = make_napari_viewer()
    data, arguments, _ = video_layer(video)
    layer = viewer.add_image(data, **arguments)
    viewer.dims.set_current_step(0, 0)
    video.asked.clear()
    for step in (3, 4, 9):
        viewer.dims.set_current_step(0, step)
    assert video.asked == [3, 4, 9]
    assert (layer._slice.image.view == 9).all()
    assert viewer.dims.axis_labels == ("time", "y", "x")


def test_a_real_film_opens_by_its_path(make_napari_viewer: Any, film: Path) -> None:
    viewer = make_napari_viewer()
    (layer,) = viewer.open(str(film), plugin="napari-cotracker")
    assert layer.data.shape == (10, 48, 64, 3)
    assert layer.name == "film.mp4"
    assert layer.metadata["napari_cotracker"]["path"] == str(film)
    for step in (0, 7, 2):
        viewer.dims.set_current_step(0, step)
        assert abs(int(layer.data[step].mean()) - 20 * (step + 1)) <= 3


def test_a_film_layer_can_be_duplicated(film: Path) -> None:
    viewer = ViewerModel()
    data, arguments, _ = read_layers(str(film))[0]
    layer = viewer.add_image(data, **arguments)
    viewer.layers.selection = {layer}
    _duplicate_layer(viewer.layers)
    twin = viewer.layers[1].data
    assert twin.video is data.video and twin is not data, "each learns the film's length by itself"
    assert twin.shape == data.shape and np.array_equal(twin[4], data[4])


def test_one_path_is_read_and_a_stack_of_several_is_left_to_napari(film: Path) -> None:
    assert get_reader(str(film)) is read_layers
    assert get_reader([str(film), str(film)]) is None


def test_a_damaged_film_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "torn.mp4").write_bytes(b"not a film")
    with pytest.raises(VideoError, match=r"torn\.mp4"):
        read_layers(str(tmp_path / "torn.mp4"))


class Provisional(CountingVideo):
    """A film of which only the header is known; asking for its true length would wait."""

    is_indexed = False
    expected_frames = 30

    @property
    def n_frames(self) -> int:
        assert self.is_indexed, "asked too early"
        return 12

    @n_frames.setter
    def n_frames(self, value: int) -> None:
        """It is what it is."""

    def read(self, frames: Any) -> Any:
        if max(frames) >= 12:
            raise VideoError("there is no such frame")
        return np.stack([np.full((6, 8, 3), frame, np.uint8) for frame in frames])


def test_a_film_opens_before_its_length_is_known() -> None:
    video = Provisional()
    array = VideoArray(video)
    assert (array.shape[0], array.is_settled, array.settle()) == (30, False, False)
    assert (array[3] == 3).all()
    video.is_indexed = True
    assert array.settle()
    assert (array.shape[0], array.is_settled, array.settle()) == (12, True, False)


def test_slicing_never_raises_and_says_what_was_wrong() -> None:
    video = Provisional()
    array = VideoArray(video)
    video.is_indexed = True
    assert (array[29] == 11).all(), "beyond the true end lies the last frame"
    assert "no such frame" in array.take_problem()
    assert array.take_problem() == "", "it is told once"

    def broken(frames: Any) -> Any:
        raise VideoError("the file is gone")

    assert (array[5] == 5).all()
    video.read = broken  # type: ignore[method-assign]
    assert (array[7] == 5).all(), "the last picture that could be read"
    assert array.take_problem() == "the file is gone"
    fresh = VideoArray(video)
    assert (fresh[0] == 0).all()
