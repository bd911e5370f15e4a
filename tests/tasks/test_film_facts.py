"""What is noted of a film."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.tasks.film_facts import film_facts, has_own_numbers
from napari_cotracker.tasks.open import open_video
from tests.videos.coded_films import write_coded


@pytest.mark.parametrize("start", [0, 1001])
def test_image_files_have_numbers_of_their_own(start: int, tmp_path: Path) -> None:
    for number in range(start, start + 3):
        iio.imwrite(tmp_path / f"f.{number:04d}.png", np.zeros((8, 9, 3), np.uint8))
    facts = film_facts(open_video(tmp_path))
    assert facts["frame_numbers"] == [start, start + 1, start + 2]
    assert facts["own_numbers"] is True
    assert (facts["size"], facts["video"]["path"]) == ((9, 8), str(tmp_path))


def test_films_and_arrays_have_none(tmp_path: Path) -> None:
    write_coded(tmp_path / "a.mp4", 3)
    assert film_facts(open_video(tmp_path / "a.mp4"))["own_numbers"] is False
    assert not has_own_numbers(open_video(np.zeros((3, 8, 8, 3), np.uint8)))
