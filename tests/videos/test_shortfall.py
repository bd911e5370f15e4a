"""Films that end before they should are told, and no others."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from napari_cotracker.core.samples import sample_clip
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.shortfall import is_cut_off, shortfall
from napari_cotracker.videos.writer import write_film
from tests.moving_films import moving_film

LENGTH = 80


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "whole.mkv"
    write_film(path, iter(moving_film(LENGTH)[0].frames), times=np.arange(LENGTH) / 25)
    return path


def told(path: Path) -> str:
    film = Film(path)
    try:
        return film.shortfall()
    finally:
        film.close()


def cut(whole: Path, path: Path, share: float) -> Path:
    content = whole.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def test_a_film_that_was_cut_off_is_told_in_a_sentence(whole: Path, tmp_path: Path) -> None:
    said = told(cut(whole, tmp_path / "half.mkv", 0.5))
    assert said.startswith("'half.mkv' is cut off: by its header it lasts 3.2 s, and its frames end after 1.")
    assert "\n" not in said


def test_a_film_of_which_hardly_anything_is_gone_is_not(whole: Path, tmp_path: Path) -> None:
    assert told(whole) == ""
    path = cut(whole, tmp_path / "tail.mkv", 0.999)
    assert is_cut_off(str(path))
    assert told(path) == ""


@pytest.mark.parametrize("name", ["cells", "insects", "street"])
def test_sample_clips_are_whole(name: str) -> None:
    assert told(sample_clip(name)) == ""


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov"])
def test_uneven_times_are_no_sign_of_anything(suffix: str, tmp_path: Path) -> None:
    times = np.concatenate([np.arange(20) / 25, 3 + np.arange(20) / 10, [9.0]])
    path = tmp_path / f"uneven{suffix}"
    write_film(path, iter(moving_film(len(times))[0].frames), times=times)
    assert told(path) == ""


def test_sound_that_goes_on_longer_is_no_sign_of_anything(tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as container:
        pictures, sound = container.add_stream("ffv1", rate=25), container.add_stream("pcm_s16le", rate=8000)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        for frame in moving_film(10, (64, 48))[0].frames:
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        for second in range(6):
            part = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
            part.sample_rate, part.pts = 8000, second * 8000
            container.mux(sound.encode(part))
        container.mux(pictures.encode())
        container.mux(sound.encode())
    with av.open(str(path)) as container:
        assert (container.duration or 0) > 5e6
    assert told(path) == ""


@pytest.mark.parametrize("content", [
    b"", b"RIFF", bytes.fromhex("1A45DFA3"), bytes.fromhex("1A45DFA3") + b"\x00" * 9, bytes.fromhex("1A45DFA3 80 FF"),
    bytes.fromhex("1A45DFA3 80 18538067 01FFFFFFFFFFFFFF"), bytes.fromhex("1A45DFA3 FF 18538067 81"),
])
def test_what_does_not_say_how_long_it_is_is_not_judged(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(content)
    assert not is_cut_off(str(path))
    assert shortfall(str(path), Fraction(100), Fraction(1), Fraction(1, 25)) == ""
    assert not is_cut_off(str(tmp_path / "none.mkv"))
