"""How a plane moved."""

import numpy as np
import pytest

from napari_cotracker.formats.homography import homography, project

MATRIX = np.array([[1.1, 0.05, 30], [-0.03, 0.95, -12], [4e-5, -2e-5, 1]])


def points(count):
    return np.random.default_rng(2).uniform((0, 0), (1920, 1080), (count, 2))


@pytest.mark.parametrize("count", [4, 5, 200])
def test_exact_points_tell_it_exactly(count):
    source = points(count)
    found = homography(source, project(MATRIX, source))
    assert project(found, points(9)) == pytest.approx(project(MATRIX, points(9)), abs=1e-5)


def test_a_third_of_the_points_may_be_anywhere():
    source = points(60)
    target = project(MATRIX, source)
    target[:20] += np.random.default_rng(3).normal(0, 80, (20, 2))
    found = homography(source, target)
    assert project(found, source[20:]) == pytest.approx(target[20:], abs=0.05)


def test_a_line_or_a_point_tells_nothing():
    line = np.linspace((0, 0), (100, 50), 6)
    assert homography(line, line + 3) is None
    assert homography(points(6), np.ones((6, 2))) is None
    assert homography(np.ones((6, 2)), points(6)) is None


def test_what_is_behind_is_not_mapped():
    assert project(np.array([[1, 0, 0], [0, 1, 0], [0.01, 0, -1]]), np.array([[0.0, 0], [200, 0]])) is None
