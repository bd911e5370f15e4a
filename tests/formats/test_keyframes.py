"""Keyframes, and how far straight lines between them are from the tracks."""

import numpy as np
import pytest

from napari_cotracker.core.tracks import Source
from napari_cotracker.formats.keyframes import deviation, deviation_note, keyframes_of
from tests.formats.stories import of_cells, random_tracks


def curve():
    t = np.arange(11.0)
    xy = np.stack([t, (t - 5) ** 2], -1)[:, None]
    source = np.full((11, 1), Source.PREDICTED, np.uint8)
    source[5] = Source.HUMAN
    return of_cells(xy, source=source)


def frames(tracks, *words):
    there = np.isfinite(tracks.xy).all(-1)
    return np.flatnonzero(keyframes_of(tracks, there, *words)[:, 0]).tolist()


def test_ends_of_runs_and_anchors_are_keyframes():
    tracks = curve()
    assert frames(tracks, "anchors", 0) == [0, 5, 10]
    assert frames(tracks, "every", 0) == list(range(11))
    tracks.xy[2] = np.nan
    assert frames(tracks, "anchors", 0) == [0, 1, 3, 5, 10]


def test_the_deviation_is_that_of_the_farthest_position():
    tracks = curve()
    there = np.ones((11, 1), bool)
    keys = keyframes_of(tracks, there, "anchors", 0)
    # between (0, 25) and (5, 0) the line is 25 - 5 t, the curve (t - 5)²: farthest at t = 2 and 3
    assert deviation(tracks, there, keys) == pytest.approx(6)
    (note,) = deviation_note(tracks, there, keys)
    assert note.startswith("8 positions between 3 keyframes") and "up to 6 px" in note
    assert deviation_note(tracks, there, there) == []


@pytest.mark.parametrize("tolerance", [0.1, 3, 200])
def test_keyframes_keep_within_the_tolerance(tolerance):
    for tracks in (curve(), random_tracks(60, 250)):
        there = np.isfinite(tracks.xy).all(-1)
        keys = keyframes_of(tracks, there, "within-tolerance", tolerance)
        assert deviation(tracks, there, keys) <= tolerance
        assert (keys <= there).all()


def test_there_are_no_more_keyframes_than_needed():
    assert frames(curve(), "within-tolerance", 6) == [0, 5, 10]
    assert frames(curve(), "within-tolerance", 5.9) == [0, 2, 5, 7, 10]
    straight = of_cells(np.stack([np.arange(50.0), 3 * np.arange(50.0)], -1)[:, None])
    assert frames(straight, "within-tolerance", 1e-6) == [0, 49]


def test_no_tracks_have_no_keyframes():
    nothing = of_cells(np.zeros((3, 0, 2)))
    assert keyframes_of(nothing, np.zeros((3, 0), bool), "within-tolerance", 1).shape == (3, 0)
    assert deviation_note(nothing, np.zeros((3, 0), bool), np.zeros((3, 0), bool)) == []
