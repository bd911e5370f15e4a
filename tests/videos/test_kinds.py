from __future__ import annotations

from pathlib import Path

import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.options import choices_of
from napari_cotracker.videos.kinds import KINDS, RenderOptions, choose_kind, is_film, is_folder, kind_of_plate


@pytest.mark.parametrize(("name", "kind"), [
    ("film.mp4", "mp4"), ("FILM.MP4", "mp4"), ("a.m4v", "mp4"), ("a.mov", "prores4444"), ("a.mkv", "ffv1"),
    ("shot.####.exr", "exr"), ("shot.%04d.png", "png"), ("shot_####.tif", "tiff"), ("shot.#.tiff", "tiff"),
    ("folder/", "png"), ("folder", "png"), ("v1.2/", "png"), ("one.png", "png"),
])
def test_the_name_says_the_kind(tmp_path: Path, name: str, kind: str) -> None:
    assert choose_kind(f"{tmp_path}/{name}").name == kind


@pytest.mark.parametrize(("name", "is_one"), [
    ("a.mp4", True), ("A.M4V", True), ("a.mov", True), ("a.mkv", True), ("a.####.exr", False), ("a.png", False),
    ("folder", False), ("a.nk", False),
])
def test_films_are_told_from_images(name: str, is_one: bool) -> None:
    assert is_film(name) is is_one


def test_a_folder_takes_the_plates_kind(tmp_path: Path) -> None:
    (tmp_path / "plate").mkdir()
    (tmp_path / "plate" / "a.0001.exr").write_bytes(b"")
    for plate, kind in ((tmp_path / "plate", "exr"), (tmp_path / "plate" / "a.0001.exr", "exr"), ("b.tif", "tiff"),
                        ("a.mp4", "png"), ("a.jpg", "png")):
        assert choose_kind(tmp_path / "out", plate=str(plate)).name == kind
    assert choose_kind(tmp_path / "out", "tiff", str(tmp_path / "plate")).name == "tiff"
    assert kind_of_plate(None) is None and kind_of_plate(str(tmp_path)) is None
    mp4 = kind_of_plate("a.mp4")
    assert mp4 is not None and mp4.name == "mp4"


def test_an_existing_folder_and_a_new_name_without_ending_are_folders(tmp_path: Path) -> None:
    assert is_folder(tmp_path) and is_folder(tmp_path / "new") and is_folder("x.y/")
    (tmp_path / "file").write_bytes(b"")
    assert not is_folder(tmp_path / "file") and not is_folder(tmp_path / "a.png")


@pytest.mark.parametrize(("name", "kind", "saying"), [
    ("a.gif", None, "a name ending in .mp4"), ("a.mp4", "ffv1", "ending in .mkv"), ("a.mp4", "webm", "got 'webm'"),
    ("out/", "prores4444", "got the folder"), ("file", None, "a name ending in"),
])
def test_names_that_do_not_fit_are_refused(tmp_path: Path, name: str, kind: str | None, saying: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VideoError, match=saying):
        choose_kind(f"{tmp_path}/{name}", kind)


def test_every_option_has_a_text_and_a_default_that_is_allowed() -> None:
    for choice in choices_of(RenderOptions):
        assert choice.text.endswith(".") and choice.read(choice.default) == choice.default
    assert set(KINDS) == {"mp4", "prores4444", "ffv1", "png", "tiff", "exr"}
