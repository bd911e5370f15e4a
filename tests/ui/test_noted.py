"""What a session notes of its video; in the window: test_rate_field.py, test_session_opening.py."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image

from napari_cotracker.core.errors import EditError, VideoError
from napari_cotracker.core.stacks import noted_plane, plane_in_words
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.open import open_array
from napari_cotracker.ui.noted import absolute, identity_of, set_rate, take_rate

from .conftest import CountingVideo

PICTURES = np.zeros((3, 6, 8), np.uint8)


def test_a_file_is_known_by_its_place_and_its_content_an_array_by_the_name_of_its_layer() -> None:
    layer = Image(PICTURES, name="film")
    assert identity_of(CountingVideo(path="film.mp4"), layer, {}) == {
        "path": str(Path("film.mp4").absolute()), "name": "film", "fingerprint": "grey", "plane": []}
    assert identity_of(open_array(PICTURES), layer, {}) == {
        "path": None, "name": "film", "fingerprint": None, "plane": []}
    assert absolute(None) is None


def test_a_rate_is_noted_and_taken() -> None:
    session, video = Session(3, (8, 6)), open_array(PICTURES)
    set_rate(session, video, Fraction(24000, 1001))
    again = open_array(PICTURES)
    take_rate(again, session.facts)
    assert video.fps == again.fps == Fraction(24000, 1001)
    assert (again.times * 24000 / 1001).tolist() == pytest.approx([0, 1, 2])


def test_a_film_knows_its_own() -> None:
    with pytest.raises(VideoError, match="knows its frames per second itself"):
        set_rate(Session(12, (8, 6)), CountingVideo(), Fraction(24))


def test_what_cannot_be_noted_is_not_done(tmp_path: Path) -> None:
    Session.create(tmp_path / "mine.cotracker", 3, (8, 6)).close()
    session, video = Session.open(tmp_path / "mine.cotracker", read_only=True), open_array(PICTURES)
    with pytest.raises(EditError, match="looked at"):
        set_rate(session, video, Fraction(25))
    assert video.fps == 24


@pytest.mark.parametrize("noted", [None, 25, (0, 0), "fast"])
def test_a_note_that_makes_no_sense_is_left_alone(noted: object) -> None:
    video = open_array(PICTURES)
    take_rate(video, {"fps": noted})
    assert video.fps == 24


def test_a_plane_is_noted_and_read_again() -> None:
    layer = Image(np.zeros((2, 3, 5, 6, 8)), axis_labels=("c", "t", "-3", "y", "x"))
    session = Session(3, (8, 6))
    session.describe(video=identity_of(open_array(PICTURES), layer, {2: 4, 0: 1}))
    assert noted_plane(session.facts) == {0: 1, 2: 4}
    assert plane_in_words(session.facts) == "c = 1, axis -3 = 4"
