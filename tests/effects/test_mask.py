"""A mask painted once is carried to every frame."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.mask import MaskOnFrames, PaintedMask, covered
from napari_cotracker.effects.motion_solving import solve_motion
from tests.moving_surfaces import CENTRE, RADII, SIZE, back, bend, plane, plane_matrix, tracks_on

PIXELS = np.stack(np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1])), -1).astype(float)
SHOWN = (11, 23)


def inside(xy):
    return (((xy - CENTRE) / RADII) ** 2).sum(-1) <= 1


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


def shift(x, y=0.0):
    return PlaneWarp(np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]]))


PAINTED = inside(PIXELS).astype(np.uint8) * 7


@pytest.mark.parametrize(("surface", "count", "drifting", "gate"), [
    (plane, 100, 0.0, 0.998), (plane, 100, 0.15, 0.998), (bend, 144, 0.0, 0.996), (bend, 144, 0.15, 0.995)])
def test_gates(surface, count, drifting, gate):
    motion = solve_motion(tracks_on(surface, count, drifting=drifting), 0)
    mask = PaintedMask(PAINTED)
    found = [iou(mask.labels(motion.warp(t), SIZE) > 0, inside(back(surface, PIXELS, t))) for t in SHOWN]
    assert np.mean(found) >= gate
    assert min(found) >= gate - 0.001


def test_on_its_own_frame_nothing_changes():
    rng = np.random.default_rng(0)
    speckled = rng.integers(0, 5, (60, 80)).astype(np.int32)
    np.testing.assert_array_equal(PaintedMask(speckled).labels(PlaneWarp(), (80, 60)), speckled)
    found = PaintedMask(PAINTED).labels(PlaneWarp(), SIZE)
    np.testing.assert_array_equal(found, PAINTED)
    assert found.dtype == np.uint8


def test_whole_pixels_move_whole_pixels_and_the_edge_cuts():
    labels = np.zeros((40, 50), np.uint8)
    labels[5:15, 10:20], labels[12:25, 15:30] = 2, 9
    found = PaintedMask(labels).labels(shift(25, -3), (50, 40))
    expected = np.zeros_like(labels)
    expected[:37, 25:] = labels[3:, :25]
    np.testing.assert_array_equal(found, expected)


def test_thin_lines_hold_together():
    labels = np.zeros((40, 60), bool)
    labels[20, 5:50] = True
    found = PaintedMask(labels).labels(shift(0.4, 0.4), (60, 40))
    assert found[:, 8:48].any(0).all()


def test_no_gap_opens_between_neighbours():
    labels = np.ones((60, 80), np.uint8)
    labels[:, 37:], labels[30:, :50] = 2, 3
    turned = PlaneWarp(np.array([[0.95, -0.2, 6], [0.2, 0.95, -5], [0, 0, 1]]))
    found = PaintedMask(labels).labels(turned, (80, 60))
    from_inside = turned.inverse(PIXELS[:60, :80])
    covers = ((from_inside > 0.5) & (from_inside < (78.5, 58.5))).all(-1)
    assert (found[covers] > 0).all()


def test_a_matte_has_soft_edges_of_one_pixel_or_as_many_as_asked():
    labels = np.zeros((60, 80), np.uint8)
    labels[20:40, 20:60] = 1
    mask = PaintedMask(labels)
    matte = mask.matte(shift(0.5), (80, 60))
    np.testing.assert_allclose(matte[30, [18, 20, 22, 40, 60, 62]], [0, 0.5, 1, 1, 0.5, 0], atol=0.1)
    assert matte.sum() == pytest.approx(800, rel=0.02)
    soft = mask.matte(PlaneWarp(), (80, 60), feather=8)
    np.testing.assert_allclose(soft[30, 14:26], np.clip((np.arange(14, 26) - 15.5) / 8, 0, 1), atol=0.05)
    large = PlaneWarp(np.diag([4.0, 4, 1]))
    assert ((mask.matte(large, (320, 240)) > 0.1) & (mask.matte(large, (320, 240)) < 0.9))[120].sum() <= 4


def test_a_matte_of_one_label():
    labels = np.zeros((60, 80), np.uint8)
    labels[20:40, 20:40], labels[20:40, 40:60] = 1, 2
    matte = PaintedMask(labels).matte(PlaneWarp(), (80, 60), value=2)
    assert matte[30, 30] == 0
    assert matte[30, 50] == 1


def test_out_of_sight_is_empty():
    mask = PaintedMask(PAINTED)
    assert not mask.labels(shift(5000), SIZE).any()
    assert not mask.matte(shift(5000), SIZE).any()


def test_an_empty_mask_is_told():
    with pytest.raises(EditError, match="got an empty one; paint"):
        PaintedMask(np.zeros((5, 5), int))
    with pytest.raises(EditError, match="whole numbers"):
        PaintedMask(np.ones((5, 5), float))


def test_what_is_in_front_is_left_out():
    motion = solve_motion(tracks_on(plane, 36, frames=3), 0)
    front = np.zeros((SIZE[1], SIZE[0]), np.float32)
    front[:, 480:] = 1
    carried = MaskOnFrames({0: PAINTED}, {0: motion})
    found = carried.labels(1, SIZE, front)
    assert not found[:, 480:].any()
    np.testing.assert_array_equal(found[:, :480], carried.labels(1, SIZE)[:, :480])


def test_corrections_on_other_frames_take_over_softly():
    tracks = tracks_on(plane, 100, noise=0, hidden=0, frames=11)
    motions = {t: solve_motion(tracks, t) for t in (0, 10)}
    middle = PlaneWarp(plane_matrix(10))
    larger = (((middle.inverse(PIXELS) - CENTRE) / (RADII + 20)) ** 2).sum(-1) <= 1
    carried = MaskOnFrames({0: PAINTED, 10: larger.astype(np.uint8) * 7}, motions)
    np.testing.assert_array_equal(carried.labels(0, SIZE), PAINTED)
    np.testing.assert_array_equal(carried.labels(10, SIZE) > 0, larger)
    halfway = (((PlaneWarp(plane_matrix(5)).inverse(PIXELS) - CENTRE) / (RADII + 10)) ** 2).sum(-1) <= 1
    assert iou(carried.labels(5, SIZE) == 7, halfway) > 0.99


def test_every_mask_needs_a_motion():
    with pytest.raises(EditError, match=r"none for \[3\]"):
        MaskOnFrames({3: PAINTED}, {})
    with pytest.raises(EditError, match="none for any"):
        MaskOnFrames({}, {})


def test_coverage_of_a_sliver():
    assert covered(np.array([[1.0, -1.0]], np.float32)).tolist() == [[1, 0]]


def test_mattes_of_several_frames_fade_and_leave_out_what_is_hidden():
    from napari_cotracker.effects.motion import FrameMotion, Motion

    hull = np.zeros((0, 2))
    still = [Motion(k, "translation", tuple(FrameMotion(PlaneWarp(), "direct", "translation", 4, 0.1, hull)
                                            for _ in range(9)), hull, np.zeros((9, 0), bool)) for k in (0, 8)]
    large, small = np.zeros((60, 80), np.uint8), np.zeros((60, 80), np.uint8)
    large[10:50, 10:50], small[20:40, 20:40] = 1, 1
    mask = MaskOnFrames({0: large, 8: small}, {0: still[0], 8: still[1]})
    areas = [float(mask.matte(t, (80, 60)).sum()) for t in (0, 4, 8)]
    assert areas[0] == pytest.approx(1600, rel=0.01)
    assert areas[1] == pytest.approx(900, rel=0.05)  # half way: 30 px across
    assert areas[2] == pytest.approx(400, rel=0.03)
    hidden = np.zeros((60, 80), np.float32)
    hidden[:, :30] = 0.25
    assert mask.matte(0, (80, 60), hidden=hidden)[30, 20] == pytest.approx(0.75)
    soft = mask.matte(0, (80, 60), feather=8)
    assert 0.3 < soft[30, 10] < 0.7 < soft[30, 14] <= 1
