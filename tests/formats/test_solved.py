"""Solved cameras as plain arrays."""

import numpy as np
import pytest

from napari_cotracker.formats.solved import LAYOUTS, lens_of, parameters_of
from tests.formats.rigid_scene import make_scene
from tests.formats.solved_scene import PARAMETERS, make_solved


@pytest.mark.parametrize(("model", "lens"), [
    ("SIMPLE_PINHOLE", [1100, 1100, 640, 360, 0, 0, 0, 0]), ("PINHOLE", [1100, 1050, 640, 360, 0, 0, 0, 0]),
    ("SIMPLE_RADIAL", [1100, 1100, 640, 360, 0.1, 0, 0, 0]), ("RADIAL", [1100, 1100, 650, 355, 0.1, -0.02, 0, 0]),
    ("OPENCV", [1100, 1050, 650, 355, 0.1, -0.02, 0.002, -0.003]),
])
def test_every_lens_is_one_row(model, lens):
    assert lens_of(model, PARAMETERS[model]).tolist() == lens


@pytest.mark.parametrize("model", LAYOUTS)
def test_a_lens_without_distortion_looks_at_the_middle(model):
    parameters = parameters_of(model, 500, (640, 480))
    assert len(parameters) == len(PARAMETERS[model])
    assert lens_of(model, parameters).tolist() == [500, 500, 320, 240, 0, 0, 0, 0]


def test_where_cameras_and_points_are():
    solved = make_solved("PINHOLE")
    np.testing.assert_allclose(solved.centres, make_scene(6, 40, seed=3).centres, atol=1e-9)
    camera, point = solved.observations.T
    there = np.einsum("mij,mj->mi", solved.rotation[camera], solved.points[point]) + solved.translation[camera]
    np.testing.assert_allclose(there[:, :2] / there[:, 2:], solved.ideal, atol=1e-12)
