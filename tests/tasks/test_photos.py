"""Photographs for training: whatever a folder holds, as textures of one kind."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError, VideoError
from napari_cotracker.tasks.photos import LONGEST, read_photos


def test_pictures_of_every_depth_become_colour_in_one_range(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 40 * 60).reshape(40, 60)
    (tmp_path / "deep").mkdir()
    iio.imwrite(tmp_path / "a.png", (ramp * 255).round().astype(np.uint8))
    iio.imwrite(tmp_path / "deep" / "b.png", (ramp * 65535).round().astype(np.uint16))
    rgba = np.stack([ramp, 1 - ramp, ramp, ramp * 0 + 0.5], -1)
    iio.imwrite(tmp_path / "c.png", (rgba * 255).round().astype(np.uint8))
    iio.imwrite(tmp_path / "d.tif", ramp.astype(np.float32))
    (tmp_path / "notes.txt").write_text("no picture")
    photos = read_photos(tmp_path)
    assert [photo.shape for photo in photos] == [(40, 60, 3)] * 4
    for photo in photos:
        assert np.allclose(photo[..., 0], ramp, atol=1 / 255)
    green = photos[1][..., 1]  # c.png comes before what lies deeper
    assert np.allclose(green, 1 - ramp, atol=1 / 255)


def test_large_ones_are_made_small_and_tiny_ones_left_out(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "large.jpg", np.full((300, 4 * LONGEST, 3), 128, np.uint8))
    iio.imwrite(tmp_path / "tiny.png", np.zeros((8, 8), np.uint8))
    (photo,) = read_photos(tmp_path)
    assert photo.shape == (75, LONGEST, 3)
    assert float(photo.mean()) == pytest.approx(128 / 255, abs=0.01)


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_any_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrackingError, match="expected photographs"):
        read_photos(tmp_path / name)


def test_a_broken_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(VideoError, match=r"broken\.png"):
        read_photos(tmp_path)
