"""The motion of surfaces, held to what is known of them."""

from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.planes import fitted
from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.effects.motion_solving import solve_motion, solving
from tests.moving_surfaces import SIZE, bend, edited, errors, plane, plane_matrix, tracks_on

CASES = {
    "plane": (plane, 100, {}, 0.15),
    "plane without noise": (plane, 100, {"noise": 0, "hidden": 0}, 0.02),
    "plane, drifting": (plane, 100, {"drifting": 0.15}, 0.25),
    "bending": (bend, 144, {}, 0.42),
    "bending without noise": (bend, 144, {"noise": 0, "hidden": 0}, 0.15),
    "bending, drifting": (bend, 144, {"drifting": 0.15}, 0.55),
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", CASES)
def test_gates(name, seed):
    surface, count, how, gate = CASES[name]
    motion = solve_motion(tracks_on(surface, count, seed=seed, **how), 0)
    assert motion.model == ("homography" if surface is plane else "spline")
    found = errors(motion.warp, surface)
    assert found[1:].mean() <= gate
    assert found[0] <= 1e-3


def test_plain_least_squares_fail_where_tracks_drift():
    tracks = tracks_on(plane, 100, drifting=0.15)
    xy, seen = tracks.xy.astype(float), tracks.states() == State.VISIBLE

    def warp(t):
        return PlaneWarp(fitted("homography", xy[0, seen[t]], xy[t, seen[t]]))

    assert errors(warp, plane)[1:].mean() > 0.25


def test_a_plane_does_not_do_for_what_bends():
    motion = solve_motion(tracks_on(bend, 144), 0, MotionOptions(model="homography"))
    assert errors(motion.warp, bend)[1:].mean() > 1


def test_a_report_says_what_a_frame_rests_on():
    motion = solve_motion(tracks_on(plane, 100), 0)
    frame = motion.frames[10]
    assert frame.how == "direct"
    assert 55 <= frame.inliers <= 80
    assert 0.5 < frame.residual < 0.9  # 0.5 px in each direction
    assert frame.area == pytest.approx(560 * 380 * 1.21, rel=0.25)
    assert motion.frames[0].how == "reference"
    assert motion.held == []
    assert motion.scores["homography"] < motion.scores["affine"] / 3


@pytest.mark.parametrize(("kind", "matrix"), [
    ("translation", lambda t: [[1, 0, 3 * t], [0, 1, -t], [0, 0, 1]]),
    ("similarity", lambda t: [[1 + t / 90, t / 99, 3 * t], [-t / 99, 1 + t / 90, -t], [0, 0, 1]]),
    ("affine", lambda t: [[1 + t / 90, t / 99, 3 * t], [t / 60, 1 - t / 99, -t], [0, 0, 1]]),
])
def test_the_simplest_model_that_does_is_chosen(kind, matrix):
    def moved(xy, t):
        return PlaneWarp(np.array(matrix(t), float)).forward(xy)

    motion = solve_motion(tracks_on(moved, 100, frames=12), 0)
    assert motion.model == kind
    assert errors(motion.warp, moved, 12).max() < 0.2


def test_any_frame_may_be_the_reference():
    motion = solve_motion(tracks_on(plane, 100), 12)
    middle = PlaneWarp(plane_matrix(12))
    for t in (0, 6, 23):
        there = motion.warp(t).forward(middle.forward(edited()))
        assert np.hypot(*(there - plane(edited(), t)).T).mean() < 0.35  # the reference frame has noise, too
    np.testing.assert_array_equal(motion.warp(12).forward(edited()), edited())


def in_turns(surface=plane):
    """Tracks that come and go, a few at a time, so that none of the first is there at the end."""
    tracks = tracks_on(surface, 144, hidden=0, frames=24)
    shift = np.arange(len(tracks)) % 6 * 4
    t = np.arange(24)[:, None]
    seen = (t >= shift - 4) & (t <= shift + 8)
    return replace(tracks, visibility=seen * np.float32(0.95))


def test_where_no_track_is_left_of_the_first_frame_others_carry_on():
    motion = solve_motion(in_turns(), 0)
    assert motion.frames[-1].how == "chained"
    assert motion.frames[3].how == "direct"
    assert motion.held == []
    assert errors(motion.warp, plane).max() < 1.0


def test_frames_without_tracks_hold_the_last_good_state():
    tracks = tracks_on(plane, 100)
    visibility = tracks.visibility.copy()
    visibility[15:20] = 0
    motion = solve_motion(replace(tracks, visibility=visibility), 0)
    assert motion.held == [15, 16, 17, 18, 19]
    assert motion.warp(16) is motion.warp(14)
    assert motion.warp(18) is motion.warp(20)
    assert motion.frames[16].inliers == 0
    assert motion.frames[16].area == 0


def some(xy, **more):
    xy = np.asarray(xy, np.float32)
    ones = np.ones(xy.shape[:2], np.float32)
    return Tracks(np.arange(xy.shape[1]), xy, ones, ones, meta={"size": SIZE}, **more)


@pytest.mark.parametrize("model", ["auto", "translation", "homography", "spline"])
def test_one_track_moves_things_along(model):
    motion = solve_motion(some([[(10, 20)], [(13, 18)], [(15, 25)]]), 0, MotionOptions(model=model))
    np.testing.assert_allclose(motion.warp(2).forward([[100.0, 100]]), [[105, 105]])
    assert motion.frames[2].model == "translation"


@pytest.mark.parametrize("model", ["auto", "homography", "spline"])
def test_tracks_in_a_line_turn_and_scale(model):
    line = np.linspace((100, 100), (400, 250), 9)
    motion = solve_motion(some([line, line * 1.1, line * 1.2]), 0, MotionOptions(model=model))
    np.testing.assert_allclose(motion.warp(2).forward(line), line * 1.2, atol=1e-3)


@pytest.mark.parametrize("model", ["auto", "translation", "homography", "spline"])
def test_tracks_all_at_one_place(model):
    place = np.full((5, 2), 50.0)
    motion = solve_motion(some([place, place + 2]), 0, MotionOptions(model=model))
    np.testing.assert_allclose(motion.warp(1).forward([[0.0, 0]]), [[2, 2]], atol=1e-6)


def test_a_clip_of_one_frame():
    assert len(solve_motion(some([[(10, 20), (30, 40)]]), 0)) == 1


@pytest.mark.parametrize("reference", [-1, 3])
def test_there_is_no_such_frame(reference):
    with pytest.raises(EditError, match="reference frame from 0 to 2"):
        solve_motion(some([[(10, 20)], [(13, 18)], [(15, 25)]]), reference)


def test_no_visible_track_is_told():
    tracks = some([[(10, 20)], [(13, 18)], [(15, 25)]])
    hidden = replace(tracks, visibility=np.array([[0], [1], [0]], np.float32))
    with pytest.raises(EditError, match="reference frame 0, got none; frame 1 has most"):
        solve_motion(hidden, 0)
    with pytest.raises(EditError, match="no frame has any"):
        solve_motion(replace(hidden, visibility=np.zeros((3, 1), np.float32)), 0)
    with pytest.raises(EditError, match="no frame has any"):
        solve_motion(some(np.zeros((3, 0, 2))), 0)


def test_solving_tells_how_far_it_is():
    shares = list(solving(tracks_on(plane, 36, frames=6), 0))
    assert len(shares) >= 11
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_no_step_of_a_long_film_takes_long():
    few = tracks_on(plane, 36)
    solve_motion(few, 0)  # what is loaded once
    xy, visibility, confidence = (np.concatenate([part] * 25) for part in (few.xy, few.visibility, few.confidence))
    tracks, times = Tracks(few.ids, xy, visibility, confidence, meta=few.meta), [process_time()]
    for _ in solving(tracks, 0, MotionOptions(model="homography")):
        times.append(process_time())
    assert np.diff(times).max() < 0.05 * (times[-1] - times[0])  # the ninth part when outliers were sought in one
