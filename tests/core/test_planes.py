"""How a plane moved."""

import numpy as np
import pytest

from napari_cotracker.core.planes import LEAST, fitted, homography, project, robust

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


MAPS = {
    "translation": np.array([[1, 0, 12.5], [0, 1, -7], [0, 0, 1]]),
    "similarity": np.array([[0.9, -0.3, 12.5], [0.3, 0.9, -7], [0, 0, 1]]),
    "affine": np.array([[0.9, -0.2, 12.5], [0.4, 1.1, -7], [0, 0, 1]]),
    "homography": MATRIX,
}


@pytest.mark.parametrize("kind", MAPS)
def test_as_few_points_as_possible_tell_each_kind(kind):
    source = points(LEAST[kind])
    found = fitted(kind, source, project(MAPS[kind], source))
    np.testing.assert_allclose(found, MAPS[kind], atol=1e-6)
    assert fitted(kind, source[1:], source[1:], np.ones(LEAST[kind] - 1)) is None


@pytest.mark.parametrize("kind", MAPS)
def test_what_weighs_nothing_does_not_count(kind):
    source = points(12)
    target = project(MAPS[kind], source)
    target[:4] += 90
    found = fitted(kind, source, target, np.where(np.arange(12) < 4, 0.0, 1))
    np.testing.assert_allclose(found, MAPS[kind], atol=1e-6)


@pytest.mark.parametrize("kind", MAPS)
def test_points_that_slipped_are_told(kind):
    source = points(50)
    target = project(MAPS[kind], source) + np.random.default_rng(5).normal(0, 0.2, (50, 2))
    target[:10] += (25, -40)
    matrix, counted = robust(kind, source, target)
    assert counted[:10].max() < 0.01
    assert counted[10:].min() > 0.2
    assert np.abs(project(matrix, source) - project(MAPS[kind], source)).mean() < 0.15


def test_points_in_a_line_tell_no_affine_map():
    line = np.linspace((0, 0), (100, 50), 6)
    assert fitted("affine", line, line + 3) is None
    assert fitted("similarity", np.ones((3, 2)), np.ones((3, 2))) is None
