"""Videos that stay open between jobs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.tasks.shelf import Shelf


@pytest.fixture
def film(tmp_path: Path) -> str:
    return shutil.copy(sample_clip("street"), tmp_path / "film.mp4")


def test_a_film_is_opened_once(film: str) -> None:
    shelf = Shelf()
    first = shelf.borrow(film)
    assert shelf.borrow(film) is first
    for _ in range(2):
        shelf.give_back(first)
    assert shelf.borrow(film) is first and len(shelf) == 1
    shelf.give_back(first)


def test_a_film_that_nobody_uses_is_closed_after_a_while(film: str) -> None:
    shelf = Shelf(idle_seconds=-1)
    video = shelf.borrow(film)
    shelf.tidy()
    assert video.read([0]).shape[0] == 1
    shelf.give_back(video)
    assert len(shelf) == 0
    with pytest.raises(VideoError, match="closed"):
        video.read([0])


def test_a_film_that_has_changed_is_opened_anew(film: str) -> None:
    shelf = Shelf()
    before = shelf.borrow(film)
    assert before.fingerprint
    shelf.give_back(before)
    shutil.copy(sample_clip("cells"), film)
    after = shelf.borrow(film)
    assert after is not before and after.fingerprint != before.fingerprint
    shelf.give_back(after)
    assert len(shelf) == 1


def test_an_image_sequence_is_not_kept(tmp_path: Path) -> None:
    import imageio.v3 as iio

    for number in range(3):
        iio.imwrite(tmp_path / f"shot.{number:03d}.png", np.zeros((16, 16, 3), np.uint8))
    shelf = Shelf()
    shelf.give_back(shelf.borrow(str(tmp_path)))
    assert len(shelf) == 0


def test_what_cannot_be_opened_is_an_error() -> None:
    with pytest.raises(VideoError):
        Shelf().borrow("nowhere.mp4")
