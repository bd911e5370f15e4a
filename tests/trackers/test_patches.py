"""Templates find their place again, whatever light and shape do."""

import numpy as np
import pytest

from napari_cotracker.trackers.patches import Templates, Warps
from tests.moving_films import texture


def unit(n: int) -> np.ndarray:
    return np.repeat(np.eye(2, dtype=np.float32)[None], n, 0)


@pytest.mark.parametrize("gain", [1.0, 0.6])
def test_alignment_finds_an_affine_motion_under_other_light(gain: float) -> None:
    import cv2

    picture = texture(200, 240)
    matrix = np.array([[1.05, 0.08, -8.3], [-0.06, 0.97, 6.6]])
    moved = cv2.warpAffine(picture, matrix, (240, 200)) * gain + 15
    xy = np.random.default_rng(1).uniform([50, 50], [190, 150], (60, 2)).astype(np.float32)
    truth = xy @ matrix[:, :2].T + matrix[:, 2]
    rows = np.arange(60)
    templates = Templates(60, 10)
    templates.take(picture, rows, Warps(xy, unit(60)))
    start = (truth + np.random.default_rng(2).normal(size=xy.shape)).astype(np.float32)
    found, match = templates.align(moved, rows, Warps(start, unit(60)), 8)
    assert np.median(np.linalg.norm(found.xy - truth, axis=1)) < 0.05
    assert np.abs(np.median(found.shape, 0) - matrix[:, :2]).max() < 0.01
    assert np.median(match) > 0.99


def test_a_template_at_the_edge_leaves_out_what_is_outside() -> None:
    picture = texture(80, 80)
    templates = Templates(2, 8)
    templates.take(picture, np.arange(2), Warps(np.array([[40, 40], [0, 40]], np.float32), unit(2)))
    whole, cut = templates.share_inside(np.arange(2))
    assert whole == pytest.approx(1)
    assert 0.45 < cut < 0.6
    # the half that was seen is found where it went, though the other half shows something new
    wide = texture(80, 120, seed=3)
    wide[:, 40:] = picture
    found, match = templates.align(wide, np.array([1]), Warps(np.array([[41, 39.5]], np.float32), unit(1)), 10)
    assert np.linalg.norm(found.xy[0] - [40, 40]) < 0.1
    assert match[0] > 0.99


def test_the_innermost_part_tells_when_the_point_itself_is_hidden() -> None:
    picture = texture(80, 80)
    templates = Templates(1, 12)
    here = Warps(np.array([[40, 40]], np.float32), unit(1))
    templates.take(picture, np.array([0]), here)
    hidden = picture.copy()
    hidden[38:43, 38:43] = texture(5, 5, seed=5)
    assert templates.match_centre(picture, np.array([0]), here)[0] > 0.999
    centre = templates.match_centre(hidden, np.array([0]), here)[0]
    all_of_it = templates.align(hidden, np.array([0]), here, 0)[1][0]
    assert centre < 0.7 and centre < all_of_it - 0.1


def test_flat_patches_and_no_patches_do_no_harm() -> None:
    flat = np.full((60, 60, 3), 90, np.float32)
    templates = Templates(0, 6)
    templates.grow(1)
    here = Warps(np.array([[30, 30]], np.float32), unit(1))
    templates.take(flat, np.array([0]), here)
    found, match = templates.align(flat, np.array([0]), here, 5)
    assert np.allclose(found.xy, 30) and match[0] < 0.1
    none = Warps(np.zeros((0, 2), np.float32), unit(0))
    assert len(templates.align(flat, np.zeros(0, np.intp), none, 5)[1]) == 0


def test_a_template_at_the_edge_of_a_thing_goes_with_the_thing() -> None:
    import cv2

    ground, thing = texture(120, 120, seed=1) * 0.25 + 20, texture(120, 120, seed=2) * 0.25 + 170
    x = np.arange(120)

    def picture(shift: float) -> np.ndarray:
        moved = cv2.warpAffine(thing, np.array([[1, 0, shift], [0, 1, 0.0]]), (120, 120), borderMode=cv2.BORDER_REFLECT)
        covered = 1 / (1 + np.exp(-2 * (60 + shift - x)))[..., None]
        return (ground + covered * (moved - ground)).astype(np.float32)

    xy = np.stack([np.full(8, 56.0), np.linspace(25, 95, 8)], 1).astype(np.float32)  # four pixels inside
    rows, templates = np.arange(8), Templates(8, 12)
    templates.take(picture(0), rows, Warps(xy, unit(8)))
    own, other = templates.weight[:, :, :14].sum((1, 2)), templates.weight[:, :, 19:].sum((1, 2))
    assert (other < 0.15 * own).all()
    found, match = templates.align(picture(5), rows, Warps(xy + np.float32([4, 0.5]), unit(8)), 8)
    assert np.linalg.norm(found.xy - xy - [5, 0], axis=1).max() < 0.2
    assert match.min() > 0.97
