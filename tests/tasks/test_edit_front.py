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
