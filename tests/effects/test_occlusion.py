"""Where something is in front of a surface."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.occlusion import hidden_share
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
