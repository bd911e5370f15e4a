"""What writers ask of tracks."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import sheets
from tests.formats.samples import plain_tracks


def bare() -> Tracks:
    return replace(plain_tracks(), meta={})


def test_what_must_be_known_of_the_film_is_asked_for():
    assert sheets.size_of(plain_tracks()) == (96, 64)
    assert sheets.rate_of(plain_tracks()) == 25
    assert sheets.rate_of(bare(), Fraction(24)) == 24
    for ask in (sheets.size_of, sheets.rate_of):
        with pytest.raises(FormatError, match="--video"):
            ask(bare())


def test_frame_numbers_are_the_plates_own_or_as_asked():
    assert sheets.numbers_of(plain_tracks(), None, 1).tolist() == list(range(1001, 1007))
    assert sheets.numbers_of(plain_tracks(), 10, 1).tolist() == list(range(10, 16))
    assert sheets.numbers_of(bare(), None, 1).tolist() == list(range(1, 7))
    images = replace(bare(), meta={"own_numbers": True})
    assert sheets.numbers_of(images, None, 1001).tolist() == list(range(6))
    gaps = replace(bare(), meta={"frame_numbers": [1, 2, 3, 7, 8, 9]})
    assert sheets.numbers_of(gaps, 101, 1).tolist() == [101, 102, 103, 107, 108, 109]


def test_pixels_are_square_unless_known():
    assert sheets.aspect_of(bare()) == 1
    assert sheets.aspect_of(replace(bare(), meta={"pixel_aspect": [10, 11]})) == Fraction(10, 11)


def test_certainty_is_one_where_a_person_says_so():
    tracks = plain_tracks()
    source = tracks.source.copy()
    source[0, 0] = Source.HUMAN
    sure = sheets.certainty(replace(tracks, source=source))
    assert sure[0, 0] == 1 and sure[0, 2] == 0
    assert sure[1, 0] == pytest.approx(0.875 * 0.9375)


def test_credits_name_model_and_licence_once_on_one_line():
    runs = [{"model": "cotracker3", "licence": "CC-BY-NC-4.0"}, {"model": "cotracker3", "licence": "CC-BY-NC-4.0"},
            {"model": "a\nb"}]
    told = sheets.credits(replace(bare(), meta={"runs": runs}))
    assert told.startswith("napari-cotracker ") and "\n" not in told
    assert told.endswith("tracked by cotracker3 (CC-BY-NC-4.0), a b (licence unknown)")


def test_names_are_made_plain_and_different():
    tracks = replace(plain_tracks(), names=("a b", "a_b", ""))
    names, notes = sheets.plain_names(tracks)
    assert names == ["a_b", "a_b_2", "point_9"]
    assert notes == ["3 names were changed for the program that reads it, such as 'a b' to 'a_b'."]
    assert sheets.plain_names(replace(tracks, names=("a", "b", "c"))) == (["a", "b", "c"], [])


def test_individuals_and_keypoints():
    cast = sheets.cast_of(plain_tracks())
    assert (cast.individuals, cast.keypoints) == (("mouse 1", "mouse 2"), ("nose", "tail"))
    assert cast.columns.tolist() == [[0, 1], [2, -1]]
    xy = cast.pick(plain_tracks().xy, np.nan)
    assert xy.shape == (6, 2, 2, 2) and np.isnan(xy[:, 1, 1]).all()
    np.testing.assert_array_equal(xy[:, 0, 1], plain_tracks().xy[:, 1])
    assert sheets.uncast(cast.individuals, cast.keypoints) == (
        "mouse 1/nose", "mouse 1/tail", "mouse 2/nose", "mouse 2/tail")
    assert sheets.uncast(("",), ("nose",)) == ("nose",)


def test_the_same_name_twice_gets_a_number():
    cast = sheets.cast_of(replace(plain_tracks(), names=("nose", "nose", "tail")))
    assert cast.keypoints == ("nose", "nose 2", "tail")
    assert cast.notes == ("1 name was given a number, for there were two of the same.",)


def test_nobody_is_cast_for_no_tracks():
    cast = sheets.cast_of(plain_tracks().select(slice(0)))
    assert cast.pick(np.zeros((6, 0, 2)), 0).shape == (6, 0, 0, 2)


def test_what_others_wrote_is_imported():
    xy = np.array([[[1, 2], [np.nan, 4]], [[5, 6], [7, 8]]])
    tracks = sheets.imported(xy, names=("a", "b"), visible=np.array([[True, True], [False, True]]))
    assert tracks.states().tolist() == [[State.VISIBLE, State.UNKNOWN], [State.OCCLUDED_LOCATED, State.VISIBLE]]
    assert tracks.source.tolist() == [[Source.IMPORTED, Source.NONE], [Source.IMPORTED, Source.IMPORTED]]
    assert np.isnan(tracks.xy[0, 1]).all()
    assert tracks.confidence[1].tolist() == [1, 1]


def test_decimal_rates_become_fractions():
    assert sheets.pair_of(30000 / 1001) == (30000, 1001)
    assert sheets.pair_of(25.0) == (25, 1)
    assert [sheets.pair_of(rate) for rate in (0.0, -1.0, float("nan"), float("inf"))] == [None] * 4


def test_hidden_points_are_never_likely():
    xy = np.ones((1, 5, 2), np.float32)
    scores = np.array([[0.9, 0.5, 0.9, 0.5, 0.9]], np.float32)
    state = [[State.FROM_SCORES, State.FROM_SCORES, State.OCCLUDED_LOCATED, State.OUT_OF_FRAME, State.OCCLUDED_LOCATED]]
    source = [[Source.PREDICTED] * 4 + [Source.HUMAN]]
    tracks = Tracks(np.arange(5), xy, scores, np.ones((1, 5)), state, source)
    assert sheets.likelihoods(tracks)[0].tolist() == [np.float32(0.9), 0.5, 0, 0, 0]


def test_individuals_that_share_nothing_make_no_table():
    def named(names):
        return Tracks(np.arange(len(names)), np.zeros((1, len(names), 2)), np.ones((1, len(names))),
                      np.ones((1, len(names))), names=names)

    assert sheets.cast_of(named(tuple(f"m{k}/p{k}" for k in range(40)))).columns.shape == (40, 40)
    with pytest.raises(FormatError, match="have the same keypoints, got 300 with 300"):
        sheets.cast_of(named(tuple(f"m{k}/p{k}" for k in range(300))))


def test_keypoints_of_the_list_come_first_whether_there_is_a_track_or_not():
    listed = replace(plain_tracks(), names=("b/tail", "b/nose", "b/paw"), meta={"keypoints": ["ear", "nose", "tail"]})
    cast = sheets.cast_of(listed)
    assert cast.keypoints == ("ear", "nose", "tail", "paw")
    assert cast.columns.tolist() == [[-1, 1, 0, 2]]
    assert np.isnan(cast.pick(listed.xy, np.nan)[:, 0, 0]).all()


def test_a_list_that_is_about_other_points_counts_for_nothing():
    other = replace(plain_tracks(), meta={"keypoints": ["wheel", "door"]})
    assert sheets.cast_of(other).keypoints == ("nose", "tail")


@pytest.mark.parametrize(("names", "told"), [
    (("m1/nose", "point 8", "m1/tail"), ["Without a name: 1 of 3 tracks, such as 'point 8'."]),
    (("nose", "point 8", "point 9"), ["Without a name: 2 of 3 tracks, such as 'point 8'."]),
    (("point 5", "point 8", "point 9"), []), (("nose", "ear", "tail"), []),
])
def test_points_that_were_not_named_among_some_that_were_are_told(names, told):
    assert list(sheets.cast_of(replace(plain_tracks(), names=names)).notes) == told
