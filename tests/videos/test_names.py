from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from napari_cotracker.core.errors import VideoError
from napari_cotracker.tasks.open import open_video
from napari_cotracker.videos.images import is_animated, read_image
from napari_cotracker.videos.names import NUMBER, find_images, has_placeholder, stands_for_images


def touch(folder: Path, names: Iterable[str]) -> Path:
    for name in names:
        (folder / name).touch()
    return folder


def test_first_number_and_gaps_are_kept(tmp_path: Path) -> None:
    touch(tmp_path, ["shot.1003.png", "shot.1001.png", "shot.1007.png", "notes.txt", "._shot.1002.png"])
    for source in (tmp_path, tmp_path / "shot.%04d.png", tmp_path / "shot.####.png", tmp_path / "shot.1003.png",
                   tmp_path / "shot.%d.png"):
        files = find_images(source)
        assert files.numbers == [1001, 1003, 1007]
        assert [path.name for path in files.paths] == [f"shot.{n}.png" for n in files.numbers]
        assert files.label == "shot.####.png"


def test_numbers_are_counted_not_spelt(tmp_path: Path) -> None:
    touch(tmp_path, [f"f{n}.jpg" for n in (1, 2, 9, 10, 11, 100)])
    assert find_images(tmp_path).numbers == [1, 2, 9, 10, 11, 100]
    assert find_images(tmp_path / "f###.jpg").numbers == [100]


def test_names_without_a_common_frame_are_sorted_naturally(tmp_path: Path) -> None:
    touch(tmp_path, ["b10 left.png", "b9 right.png", "a.png", "1305031102.175304.png"])
    files = find_images(tmp_path)
    assert [path.name for path in files.paths] == ["1305031102.175304.png", "a.png", "b9 right.png", "b10 left.png"]
    assert list(files.numbers) == [0, 1, 2, 3]
    touch(tmp_path, ["a2.png", "a3.png"])
    with pytest.raises(VideoError, match="expected one image sequence"):
        find_images(tmp_path)
    assert find_images(tmp_path / "a3.png").numbers == [2, 3]
    assert list(find_images(tmp_path / "a.png").numbers) == [0]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    touch(tmp_path, ["film.mp4"])
    for source, saying in {tmp_path: "holds no images", tmp_path / "a.####.png": "got none",
                           tmp_path / "a.1.png": "there is no", tmp_path / "none" / "a.#.png": "cannot list"}.items():
        with pytest.raises(VideoError, match=saying):
            find_images(source)
    touch(tmp_path, ["a1.png", "a01.png"])
    with pytest.raises(VideoError, match="same frame number 1"):
        find_images(tmp_path)


def test_a_file_whose_name_only_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    touch(tmp_path, ["take #1.png", "take #2.png"])
    assert not has_placeholder(tmp_path / "take #1.png")
    assert find_images(tmp_path / "take #1.png").numbers == [1, 2]


@given(st.text(st.characters(exclude_characters="0123456789", exclude_categories=["Nd", "Cs"])),
       st.integers(0, 10**12), st.text(st.characters(exclude_characters="0123456789", exclude_categories=["Cs"])))
def test_the_last_number_of_a_name_is_found(prefix: str, number: int, suffix: str) -> None:
    split = NUMBER.match(f"{prefix}{number}{suffix}")
    assert split is not None and (split[1], int(split[2]), split[3]) == (prefix, number, suffix)


def test_what_stands_for_images(tmp_path: Path) -> None:
    for name, answer in (("a.png", True), ("a.####.exr", True), ("a.mp4", False), ("", True), ("no", False)):
        assert stands_for_images(tmp_path / name) == answer


def test_an_animated_png_is_a_film(tmp_path: Path) -> None:
    """It was its first picture, whatever followed."""
    shades = [Image.fromarray(np.full((16, 20, 4), (30 * k, 0, 0, 255 - 30 * k), np.uint8)) for k in range(4)]
    shades[0].save(tmp_path / "a.png", save_all=True, append_images=shades[1:], duration=40)
    shades[0].save(tmp_path / "still.png")
    assert not stands_for_images(tmp_path / "a.png") and stands_for_images(tmp_path / "still.png")
    with open_video(tmp_path / "a.png") as film:
        assert (film.n_frames, film.fps) == (4, 25)
        assert film.read_native([3])[0, 0, 0].tolist() == [90, 0, 0, 165]
    assert read_image(tmp_path / "a.png").shape == (16, 20, 4)


def test_what_is_no_animated_png(tmp_path: Path) -> None:
    whole = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
    for number, content in enumerate([b"", whole[:5], whole, whole + b"\xff" * 30]):
        (tmp_path / f"{number}.png").write_bytes(content)
        assert not is_animated(tmp_path / f"{number}.png")
    assert not is_animated(tmp_path / "gone.png") and not is_animated(tmp_path / "a.jpg")
