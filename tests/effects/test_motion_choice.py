"""Which model tracks call for."""

import numpy as np
import pytest

from napari_cotracker.effects.motion_choice import choose_model, sampled, spline_frame, spline_smoothing
from napari_cotracker.effects.motion_sight import Sight
from tests.moving_surfaces import bend, plane, plane_matrix, tracks_on


def seen(surface, noise=0.5):
    xy = tracks_on(surface, 100, noise=noise, hidden=0, frames=12).xy.astype(float)
    ones = np.ones(100)
    planes = np.stack([plane_matrix(t) for t in range(12)])
    return xy, Sight(0, xy[0], ones > 0, np.tile(ones, (12, 1)), planes)


@pytest.mark.parametrize(("surface", "model"), [(plane, "homography"), (bend, "spline")])
def test_left_out_tracks_tell(surface, model):
    xy, sight = seen(surface)
    chosen, scores = choose_model(xy, sight, [4, 8, 11])
    assert chosen == model
    assert scores[model] == pytest.approx(0.75, abs=0.15)
    assert scores["translation"] > 3


def test_nothing_to_choose_by_is_the_simplest():
    xy, sight = seen(plane)
    assert choose_model(xy, sight, []) == ("translation", {})


def test_frames_are_spread_and_told_by_more_than_one_track():
    weights = np.ones((100, 5))
    weights[90:, 1:] = 0
    frames = sampled(weights, 0)
    assert (frames[0], frames[-1], len(frames)) == (1, 89, 8)
    assert sampled(weights[:1], 0) == []


def test_a_bending_surface_is_less_smooth():
    assert spline_smoothing(*seen(bend), [8, 11]) < spline_smoothing(*seen(plane), [8, 11])
    assert spline_frame(seen(plane)[1])[:2] == pytest.approx((480, 270), abs=8)
