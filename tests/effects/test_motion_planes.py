"""A plane's motion from points of which many slipped."""

import numpy as np
import pytest

from napari_cotracker.core.warps import mapped
from napari_cotracker.effects.motion_planes import plane_of
from tests.moving_surfaces import plane_matrix

SOURCE = np.random.default_rng(0).uniform((200, 80), (760, 460), (60, 2))


@pytest.mark.parametrize("kind", ["similarity", "affine", "homography"])
def test_nearly_half_the_points_may_be_on_something_else(kind):
    matrix = plane_matrix(10)
    if kind != "homography":
        matrix = np.vstack([matrix[:2] / matrix[2, 2], [0, 0, 1]])
    if kind == "similarity":
        matrix[1, :2] = -matrix[0, 1], matrix[0, 0]
    target = mapped(matrix, SOURCE)
    target[:26] += (35, 12)
    found = plane_of(kind, SOURCE, target, np.ones(60))
    assert found.kind == kind
    assert found.counted[:26].max() < 0.25
    assert np.abs(mapped(found.matrix, SOURCE[26:]) - target[26:]).max() < 0.1


def test_few_points_tell_something_simpler():
    target = mapped(plane_matrix(3), SOURCE)
    kinds = [plane_of("homography", SOURCE[:k], target[:k], np.ones(k)).kind for k in (1, 2, 3, 4)]
    assert kinds == ["translation", "similarity", "affine", "homography"]
    assert plane_of("homography", SOURCE[:0], target[:0], np.ones(0)) is None


def test_what_would_turn_the_plane_over_is_not_believed():
    source = np.array([(0.0, 0), (100, 0), (100, 100), (0, 100)])
    found = plane_of("homography", source, source[[1, 0, 3, 2]], np.ones(4))
    assert np.linalg.det(found.matrix) > 0


def test_a_plane_faces_the_camera():
    far = SOURCE + 1e5
    found = plane_of("homography", far, far * 1.1, np.ones(60))
    assert np.isfinite(mapped(found.matrix, far)).all()
