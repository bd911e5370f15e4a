"""Pixels of a heat map."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.heat_image import HeatImage

TABLE = np.arange(256, dtype=np.uint32) * 65793 | np.uint32(0xFF000000)


def pixels(image: HeatImage) -> list[list[int]]:
    return [[image.image.pixelColor(x, y).red() for x in range(image.image.width())]
            for y in range(image.image.height())]


def test_rows_are_shown_in_their_order() -> None:
    codes = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    image = HeatImage()
    image.render(codes, np.array([1, 0]), rows=Axis.whole(2), time=Axis.whole(3), size=(3, 4), table=TABLE)
    assert pixels(image) == [[4, 5, 6], [4, 5, 6], [1, 2, 3], [1, 2, 3]]


@given(st.integers(1, 40), st.integers(1, 30), st.data())
def test_patching_gives_the_same_as_painting_all(n_frames: int, width: int, data: st.DataObject) -> None:
    codes = np.zeros((3, n_frames), np.uint8)
    length = data.draw(st.floats(min(4, n_frames), n_frames))
    time = Axis(n_frames, data.draw(st.floats(0, 1)) * (n_frames - length), length)
    first = data.draw(st.integers(0, n_frames - 1))
    frames = np.arange(first, data.draw(st.integers(first, n_frames - 1)) + 1)
    image, other = HeatImage(), HeatImage()
    settings = {"rows": Axis.whole(3), "time": time, "size": (width, 2), "table": TABLE}
    image.render(codes, np.arange(3), **settings)
    codes[:, frames] = np.arange(frames.size) + 1
    columns = image.patch(frames)
    other.render(codes, np.arange(3), **settings)
    assert pixels(image) == pixels(other)
    changed = np.flatnonzero(np.array(pixels(other)).max(0))
    if len(changed):
        assert columns[0] <= changed[0] <= changed[-1] <= columns[1]


def test_frames_out_of_sight_cost_nothing() -> None:
    image = HeatImage()
    assert image.patch(np.array([1])) is None, "nothing is painted yet"
    image.render(np.zeros((1, 40), np.uint8), np.arange(1), rows=Axis.whole(1), time=Axis(40, 10, 10), size=(20, 4),
                 table=TABLE)
    assert image.patch(np.array([3, 4])) is None
    assert image.patch(np.array([20, 21])) is None
    assert image.patch(np.array([19])) == (18, 19)
