"""Whatever the user calls a video."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.tasks.open import open_video
from tests.moving_films import Film


def test_a_path_a_string_and_an_array_become_videos() -> None:
    path = sample_clip("street")
    by_path, by_text = open_video(path), open_video(str(path))
    assert by_path.n_frames == by_text.n_frames and by_path.fingerprint == by_text.fingerprint
    array = open_video(np.zeros((3, 8, 9, 3), np.uint8))
    assert (array.n_frames, array.height, array.width) == (3, 8, 9)


def test_a_video_is_handed_back_as_it_is() -> None:
    film = Film(np.zeros((2, 4, 4, 3), np.uint8))
    assert open_video(film) is film


def test_a_missing_file_and_a_thing_that_is_no_video_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"there is no .*no\.mp4"):
        open_video(tmp_path / "no.mp4")
    with pytest.raises(VideoError, match="expected a video"):
        open_video({"not": "a video"})
    text = tmp_path / "note.mp4"
    text.write_text("this is no film")
    with pytest.raises(VideoError):
        open_video(text)


def test_a_pattern_names_a_sequence(tmp_path: Path) -> None:
    import imageio.v3 as iio

    for number in (1001, 1002, 1004):
        iio.imwrite(tmp_path / f"shot.{number}.png", np.zeros((4, 6, 3), np.uint8))
    for pattern in ("shot.####.png", "shot.%04d.png"):
        assert open_video(tmp_path / pattern).frame_numbers.tolist() == [1001, 1002, 1004]


def test_an_array_has_the_rate_that_is_given() -> None:
    array = np.zeros((3, 8, 9, 3), np.uint8)
    assert open_video(array).fps == 24 and open_video(array, 12.5).fps == Fraction(25, 2)
    assert open_video(array, fps=23.976).fps == Fraction(24000, 1001)


def test_a_rate_for_what_knows_its_own_is_refused() -> None:
    film = open_video(sample_clip("street"))
    assert open_video(film, film.fps) is film
    for known in (film, sample_clip("street")):
        with pytest.raises(VideoError, match="knows its own"):
            open_video(known, fps=12)


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), "many", 1e9, "1/0", [24]])
def test_rates_that_make_no_sense_are_refused(rate: Any) -> None:
    with pytest.raises(VideoError, match="expected frames per second such as"):
        open_video(np.zeros((3, 8, 9, 3), np.uint8), rate)


def test_a_list_of_pictures_is_told_how_to_become_an_array() -> None:
    with pytest.raises(VideoError, match=r"numpy\.stack"):
        open_video([np.zeros((8, 9, 3), np.uint8)])
