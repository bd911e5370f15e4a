"""Corners carried to every frame."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import State
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.pins import PLACES, corners_between, pin_tracks
from tests.moving_surfaces import SIZE, plane, tracks_on

CORNERS = np.array([(300.0, 180), (660, 180), (660, 380), (300, 380)])
TRACKS = tracks_on(plane, 100)



def test_corners_go_with_the_plane_and_are_exact_where_they_were_placed():
    motions = {0: solve_motion(TRACKS, 0)}
    found = np.stack([corners_between({0: CORNERS}, motions, t) for t in range(24)])
    np.testing.assert_allclose(found[0], CORNERS)
    truth = np.stack([plane(CORNERS, t) for t in range(24)])
    assert np.hypot(*np.moveaxis(found - truth, -1, 0)).mean() < 0.25


def test_a_correction_holds_on_its_frame_and_comes_gradually():
    motions = {0: solve_motion(TRACKS, 0), 20: solve_motion(TRACKS, 20)}
    placed = {0: CORNERS, 20: plane(CORNERS, 20) + np.array([6, 0])}
    off = [corners_between(placed, motions, t)[:, 0].mean() - plane(CORNERS, t)[:, 0].mean() for t in (0, 10, 20)]
    assert [off[0], off[2]] == pytest.approx([0, 6])
    assert 1 < off[1] < 5


def test_as_tracks_they_begin_at_the_bottom_left():
    tracks = pin_tracks({0: CORNERS}, {0: solve_motion(TRACKS, 0)}, TRACKS)
    assert tracks.names == PLACES
    assert tracks.size == SIZE
    np.testing.assert_allclose(tracks.xy[0], CORNERS[[3, 2, 1, 0]])
    assert (tracks.states() == State.VISIBLE).all()


def test_where_no_track_tells_there_is_no_pin():
    visibility = TRACKS.visibility.copy()
    visibility[10:12] = 0
    hidden = replace(TRACKS, visibility=visibility)
    tracks = pin_tracks({0: CORNERS}, {0: solve_motion(hidden, 0)}, hidden)
    assert np.flatnonzero(np.isnan(tracks.xy).all((1, 2))).tolist() == [10, 11]


def test_corners_that_cross_are_told():
    with pytest.raises(EditError, match="four corners that go round"):
        corners_between({0: CORNERS[[0, 2, 1, 3]]}, {0: solve_motion(TRACKS, 0)}, 3)
