"""Mattes of what passes in front."""

from __future__ import annotations

import pickle
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.formats.label_pictures import save_labels
from napari_cotracker.tasks.edit_front import PackedMattes, asking_front, matte_in, open_front, packing
from napari_cotracker.tasks.edits import Edit
from tests.moving_films import Film

SIZE = (16, 12)
HALF = np.zeros((12, 16), np.uint8)
HALF[:, 8:] = 1


def packed(front: object) -> PackedMattes:
    steps = packing(front)  # type: ignore[arg-type]
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: PackedMattes = end.value
            return found


def test_alpha_counts_if_there_is_any_else_white() -> None:
    grey = np.full((2, 2, 1), 51, np.uint8)
    assert matte_in(grey)[0, 0] == pytest.approx(0.2)
    assert matte_in(np.dstack([grey, grey * 0, grey * 2])).max() == pytest.approx(0.4)
    assert matte_in(np.dstack([grey * 5, grey * 5, grey * 5, grey])).max() == pytest.approx(0.2)
    floats = np.array([[[-3.0], [np.nan], [7.0]]], np.float32)
    np.testing.assert_array_equal(matte_in(floats), [[0, 0, 1]])


def test_label_pictures_hide_whatever_has_a_label(tmp_path: Path) -> None:
    for t in range(3):  # dark red is the first colour of the palette
        save_labels(tmp_path / f"post.{t:04d}.png", HALF)
    front = open_front(tmp_path / "post.####.png", 3, SIZE)
    np.testing.assert_array_equal(front.at(2), HALF)
    assert front.notes == []


def test_one_picture_is_for_all_frames(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "post.png", HALF * 255)
    front = open_front(tmp_path / "post.png", 9, SIZE)
    np.testing.assert_array_equal(front.at(7), HALF)


def test_mattes_that_hide_next_to_nothing_are_told_of() -> None:
    front = open_front(Film(np.stack([np.dstack([HALF] * 3)] * 3)), 3, SIZE)
    front.at(1)
    assert "nowhere brighter than 0.4%" in front.notes[0]
    assert open_front(Film(np.zeros((3, 12, 16, 3), np.uint8)), 3, SIZE).notes == []


def test_packed_mattes_are_small_and_travel() -> None:
    soft = np.dstack([HALF * 128] * 3)
    front = packed(open_front(Film(np.stack([soft] * 3)), 3, SIZE))
    assert len(pickle.dumps(front)) < 600
    again = open_front(pickle.loads(pickle.dumps(front)), 3, SIZE)
    np.testing.assert_allclose(again.at(2), HALF * 128 / 255)


def test_what_does_not_fit_is_refused() -> None:
    film = Film(np.zeros((3, 12, 16, 3), np.uint8))
    with pytest.raises(VideoError, match="the film's 4 frames of 16 × 12 pixels, or one for all, got 3 of 16 × 12"):
        open_front(film, 4, SIZE)
    with pytest.raises(VideoError, match="of 12 × 16 pixels"):
        open_front(film, 3, SIZE[::-1])


def test_tracks_are_not_asked_any_more() -> None:
    for what in ("mask", "insert"):
        matte = asking_front(Edit(what)).matte
        assert matte is not None and not matte.behind


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("labels", [[1], [3, 7], [60, 150]])
def test_numbers_of_labels_hide_without_a_palette(dtype: type, suffix: str, labels: list[int], tmp_path: Path) -> None:
    """Labels as other programs save them hid 0.4 % and were see-through."""
    if dtype == np.int32 and suffix == "png":
        pytest.skip("PNG has no such numbers")
    for t in range(4):
        picture = np.zeros((12, 16), dtype)
        if t:  # it comes into the picture
            picture[:, 8:] = labels[t % len(labels)]
        iio.imwrite(tmp_path / f"post.{t:04d}.{suffix}", picture)
    front = open_front(tmp_path / f"post.####.{suffix}", 4, SIZE)
    np.testing.assert_array_equal(front.at(3), HALF)
    assert not front.at(0).any()
    assert [f"number is {max(labels)}" in note for note in front.notes] == [True] * (dtype != np.int32)


def test_labels_in_one_file_of_pages(tmp_path: Path) -> None:
    import tifffile

    tifffile.imwrite(tmp_path / "post.tif", np.stack([HALF * 0, HALF, HALF * 2]), photometric="minisblack")
    front = open_front(tmp_path / "post.tif", 3, SIZE)
    np.testing.assert_array_equal([front.at(t) for t in range(3)], np.stack([HALF * 0, HALF, HALF]))


@pytest.mark.parametrize("picture", [
    HALF * 255,  # a matte
    HALF * np.arange(1, 17, dtype=np.uint8) * 15,  # soft to the right, up to 240
    np.arange(192, dtype=np.uint8).reshape(12, 16),  # shades, none of them white
    np.dstack([HALF * 2, HALF * 2, HALF * 2, HALF * 128]),  # alpha
    np.zeros((12, 16), np.uint8)])
def test_mattes_are_no_labels(picture: np.ndarray, tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "post.0.png", HALF * 0)
    iio.imwrite(tmp_path / "post.1.png", picture)
    if picture.ndim == 3:
        iio.imwrite(tmp_path / "post.0.png", picture * 0)
    front = open_front(tmp_path / "post.#.png", 2, SIZE)
    share = (picture[..., 3] if picture.ndim == 3 else picture) / 255
    np.testing.assert_allclose(front.at(1), share, atol=1e-6)
    assert front.notes == []
