"""Which track is which corner of a pin."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats.corners import PLACES, corners_of
from tests.formats.plated import random_tracks, square


@pytest.mark.parametrize("degrees", [0, 20, -30, 40])
def test_a_turned_square_keeps_its_corners(degrees):
    turn = np.deg2rad(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    tracks = square(1)
    xy = (tracks.xy - 200) @ matrix.T + 600
    corners = corners_of(replace(tracks, xy=xy), "", None)
    assert corners.tracks.names == ("bl", "br", "tr", "tl")
    assert corners.frame == 0


def test_named_corners_are_as_named():
    corners = corners_of(square(), "tr,br,bl,tl", 3)
    assert corners.tracks.names == ("tr", "br", "bl", "tl")
    assert (corners.frame, corners.notes) == (3, ())


def test_corners_of_a_plane_are_tracks_of_their_own():
    tracks = replace(random_tracks(2, 9), visibility=np.array([[1.0] * 9, [1.0] * 3 + [0.0] * 6]))
    corners = corners_of(tracks, "", None)
    assert corners.tracks.names == PLACES
    assert corners.tracks.meta == tracks.meta
    assert (corners.tracks.states() == State.VISIBLE).tolist() == [[True] * 4, [False] * 4]
    (left, top), (right, bottom) = tracks.xy[0].min(0), tracks.xy[0].max(0)
    assert corners.tracks.xy[0] == pytest.approx(
        np.array([(left, bottom), (right, bottom), (right, top), (left, top)]), abs=1e-2)
