"""A motion is asked."""

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.options import choices_of, read_options
from napari_cotracker.core.warps import PlaneWarp, SplineWarp
from napari_cotracker.effects.motion import FrameMotion, Motion, MotionOptions
from napari_cotracker.effects.motion_solving import solve_motion
from tests.moving_surfaces import plane, tracks_on


def shifted(*xs):
    square = np.array([(0.0, 0), (10, 0), (10, 10), (0, 10)])
    frames = [FrameMotion(PlaneWarp(np.array([[1, 0, x], [0, 1, 0], [0, 0, 1.0]])), "direct", "translation", 4, 0.1,
                          square) for x in xs]
    return Motion(0, "translation", tuple(frames), square, np.ones((len(xs), 4), bool))


def test_times_between_frames_lie_between():
    motion = shifted(0, 1, 4, 9)
    assert [float(motion.warp(t).forward([0, 0])[0]) for t in (0, 1, 1.25, 2.5, 3)] == \
        pytest.approx([0, 1, 1.5625, 6.25, 9])


def test_beyond_the_ends_things_stand_still():
    motion = shifted(0, 1, 4)
    assert motion.warp(-0.51) is motion.warp(0)
    assert motion.warp(7) is motion.warp(2)


def test_just_beyond_the_ends_it_goes_on_as_an_open_shutter_sees_it():
    motion = shifted(0, 2, 6)
    assert [float(motion.warp(t).forward([0, 0])[0]) for t in (-0.5, -0.25, 2.25, 2.5)] == \
        pytest.approx([-1, -0.5, 7, 8])


def test_a_single_frame_has_no_times_between():
    assert shifted(3).warp(0.4).forward([0, 0])[0] == 3


def test_area():
    assert shifted(0).frames[0].area == 100


def test_support_ends_some_way_beyond_the_tracks():
    motion = solve_motion(tracks_on(plane, 100, frames=4), 0)
    found = motion.supports([(480, 270), (205, 85), (900, 500), (np.nan, 0)])
    assert found.tolist() == [True, True, False, False]
    assert motion.supports([(900, 500)], reach=500).all()


def test_support_of_a_frame_is_that_of_the_tracks_seen_there():
    places = np.array([(0.0, 0), (10, 0), (20, 0), (90, 0)])
    motion = Motion(0, "translation", shifted(0, 1).frames, places, np.array([[True] * 4, [True, True, True, False]]))
    assert motion.supports([(5, 0), (88, 0)]).tolist() == [True, True]
    assert motion.supports([(5, 0), (88, 0)], t=1).tolist() == [True, False]


def test_a_plane_is_told_between_its_tracks_too():
    """A dense grid of which most tracks were lost is no reason to doubt what moves as a plane."""
    corners = [(0.0, 0), (200, 0), (200, 100), (0, 100)]
    places = np.array([*corners, *((x, 50.0) for x in range(60, 140, 2))])
    used = np.array([[True] * len(places), [True] * 4 + [False] * (len(places) - 4)])
    motion = Motion(0, "translation", shifted(0, 1).frames, places, used)
    asked = [(100, 30), (1, 1), (203, 100), (250, 50), (np.nan, 0)]
    assert motion.supports(asked, t=1).tolist() == [False, True, True, False, False]
    assert motion.tells(asked, 1).tolist() == [True, True, True, False, False]


def test_what_bends_is_told_only_near_its_tracks():
    places = np.array([(0.0, 0), (200, 0), (200, 100), (0, 100), *((x, 0.0) for x in range(90, 110, 2))])
    bent = SplineWarp(np.eye(3), places, np.zeros((len(places) + 3, 2)), np.array([100.0, 50, 100]))
    frames = (FrameMotion(bent, "direct", "spline", len(places), 0.1, places),)
    motion = Motion(0, "spline", frames, places, np.ones((1, len(places)), bool))
    assert motion.tells([(100, 50), (101, 1)], 0).tolist() == [False, True]


def test_tracks_on_a_line_tell_no_plane_beside_it():
    places = np.array([(0.0, 0), (10, 0), (20, 0), (90, 0)])
    motion = Motion(0, "translation", shifted(0).frames, places, np.ones((1, 4), bool))
    assert motion.tells([(5, 0), (50, 60)], 0).tolist() == [True, False]


def test_options_say_what_they_are_for():
    assert all(choice.text for choice in choices_of(MotionOptions))
    with pytest.raises(FormatError, match="one of auto, translation, similarity, affine, homography, spline"):
        read_options(MotionOptions, {"model": "mesh"}, "motion")
