"""Films with the tracks drawn onto them."""

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError, VideoError
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.overlay import render_overlay
from tests.moving_films import moving_film
from tests.tasks.test_export import some_tracks


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


def test_a_film_of_others_is_not_replaced_unless_told(tmp_path: Path) -> None:
    film, _ = moving_film(5)
    (tmp_path / "o.mp4").write_text("mine")
    with pytest.raises(FormatError, match="did not write"):
        list(render_overlay(film, some_tracks(), tmp_path / "o.mp4"))
    assert (tmp_path / "o.mp4").read_text() == "mine"
    list(render_overlay(film, some_tracks(), tmp_path / "o.mp4", overwrite=True))
    list(render_overlay(film, some_tracks(), tmp_path / "o.mp4"))
