"""Tracks to files and films, and back."""

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError, VideoError
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.tasks.export import format_for, read_tracks, render_overlay, write_tracks
from napari_cotracker.tasks.open import open_video
from tests.moving_films import moving_film


def some_tracks(n_frames: int = 5) -> Tracks:
    xy = np.random.default_rng(0).uniform(10, 50, (n_frames, 3, 2)).astype(np.float32)
    scores = np.full((n_frames, 3), 0.9, np.float32)
    return Tracks(np.array([1, 4, 6]), xy, scores, scores, meta={"size": (160, 120), "fps": (25, 1)})


NAMES = [("a.npz", None), ("a.csv", None), ("a.CSV", None), ("a.dat", "npz"), ("b.x", "csv")]


@pytest.mark.parametrize(("name", "format"), NAMES)
def test_what_is_written_is_read_back_whatever_the_name(name: str, format: str | None, tmp_path: Path) -> None:
    tracks = some_tracks()
    write_tracks(tmp_path / name, tracks, format)
    again = read_tracks(tmp_path / name)
    np.testing.assert_array_equal(again.xy, tracks.xy)
    assert again.ids.tolist() == tracks.ids.tolist()


def test_the_ending_or_the_name_says_the_format(tmp_path: Path) -> None:
    assert format_for("x.npz").name == "npz" and format_for("x.npz", "csv").name == "csv"
    with pytest.raises(FormatError, match=r"\.csv.*got 'x\.mov'"):
        format_for("x.mov")
    with pytest.raises(FormatError, match="got 'excel'"):
        write_tracks(tmp_path / "x.npz", some_tracks(), "excel")
    with pytest.raises(FormatError, match="got 'colour'"):
        write_tracks(tmp_path / "x.npz", some_tracks(), options={"colour": 1})
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_tracks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="does not exist"):
        read_tracks(tmp_path / "no.npz")
    for content in (b"", b"hello", bytes(200)):
        (tmp_path / "odd.npz").write_bytes(content)
        with pytest.raises(FormatError, match="looks like none"):
            read_tracks(tmp_path / "odd.npz")
    with pytest.raises(FormatError, match="got 'excel'"):
        read_tracks(tmp_path / "odd.npz", "excel")


def test_a_film_with_the_tracks_on_it_has_every_frame(tmp_path: Path) -> None:
    film, _ = moving_film(5)
    run = render_overlay(film, some_tracks(), tmp_path / "o.mp4")
    beats = []
    while True:
        try:
            beats.append(next(run).done)
        except StopIteration as stop:
            assert stop.value == tmp_path / "o.mp4"
            break
    assert beats == [0.2, 0.4, 0.6, 0.8, 1.0]
    video = open_video(tmp_path / "o.mp4")
    assert (video.n_frames, video.width, video.height) == (5, 160, 120)
    difference = np.abs(video.read([4])[0].astype(int) - film.frames[4])
    assert difference.max() > 60 and np.median(difference) < 12


def test_a_film_given_up_leaves_nothing_behind(tmp_path: Path) -> None:
    film, _ = moving_film(5)
    run = render_overlay(film, some_tracks(), tmp_path / "o.mp4")
    next(run)
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    film, _ = moving_film(5)
    with pytest.raises(VideoError, match="tracks of 3"):
        list(render_overlay(film, some_tracks(3), tmp_path / "o.mp4"))
    with pytest.raises(VideoError, match=r"\.mp4"):
        list(render_overlay(film, some_tracks(), tmp_path / "o.gif"))
    with pytest.raises(VideoError):
        list(render_overlay(film, some_tracks(), tmp_path / "nowhere" / "o.mp4"))
