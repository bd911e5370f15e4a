"""Tracks that came later, on a surface that bends."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.effects.motion_sight import Sight
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.motion_tracing import traced, with_later
from tests.generators import drain
from tests.moving_surfaces import bend, errors, plane_matrix, tracks_on

TRACKS = tracks_on(bend, 144, hidden=0)
LATE = np.arange(144) % 2 == 0
SEEN = np.ones((24, 144))
SEEN[:6, LATE], SEEN[12:, ~LATE] = 0, 0


def sight():
    planes = np.stack([plane_matrix(t) for t in range(24)])
    return Sight(0, TRACKS.xy[0].astype(float) + 3, ~LATE, np.where(LATE, 0, SEEN), planes)


def test_bending_is_not_lost_where_other_tracks_take_over():
    tracks = replace(TRACKS, visibility=(SEEN * 0.95).astype(np.float32))
    motion = solve_motion(tracks, 0, MotionOptions(model="spline"))
    assert motion.frames[20].how == "chained"
    assert errors(motion.warp, bend)[12:].mean() < 0.5


def test_their_places_are_traced_back():
    start = replace(sight(), places=TRACKS.xy[0].astype(float))
    shares, found = drain(traced(TRACKS.xy.astype(float), SEEN, start, (1e-4, np.array([480.0, 270, 200]))))
    assert np.hypot(*(found.places - TRACKS.xy[0])[LATE].T).mean() < 0.7
    assert shares[-1] == pytest.approx(1)


def test_later_ones_count_where_the_first_are_gone():
    found = with_later(SEEN, sight())
    assert not found.weights[:12, LATE].any()
    np.testing.assert_array_equal(found.weights[12:, LATE], 0.5)
    all_there = replace(sight(), weights=np.ones((24, 144)))
    assert with_later(SEEN, all_there) is all_there
