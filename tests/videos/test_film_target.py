from __future__ import annotations

from pathlib import Path

import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.film_target import FilmTarget
from napari_cotracker.videos.kinds import KINDS, RenderOptions
from tests.videos.coded_films import number_in, write_coded
from tests.videos.sounding_films import write_sounding


def test_a_part_of_a_film_begins_at_once(tmp_path: Path) -> None:
    source = Film(write_sounding(tmp_path / "s.mp4", 20, ticks=[5000 + 40 * k + 13 * (k % 3) for k in range(20)],
                                 sounds=()))
    target = FilmTarget(tmp_path / "a.mp4", KINDS["mp4"], source, range(4, 9), RenderOptions(crf=10))
    assert target.paths == [tmp_path / "a.mp4"] and target.threads == 1
    with target:
        for place, picture in enumerate(source.read(range(4, 9))):
            target.write(picture, place)
        assert not (tmp_path / "a.mp4").exists()
        target.finish()
    with Film(tmp_path / "a.mp4") as film:
        assert [number_in(frame) for frame in film.read(range(5))] == [4, 5, 6, 7, 8]
        assert film.times == pytest.approx((source.times - source.times[4])[4:9], abs=1 / 90_000)


def test_a_timecode_that_does_not_go_with_the_rate_is_told(tmp_path: Path) -> None:
    source = Film(write_sounding(tmp_path / "s.mkv", 20, ticks=[40 * k + 13 * (k % 3) for k in range(20)], sounds=(),
                                 timecode="01:00:00:00"))
    with FilmTarget(tmp_path / "a.mkv", KINDS["ffv1"], source, range(20), RenderOptions()) as target:
        for place, picture in enumerate(source.read(range(20))):
            target.write(picture, place)
        target.finish()
    assert [note for note in target.notes if "01:00:00:00" in note]


def test_a_film_that_gets_no_picture_is_not_there(tmp_path: Path) -> None:
    source = Film(write_sounding(tmp_path / "s.mp4", 3))
    with pytest.raises(VideoError, match="at least one"), FilmTarget(
            tmp_path / "a.mp4", KINDS["mp4"], source, range(3), RenderOptions()) as target:
        target.finish()
    assert [file.name for file in tmp_path.iterdir()] == ["s.mp4"]


def test_fields_are_told(tmp_path: Path) -> None:
    for options, told in (({"x264-params": "tff=1"}, [True]), ({}, [])):
        source = Film(write_coded(tmp_path / f"s{len(told)}.mp4", 2, options=options))
        target = FilmTarget(tmp_path / "a.mov", KINDS["prores4444"], source, range(2), RenderOptions())
        target.check((96, 128, 3))
        assert ["interlaced" in note for note in target.notes] == told
