"""Where something is in front of a surface."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.occlusion import hidden_at, hidden_share
from tests.moving_surfaces import SIZE, plane, tracks_on

TRACKS = tracks_on(plane, 400, hidden=0, frames=3)


def hiding(where):
    visibility = TRACKS.visibility.copy()
    visibility[2] = np.where(where(TRACKS.xy[2]), 0.1, 0.95)
    return replace(TRACKS, visibility=visibility)


def test_a_bar_in_front_is_found_about_where_it_is():
    tracks = hiding(lambda xy: np.abs(xy[:, 0] - 480) < 60)
    found = hidden_share(tracks, solve_motion(tracks, 0), 2, SIZE)
    assert found.shape == (540, 960)
    assert found[150:400, 440:520].min() > 0.5
    assert found[:, :390].max() < 0.5
    assert found[:, 570:].max() < 0.5
    width = (found[150:400] > 0.5).sum(1).mean()
    assert width == pytest.approx(120, abs=30)


def test_nothing_hidden_is_nothing_in_front():
    motion = solve_motion(TRACKS, 0)
    assert not hidden_share(TRACKS, motion, 2, SIZE).any()


def test_a_single_track_that_is_hidden_among_others_that_are_seen_got_lost():
    far = np.hypot(*(TRACKS.xy[2] - (480, 270)).T)
    nearest = np.sort(far)
    alone, two = (hiding(lambda xy, n=n: far < nearest[n]) for n in (1, 2))
    assert not hidden_share(alone, solve_motion(alone, 0), 2, SIZE).any()
    assert hidden_share(two, solve_motion(two, 0), 2, SIZE).max() > 0.5


def test_all_hidden_is_all_in_front():
    tracks = hiding(lambda xy: xy[:, 0] > -1)
    assert hidden_share(tracks, solve_motion(tracks, 0), 2, SIZE).min() > 0.9


def lost(tracks, confidence):
    """The same where the tracker is unsure where tracks are on frame 2, though it thinks that they can be seen."""
    scores = tracks.confidence.copy()
    scores[2] = confidence
    return replace(tracks, confidence=scores)


def test_tracks_that_got_lost_do_not_say_that_something_is_in_front():
    for which in (TRACKS.xy[2, :, 0] > -1, np.abs(TRACKS.xy[2, :, 0] - 480) < 60):
        tracks = lost(TRACKS, np.where(which, 0.2, 0.95))
        assert (tracks.states()[2, which] == State.OCCLUDED_LOCATED).all()
        assert not hidden_share(tracks, solve_motion(tracks, 0), 2, SIZE).any()


def test_among_lost_tracks_those_are_heard_that_are_hidden():
    bar = np.abs(TRACKS.xy[2, :, 0] - 480) < 60
    tracks = lost(hiding(lambda xy: bar), np.where(bar, 0.95, 0.2))
    found = hidden_share(tracks, solve_motion(tracks, 0), 2, SIZE)
    assert found[150:400, 440:520].min() > 0.5
    assert found[:, :390].max() < 0.5


def test_what_a_person_calls_hidden_is_hidden_whatever_the_scores():
    state = TRACKS.state.copy()
    state[2, np.abs(TRACKS.xy[2, :, 0] - 480) < 60] = State.OCCLUDED
    tracks = replace(lost(TRACKS, 0.2), state=state)
    assert hidden_share(tracks, solve_motion(tracks, 0), 2, SIZE)[150:400, 440:520].min() > 0.5


def test_places_are_as_hidden_as_pixels():
    tracks = hiding(lambda xy: np.abs(xy[:, 0] - 480) < 60)
    motion = solve_motion(tracks, 0)
    places = np.array([(300.0, 270), (480, 270), (700, 270)])
    found = hidden_at(tracks, motion, 2, places)
    assert found.round().tolist() == [0, 1, 0]
    np.testing.assert_allclose(found, hidden_share(tracks, motion, 2, SIZE)[270, [300, 480, 700]], atol=0.05)
    assert not hidden_at(TRACKS, motion, 2, places).any()
