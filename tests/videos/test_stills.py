from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import MissingExtraError, VideoError
from napari_cotracker.videos.images import read_image
from napari_cotracker.videos.stills import check_library, filling, save_picture


def noise(dtype: str, channels: int) -> Any:
    rng = np.random.default_rng(0)
    if dtype == "float32":
        return rng.normal(0, 1e3, (13, 17, channels)).astype(np.float32)
    return rng.integers(0, np.iinfo(dtype).max + 1, (13, 17, channels), dtype)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("suffix", "dtype"), [
    (".png", "uint8"), (".png", "uint16"), (".tif", "uint8"), (".tif", "uint16"), (".tiff", "float32"),
    (".exr", "float32")])
def test_values_are_exact_by_our_reader_and_by_others(tmp_path: Path, suffix: str, dtype: str, channels: int) -> None:
    picture, path = noise(dtype, channels), tmp_path / f"a{suffix}"
    save_picture(path, picture)
    found = read_image(path)
    assert found.dtype == dtype and (found.reshape(picture.shape) == picture).all()
    if suffix != ".exr" and (suffix, dtype, channels) != (".tif", "uint8", 4):  # which OpenCV multiplies by its alpha
        import cv2

        other = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).reshape(picture.shape)
        assert other.dtype == dtype
        assert (other == picture[:, :, {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]]).all()


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    check_library(".png")
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(MissingExtraError, match="-m pip install openexr"):
        check_library(".exr")


def test_files_come_into_a_folder_together(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with filling(folder, ["a"]) as part:
        assert not folder.exists()
        (part / "a").write_text("first")
    with filling(folder, ["a", "b"]) as part:
        (part / "a").write_text("second")
        assert (folder / "a").read_text() == "first"
        (part / "b").write_text("new")
    (folder / "mine").write_text("mine")
    with pytest.raises(ZeroDivisionError), filling(folder, ["a"]) as part:
        (part / "a").write_text("third")
        raise ZeroDivisionError
    assert {file.name: file.read_text() for file in folder.iterdir()} == {"a": "second", "b": "new", "mine": "mine"}


def test_a_system_that_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "no" / "folder", tmp_path):
        with pytest.raises(VideoError, match="cannot write"), filling(folder, ["never written"]):
            pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_images_that_are_open_elsewhere_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("first")
    mishap = PermissionError(13, "Access is denied")
    mishap.winerror = 5  # type: ignore[attr-defined]
    tried = []

    def refuse(path: Path, target: Path) -> None:
        tried.append(path)
        raise mishap

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(VideoError, match="close its images wherever they are open"), filling(tmp_path, ["a"]) as part:
        (part / "a").write_text("second")
    assert len(tried) > 1, "whoever looks at them for a moment is waited for"
    assert [file.read_text() for file in tmp_path.iterdir()] == ["first"]
