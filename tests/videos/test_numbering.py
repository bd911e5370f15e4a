from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.kinds import KINDS
from napari_cotracker.videos.numbering import choose_names
from napari_cotracker.videos.stills import save_picture

PNG = KINDS["png"]


@pytest.mark.parametrize(("name", "number", "file"), [
    ("shot.####.png", 7, "shot.0007.png"), ("shot.%04d.png", 12345, "shot.12345.png"), ("shot.%d.png", 7, "shot.7.png"),
    ("a1_#####_v2.png", 1001, "a1_01001_v2.png"), ("#.png", 3, "3.png"), ("a.##.b.###.png", 5, "a.##.b.005.png"),
])
def test_the_number_takes_its_place(tmp_path: Path, name: str, number: int, file: str) -> None:
    names = choose_names(tmp_path / name, PNG, None, 9)
    assert names.of(number) == file and names.folder == tmp_path
    assert names.label.count("#") >= 1


@pytest.mark.parametrize(("files", "file"), [
    (["shot.1001.png", "shot.1002.png"], "shot.0007.tif"), (["v2_000001.png"], "v2_000007.tif"),
    (["still.png"], "still.0007.tif"), (["4.png"], "7.tif"), (["shot.12.left.png"], "shot.12.left.0007.tif"),
])
def test_files_of_a_folder_are_named_as_the_plates(tmp_path: Path, files: list[str], file: str) -> None:
    for name in files:
        save_picture(tmp_path / name, np.zeros((2, 2, 3), np.uint8))
    names = choose_names(tmp_path / "out", KINDS["tiff"], str(tmp_path / files[0]), 2)
    assert names.of(7) == file and names.folder == tmp_path / "out"


@pytest.mark.parametrize(("plate", "file"), [
    (None, "frame.0007.png"), ("bear 2.mp4", "bear 2.0007.png"), ("gone.####.png", "gone.####.0007.png"),
])
def test_of_other_plates_the_name_is_kept(tmp_path: Path, plate: str | None, file: str) -> None:
    (tmp_path / "bear 2.mp4").write_bytes(b"film")
    names = choose_names(tmp_path / "out", PNG, None if plate is None else str(tmp_path / plate), 2)
    assert names.of(7) == file


def test_one_image_needs_no_number_but_several_do(tmp_path: Path) -> None:
    assert choose_names(tmp_path / "still.png", PNG, None, 1).of(1001) == "still.png"
    with pytest.raises(VideoError, match=r"'still.####.png'"):
        choose_names(tmp_path / "still.png", PNG, None, 2)
