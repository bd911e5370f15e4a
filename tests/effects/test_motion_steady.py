"""A plane's path is made steady, a shaking camera's is not."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.planes import fitted
from napari_cotracker.core.warps import PlaneWarp, mapped
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.motion_steady import Seen, corners_of, doubt, steadied
from tests.generators import drain
from tests.moving_surfaces import edited, errors, plane, plane_matrix, tracks_on

TRACKS = tracks_on(plane, 100)
CORNERS = corners_of(TRACKS.xy[0].astype(float))


def off(planes, t):
    return np.hypot(*(mapped(planes[t], edited()) - plane(edited(), t)).T).mean()


def test_two_halves_tell_how_far_corners_may_be_off():
    source, found, true = TRACKS.xy[0].astype(float), [], []
    for t in range(1, 24):
        target = TRACKS.xy[t].astype(float)
        found.append(doubt("homography", Seen(source, target, np.ones(100)), CORNERS))
        miss = mapped(fitted("homography", source, target), CORNERS) - plane(CORNERS, t)
        true.append(np.square(miss).mean())
    assert np.sqrt(np.square(found).mean()) == pytest.approx(np.sqrt(np.mean(true)), rel=0.25)
    assert np.isnan(doubt("homography", Seen(source[:8], source[:8], np.ones(8)), CORNERS))


def test_unrest_of_tracks_is_smoothed_away():
    rough = errors(solve_motion(TRACKS, 0, MotionOptions(model="homography", smooth=0)).warp, plane)
    smooth = errors(solve_motion(TRACKS, 0, MotionOptions(model="homography")).warp, plane)
    assert smooth.mean() < 0.85 * rough.mean()


def test_a_camera_that_shakes_goes_on_shaking():
    shake = np.random.default_rng(1).normal(0, 3, (24, 1, 2))
    shake[0] = 0
    shaken = replace(TRACKS, xy=TRACKS.xy + shake.astype(np.float32))

    def surface(xy, t):
        return plane(xy, t) + shake[t]

    found = errors(solve_motion(shaken, 0, MotionOptions(model="homography")).warp, surface)
    assert found[1:].mean() < 0.15


def test_a_single_knock_is_kept_and_the_rest_smoothed():
    frames = 60
    knock = np.zeros((frames, 1, 2))
    knock[30] = 5
    tracks = tracks_on(lambda xy, t: np.asarray(xy, float) + np.array([t, 0]), 100, frames=frames)
    motion = solve_motion(replace(tracks, xy=tracks.xy + knock.astype(np.float32)), 0, MotionOptions(model="affine"))
    x = np.array([motion.warp(t).forward([480.0, 270]) for t in range(frames)])[:, 0] - 480 - np.arange(frames)
    assert x[30] == pytest.approx(5, abs=0.3)
    assert np.abs(x[[28, 29, 31, 32]]).max() < 0.4
    assert x[45:].std() < 0.05


def test_frames_that_are_not_known_stay_so_and_the_reference_is_exact():
    planes = np.stack([plane_matrix(t) for t in range(12)])
    planes[5] = np.nan
    found = drain(steadied("homography", planes, np.full(12, 0.5), CORNERS, reference=0, half=3))[1]
    assert np.isnan(found[5]).all()
    np.testing.assert_array_equal(found[0], np.eye(3))
    assert max(off(found, t) for t in range(12) if t != 5) < 0.55
    assert drain(steadied("homography", planes, np.full(12, np.nan), CORNERS, reference=0, half=3))[1] is planes
    assert drain(steadied("homography", planes, np.full(12, 0.5), CORNERS, reference=0, half=0))[1] is planes


def test_no_doubt_no_change():
    planes = np.stack([plane_matrix(t) for t in range(12)])
    planes[6] = PlaneWarp(np.array([[1, 0, 9], [0, 1, 0], [0, 0, 1.0]])).matrix @ planes[6]
    found = drain(steadied("homography", planes, np.full(12, 1e-3), CORNERS, reference=0, half=3))[1]
    np.testing.assert_allclose(mapped(found[6], CORNERS), mapped(planes[6], CORNERS), atol=1e-3)
