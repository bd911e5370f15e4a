from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.writer import write_film
from tests.videos.coded_films import IRREGULAR, Pictures, number_in, paint


def frames(count: int = 12, width: int = 128, height: int = 96) -> Iterator[Pictures]:
    return (paint(number, width, height) for number in range(count))


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001), 12.5, Fraction(120)])
def test_what_is_written_is_read(tmp_path: Path, rate: Fraction | float) -> None:
    assert write_film(tmp_path / "a.mp4", frames(), fps=rate) == 12
    with Film(tmp_path / "a.mp4") as film:
        assert film.fps == Fraction(rate)
        assert film.times[0] == 0
        read = film.read(range(12))
    assert [number_in(frame) for frame in read] == list(range(12))
    assert np.abs(read.astype(int) - np.stack(list(frames()))).mean() < 4


def test_colours_are_right_and_labelled(tmp_path: Path) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 120, 40)]
    write_film(tmp_path / "a.mp4", [np.full((64, 64, 3), colour, np.uint8) for colour in colours], crf=4)
    with Film(tmp_path / "a.mp4") as film:
        assert np.abs(film.read(range(6))[:, 32, 32].astype(int) - colours).max() <= 3
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        labels = context.color_range, context.colorspace, context.color_primaries, context.color_trc
        assert labels == (1, 1, 1, 1) and context.pix_fmt == "yuv420p"


def test_odd_sizes_grow_by_a_pixel_on_the_far_side(tmp_path: Path) -> None:
    write_film(tmp_path / "a.mp4", frames(3, 131, 97))
    with Film(tmp_path / "a.mp4") as film:
        assert (film.width, film.height) == (132, 98)
        assert np.abs(film.read([1])[0, :97, :131].astype(int) - paint(1, 131, 97)).mean() < 4


def test_irregular_times_are_kept(tmp_path: Path) -> None:
    seconds = np.array(IRREGULAR) / 1000
    write_film(tmp_path / "a.mp4", frames(40), times=seconds)
    with Film(tmp_path / "a.mp4") as film:
        assert np.abs(film.times - (seconds - seconds[0])).max() < 1e-4
        assert [number_in(frame) for frame in film.read(range(40))] == list(range(40))


def failing(error: type[BaseException]) -> Iterator[Pictures]:
    yield from frames(5)
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, GeneratorExit])
def test_nothing_is_left_of_a_film_that_was_not_finished(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a.mp4").write_bytes(b"old")
    with pytest.raises(error):
        write_film(tmp_path / "a.mp4", failing(error))
    assert list(tmp_path.iterdir()) == [tmp_path / "a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"old"


def test_mistakes_are_named(tmp_path: Path) -> None:
    one = [paint(0)]
    for saying, call in {
        "at least one frame": lambda: write_film(tmp_path / "a.mp4", []),
        "got list": lambda: write_film(tmp_path / "a.mp4", [[1]]),  # type: ignore[list-item]
        "uint8, got float64": lambda: write_film(tmp_path / "a.mp4", [np.zeros((4, 4, 3))]),
        "one size": lambda: write_film(tmp_path / "a.mp4", [paint(0), paint(0, 64, 48)]),
        "increasing": lambda: write_film(tmp_path / "a.mp4", frames(3), times=[0, 0.1, 0.1]),
        "3 times and more": lambda: write_film(tmp_path / "a.mp4", frames(4), times=[0, 1, 2]),
        "positive frame rate": lambda: write_film(tmp_path / "a.mp4", one, fps=-1),
        "ending in .mp4": lambda: write_film(tmp_path / "a.png", one),
        "cannot write": lambda: write_film(tmp_path / "no" / "folder" / "a.mp4", one),
    }.items():
        with pytest.raises(VideoError, match=saying):
            call()
    assert not list(tmp_path.iterdir())
