"""What of the tracks is to be written."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.excerpt import Excerpt, take
from napari_cotracker.core.tracks import Source, State
from tests.formats.samples import assert_same, plain_tracks


def test_everything_is_everything():
    tracks, notes = take(plain_tracks(), Excerpt())
    assert_same(tracks, plain_tracks())
    assert notes == []


@pytest.mark.parametrize(("words", "ids"), [
    ("mouse 1/nose", [4]), ("9, 4", [4, 9]), ("*/nose", [4, 9]), ("mouse 1", [4, 7]), ("mouse 2, 7", [7, 9]),
])
def test_tracks_are_named_in_many_ways(words, ids):
    assert take(plain_tracks(), Excerpt(tracks=words))[0].ids.tolist() == ids


@pytest.mark.parametrize(("words", "ids"), [
    ("leg[12]", [4]), ("leg[*", [4]), ("leg?", [9]), ("leg*", [4, 7, 9]), ("*", [4, 7, 9]),
    ("a*b", [4]), ("a**b", [4, 7]), ("*.c", [9]), ("*\nline", [7]),
])
def test_nothing_but_a_star_stands_for_anything_else(words, ids):
    tracks = replace(plain_tracks(), names=("leg[12]", "leg1\nline", "leg?"), groups=("a*b", "a-b", "x.c"))
    assert take(tracks, Excerpt(tracks=words))[0].ids.tolist() == ids


@pytest.mark.parametrize("words", ["leg[12]", "leg?", "[ab]"])
def test_a_sign_that_means_more_elsewhere_is_a_sign_here(words):
    tracks = replace(plain_tracks(), names=("leg1", "leg2", "a"), groups=("", "", ""))
    with pytest.raises(FormatError, match="which is none"):
        take(tracks, Excerpt(tracks=words))


def test_a_name_that_means_nothing_is_refused():
    with pytest.raises(FormatError, match=r"mouse 1/nose.*got 'mouse 3'"):
        take(plain_tracks(), Excerpt(tracks="4, mouse 3"))


def test_frames_keep_their_numbers():
    tracks, _ = take(plain_tracks(), Excerpt(first=2, last=3))
    assert tracks.n_frames == 6
    assert np.isfinite(tracks.xy).all(-1).any(1).tolist() == [False, False, True, True, False, False]
    np.testing.assert_array_equal(tracks.xy[2:4], plain_tracks().xy[2:4])
    for first, last in ((4, 3), (0, 6), (7, None)):
        with pytest.raises(FormatError, match="within the frames 0 … 5"):
            take(plain_tracks(), Excerpt(first=first, last=last))


def test_only_what_a_person_said():
    whole = plain_tracks()
    source = whole.source.copy()
    source[1, 0], source[4, 1] = Source.HUMAN, Source.VERIFIED
    tracks, notes = take(replace(whole, source=source), Excerpt(anchors_only=True))
    assert np.argwhere(np.isfinite(tracks.xy).all(-1)).tolist() == [[1, 0], [4, 1]]
    assert notes == ["14 positions that nobody placed or approved were left out."]


def test_unsure_predictions_are_left_out_but_nothing_a_person_said():
    whole = plain_tracks()
    confidence, source = whole.confidence.copy(), whole.source.copy()
    confidence[2], source[2, 0] = 0.25, Source.HUMAN
    tracks, notes = take(replace(whole, confidence=confidence, source=source), Excerpt(min_confidence=0.5))
    assert np.isfinite(tracks.xy[2]).all(-1).tolist() == [True, False, False]
    assert np.isfinite(tracks.xy[3]).all()
    assert notes == ["2 positions of less confidence than 0.5 were left out."]


def test_tracks_that_are_hardly_seen_are_left_out():
    tracks, notes = take(plain_tracks(), Excerpt(min_visible=4))
    assert tracks.ids.tolist() == [4, 9]
    assert notes == ["1 track visible in fewer than 4 frames was left out."]


def test_a_threshold_decides_what_is_visible():
    tracks, _ = take(plain_tracks(), Excerpt(threshold=0.05))
    assert (tracks.states()[3:, 1] == State.VISIBLE).all()


def test_a_proxy_is_scaled_about_the_corner_of_the_picture():
    tracks, _ = take(plain_tracks(), Excerpt(scale=0.5))
    assert tracks.size == (48, 32)
    np.testing.assert_allclose(tracks.xy[0, 0], [(10 + 0.5) / 2 - 0.5, (30 + 0.5) / 2 - 0.5])
    np.testing.assert_allclose(tracks.queries.xy[0], tracks.xy[0, 0])
