"""What is noted of a film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.tasks.film_facts import film_facts, has_own_numbers, pixel_aspect
from napari_cotracker.tasks.open import open_video
from napari_cotracker.videos.exr_header import write_exr
from tests.videos.coded_films import write_coded
from tests.videos.sounding_films import write_sounding


@pytest.mark.parametrize("start", [0, 1001])
def test_image_files_have_numbers_of_their_own(start: int, tmp_path: Path) -> None:
    for number in range(start, start + 3):
        iio.imwrite(tmp_path / f"f.{number:04d}.png", np.zeros((8, 9, 3), np.uint8))
    facts = film_facts(open_video(tmp_path))
    assert facts["frame_numbers"] == [start, start + 1, start + 2]
    assert facts["own_numbers"] is True
    assert (facts["size"], facts["video"]["path"]) == ((9, 8), str(tmp_path))


def test_pixels_that_are_not_square_are_noted(tmp_path: Path) -> None:
    film = write_sounding(tmp_path / "wide.mp4", 2, sounds=(), aspect=Fraction(16, 11))
    assert film_facts(open_video(film))["pixel_aspect"] == (16, 11)
    for number in (1, 2):
        write_exr(tmp_path / f"f.{number}.exr", {"RGB": np.zeros((4, 6, 3), np.float32)}, {"pixelAspectRatio": 1.094})
    assert film_facts(open_video(tmp_path / "f.#.exr"))["pixel_aspect"] == (547, 500)
    iio.imwrite(tmp_path / "a.png", np.zeros((8, 9, 3), np.uint8))
    assert pixel_aspect(open_video(tmp_path / "a.png")) == 1
    assert pixel_aspect(open_video(np.zeros((3, 8, 8, 3), np.uint8))) == 1


def test_films_and_arrays_have_none(tmp_path: Path) -> None:
    write_coded(tmp_path / "a.mp4", 3)
    assert film_facts(open_video(tmp_path / "a.mp4"))["own_numbers"] is False
    assert not has_own_numbers(open_video(np.zeros((3, 8, 8, 3), np.uint8)))


def test_irregular_times_are_noted_and_regular_ones_are_not(tmp_path: Path) -> None:
    for number in (11, 12, 15):
        iio.imwrite(tmp_path / f"f.{number}.png", np.zeros((8, 9, 3), np.uint8))
    assert film_facts(open_video(tmp_path, 10))["times"] == pytest.approx([0, 0.1, 0.4])
    assert "times" not in film_facts(open_video(np.zeros((3, 8, 8, 3), np.uint8)))
