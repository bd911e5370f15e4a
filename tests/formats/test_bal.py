"""Bundle Adjustment in the Large, read by a parser of the published syntax and projected by its formula."""

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from napari_cotracker.formats.bal import axis_angle, bal_text
from tests.formats.solved_scene import make_solved


def parse(text):
    """Cameras, points and observations, number by number as Ceres reads them."""
    numbers = iter(text.split())
    n, m, k = (int(next(numbers)) for _ in range(3))
    seen = np.array([[int(next(numbers)), int(next(numbers)), float(next(numbers)), float(next(numbers))]
                     for _ in range(k)])
    cameras = np.array([float(next(numbers)) for _ in range(9 * n)]).reshape(n, 9)
    points = np.array([float(next(numbers)) for _ in range(3 * m)]).reshape(m, 3)
    assert next(numbers, None) is None
    return cameras, points, seen


def project(cameras, points, seen):
    """By the formulas of the format's page: P = R X + t, p = -P / P.z, f r(p) p."""
    camera, point = cameras[seen[:, 0].astype(int)], points[seen[:, 1].astype(int)]
    there = Rotation.from_rotvec(camera[:, :3]).apply(point) + camera[:, 3:6]
    p = -there[:, :2] / there[:, 2:]
    r2 = np.square(p).sum(1, keepdims=True)
    return camera[:, 6:7] * (1 + camera[:, 7:8] * r2 + camera[:, 8:9] * r2**2) * p


@pytest.mark.parametrize("model", ["SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL", "PINHOLE", "OPENCV"])
def test_points_are_where_they_were_seen(model):
    solved = make_solved(model)
    cameras, points, seen = parse(bal_text(solved))
    assert (cameras.shape, points.shape, seen.shape) == ((6, 9), (40, 3), (240, 4))
    np.testing.assert_allclose(project(cameras, points, seen), seen[:, 2:], atol=1e-6)


def test_the_picture_is_measured_up_from_its_principal_point():
    solved = make_solved("SIMPLE_PINHOLE")
    _, _, seen = parse(bal_text(solved))
    np.testing.assert_allclose(seen[:, 2:], (solved.seen_at - (640, 360)) * (1, -1), atol=1e-6)


def test_an_adjustment_finds_the_points_again():
    cameras, points, seen = parse(bal_text(make_solved("SIMPLE_RADIAL")))
    start = points + np.random.default_rng(0).normal(0, 0.05, points.shape)

    def residuals(x):
        return (project(cameras, x.reshape(-1, 3), seen) - seen[:, 2:]).ravel()

    found = least_squares(residuals, start.ravel(), method="trf")
    np.testing.assert_allclose(found.x.reshape(-1, 3), points, atol=1e-5)


def test_any_turn_has_an_axis():
    turns = Rotation.random(200, random_state=0)
    half = Rotation.from_rotvec(np.pi * np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.8, 0]]))
    small = Rotation.from_rotvec([[0, 0, 0], [1e-9, 0, 0], [0, 1e-14, 0]])
    for each in (turns, half, small):
        back = Rotation.from_rotvec(axis_angle(each.as_matrix()))
        assert (back * each.inv()).magnitude().max() < 1e-7
