"""The focal length, told from tracks."""

import numpy as np
import pytest

from napari_cotracker.formats import focal
from tests.formats.rigid_scene import FOCAL, SIZE, make_scene


def test_of_a_field_of_view():
    assert focal.from_view((1920, 1080), 90) == pytest.approx(960)
    assert focal.guessed((1080, 1920)) == 2304


@pytest.mark.parametrize(("noise", "error"), [(0, 0.01), (0.3, 0.02), (1.0, 0.05)])
def test_it_is_told_from_the_tracks(noise, error):
    scene = make_scene(noise=noise)
    assert focal.from_tracks(scene.xy, scene.seen, SIZE) == pytest.approx(FOCAL, rel=error)


def test_of_a_camera_that_does_not_turn_it_is_not_known():
    scene = make_scene(turn=0)
    assert focal.from_tracks(scene.xy, scene.seen, SIZE) is None
    still = np.repeat(scene.xy[:1], 30, 0)
    assert focal.from_tracks(still + np.random.default_rng(0).normal(0, 0.3, still.shape), scene.seen, SIZE) is None


def test_of_too_few_tracks_it_is_not_known():
    scene = make_scene()
    assert focal.from_tracks(scene.xy[:, :9], scene.seen[:, :9], SIZE) is None
