"""A picture sticks to a surface."""

from itertools import pairwise

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.warps import PlaneWarp, mapped
from napari_cotracker.effects.colour import from_linear, to_linear
from napari_cotracker.effects.insert import Insert, InsertOptions, composite, exposure_of, mix, moment, placed
from napari_cotracker.effects.maps import Box, forward_map
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.sampling import sampled
from tests.moving_surfaces import CENTRE, RADII, SIZE, back, bend, plane, plane_matrix, tracks_on

AROUND = Box(240, 120, 800, 470)
GREY = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
SHOWN = (5, 11, 17, 23)
WIDTH, HEIGHT = SIZE


def pixels(box):
    return np.stack(np.meshgrid(np.arange(box.left, box.right), np.arange(box.top, box.bottom)), -1).astype(float)


def texture(xy):
    """(..., 4) light and alpha: waves of 14 to 60 px within the ellipse, its edge soft."""
    rng, waves = np.random.default_rng(3), 0
    for _ in range(9):
        length, angle, colour = rng.uniform(14, 60), rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1, 3)
        along = xy @ (np.cos(angle), np.sin(angle))
        waves = waves + colour * np.sin(2 * np.pi * along / length + rng.uniform(0, 6))[..., None]
    light = np.clip(0.5 + 0.13 * waves, 0.02, 1) ** 2.2
    alpha = np.clip((1 - np.sqrt((((xy - CENTRE) / RADII) ** 2).sum(-1))) * 20, 0, 1)
    return np.concatenate([light, alpha[..., None]], -1)


def truth(surface, t):
    """What the frame should show around the edit, and where the edit is."""
    layer = 0
    for step in ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)):
        found = texture(back(surface, pixels(AROUND) + step, t))
        found[..., :3] *= found[..., 3:]
        layer = layer + found.astype(np.float32) / 4
    below = to_linear(GREY[AROUND.slices])
    light = [mix(below[..., k], layer[..., k], layer[..., 3]) for k in range(3)]
    return from_linear(np.stack(light, -1), np.uint8), layer[..., 3] > 0


def psnr(a, b):
    return 10 * np.log10(255**2 / np.square(a.astype(float) - b).mean())


PAINTED = texture(pixels(Box(0, 0, *SIZE))).astype(np.float32)


@pytest.mark.parametrize(("surface", "count", "drifting", "gate"), [
    (plane, 100, 0.0, 45), (plane, 100, 0.15, 40), (bend, 144, 0.0, 35), (bend, 144, 0.15, 33)])
def test_gates(surface, count, drifting, gate):
    motion, insert = solve_motion(tracks_on(surface, count, drifting=drifting), 0), Insert(PAINTED)
    found = []
    for t in SHOWN:
        expected, there = truth(surface, t)
        found.append(psnr(composite(GREY, insert, moment(motion.warp(t)))[AROUND.slices][there], expected[there]))
    assert min(found) >= gate


def still(motion, t):
    """The edit of a frame taken back to where it was, by what is known of the surface."""
    frame = composite(GREY, Insert(PAINTED), moment(motion.warp(t))).astype(np.float32)
    return sampled(frame, forward_map(PlaneWarp(plane_matrix(t)), Box(360, 190, 600, 350)))


def test_noise_does_not_make_it_flicker():
    changes = []
    for noise in (0.0, 0.5):
        motion = solve_motion(tracks_on(plane, 100, noise=noise), 0)
        shown = [still(motion, t) for t in range(8, 20)]
        changes.append(np.mean([np.abs(b - a).mean() for a, b in pairwise(shown)]))
    assert changes[1] <= 1.5 * changes[0]


def test_on_its_own_frame_it_is_as_painted():
    found = composite(GREY, Insert(PAINTED), moment(PlaneWarp()))
    expected, there = truth(plane, 0)
    assert psnr(found[AROUND.slices][there], expected[there]) > 50


def test_nothing_shows_over_what_is_in_front():
    motion = solve_motion(tracks_on(plane, 100), 0)
    front = np.zeros((HEIGHT, WIDTH), np.float32)
    front[:, 430:520] = 1
    for frame in (GREY, GREY.astype(np.float32) / 255):
        found = composite(frame, Insert(PAINTED), moment(motion.warp(15)), front=front)
        np.testing.assert_array_equal(found[:, 430:520], frame[:, 430:520])
        assert (found[:, 380:430] != frame[:, 380:430]).any()
    with pytest.raises(EditError, match="front matte of shape"):
        composite(GREY, Insert(PAINTED), moment(motion.warp(15)), front=front[:-1])


def test_other_pixels_stay_bit_by_bit():
    noisy = np.random.default_rng(0).integers(0, 1 << 16, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    found = composite(noisy, Insert(PAINTED), moment(PlaneWarp(plane_matrix(9))))
    assert found.dtype == np.uint16
    away = (((back(plane, pixels(Box(0, 0, *SIZE)), 9) - CENTRE) / (RADII + 4)) ** 2).sum(-1) > 1
    np.testing.assert_array_equal(found[away], noisy[away])
    assert (found[~away] != noisy[~away]).mean() > 0.9
    away_altogether = PlaneWarp(np.array([[1, 0, 9000], [0, 1, 0], [0, 0, 1.0]]))
    np.testing.assert_array_equal(composite(noisy, Insert(PAINTED), moment(away_altogether)), noisy)


def flat(light, alpha=1.0):
    return Insert(np.concatenate([np.full((8, 8, 3), light), np.full((8, 8, 1), alpha)], -1).astype(np.float32))


@pytest.mark.parametrize(("mode", "below", "expected"), [
    ("over", 0.4, 0.5 * 0.4 + 0.5 * 0.2), ("multiply", 0.4, 0.4 * (0.5 + 0.5 * 0.2)),
    ("screen", 0.4, 0.5 * 0.4 + 0.5 * (1 - 0.6 * 0.8)), ("over", 3.0, 1.6), ("screen", 3.0, 3.0)])
def test_light_is_mixed_as_light(mode, below, expected):
    frame = np.full((8, 8, 3), below, np.float32)
    found = composite(frame, flat(0.2, 0.5), moment(PlaneWarp()), InsertOptions(mode=mode))
    np.testing.assert_allclose(found[4, 4], expected, rtol=1e-5)


def test_opacity_and_gain():
    frame = np.zeros((8, 8, 3), np.float32)
    found = composite(frame, flat(0.4), moment(PlaneWarp()), InsertOptions(opacity=0.5), gain=(1, 2, 0.5))
    np.testing.assert_allclose(found[4, 4], [0.2, 0.4, 0.1], rtol=1e-5)


def test_alpha_of_a_frame_becomes_as_opaque():
    frame = np.zeros((8, 8, 4), np.uint8)
    frame[..., 3] = 51
    found = composite(frame, flat(1.0, 0.5), moment(PlaneWarp()))
    assert found[4, 4, 3] == round(255 * 0.6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_no_dark_fringe_over_what_is_transparent(dtype):
    frame = np.zeros((8, 8, 4), dtype)
    white = 1 if dtype == np.float32 else np.iinfo(dtype).max
    found = composite(frame, flat(1.0, 0.25), moment(PlaneWarp()))[4, 4]
    colour = 0.25 if dtype == np.float32 else white  # whole numbers are not multiplied by alpha
    np.testing.assert_allclose(found, [colour, colour, colour, white / 4], rtol=0.01)
    frame[..., 0], frame[..., 3] = white / 2 if dtype == np.float32 else white, white // 2 or 0.5
    found = composite(frame, flat(0.0, 0.5), moment(PlaneWarp()))[4, 4].astype(float) / white
    assert found[3] == pytest.approx(0.75, abs=0.01)
    light = found[0] if dtype == np.float32 else to_linear(np.array([found[0] * white], dtype))[0] * found[3]
    assert light == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("backdrop", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("mode", "blend"), [
    ("multiply", lambda below, above: below * above), ("screen", lambda below, above: below + above - below * above)])
def test_what_is_printed_over_a_plate_with_alpha_follows_the_formulas_of_compositing(dtype, backdrop, mode, blend):
    below, above, alpha = 0.4, 0.2, 0.5
    frame = np.zeros((8, 8, 4), dtype)
    white = 1 if dtype == np.float32 else np.iinfo(dtype).max
    light = np.array([below * backdrop if dtype == np.float32 else below], np.float32)
    frame[..., :3], frame[..., 3] = from_linear(light, np.dtype(dtype))[0], backdrop * white
    found = composite(frame, flat(above, alpha), moment(PlaneWarp()), InsertOptions(mode=mode))[4, 4]
    opaque = alpha + backdrop * (1 - alpha)
    expected = (1 - backdrop) * alpha * above + (1 - alpha) * backdrop * below + alpha * backdrop * blend(below, above)
    assert found[3] / white == pytest.approx(opaque, abs=0.01)
    expected = expected if dtype == np.float32 else expected / opaque  # whole numbers are not multiplied by alpha
    assert to_linear(found[:1])[0] == pytest.approx(expected, abs=0.01)


def test_corners_are_the_outer_edges_of_its_pixels():
    picture = np.full((20, 40, 3), 255, np.uint8)
    frame = np.zeros((60, 80, 3), np.uint8)
    insert = Insert(picture, [(9.5, 14.5), (49.5, 14.5), (49.5, 34.5), (9.5, 34.5)])
    found = composite(frame, insert, moment(PlaneWarp()))
    assert (found[15:35, 10:50] == 255).all()
    found[15:35, 10:50] = 0
    assert not found.any()


def test_corners_that_do_not_go_round_are_told():
    for corners in ([(0, 0), (9, 0), (0, 9), (9, 9)], [(0, 0), (9, 0), (18, 0), (0, 9)], [(0, 0)] * 4,
                    [(0, 0), (9, 0), (9, 9)]):
        with pytest.raises(EditError, match="four corners that go round"):
            placed((10, 10), corners)
    there = np.array([(3, 4), (90, 10), (80, 70), (5, 60.0)])
    own = np.array([(0, 0), (40, 0), (40, 20), (0, 20)]) - 0.5
    np.testing.assert_allclose(mapped(placed((40, 20), there), own), there)


def test_a_picture_that_is_none_is_told():
    with pytest.raises(EditError, match=r"got \(4, 4\)"):
        Insert(np.zeros((4, 4), np.uint8))


def test_edges_are_soft_by_a_pixel():
    found = composite(np.zeros((40, 40, 3), np.float32), flat(1.0),
                      moment(PlaneWarp(np.array([[1, 0, 10.5], [0, 1, 10], [0, 0, 1.0]]))))
    np.testing.assert_allclose(found[14, [9, 10, 11, 14, 18, 19], 0], [0, 0.5, 1, 1, 0.5, 0], atol=0.1)


@pytest.mark.parametrize("scale", [1, 0.8, 0.3])
def test_only_the_part_of_a_picture_with_anything_in_it_is_laid_and_pixels_are_the_same(scale):
    warp = PlaneWarp(np.array([[scale, 0.02, 30.3], [-0.01, scale, 20.6], [0, 0, 1]]))
    rimmed = PAINTED.copy()
    rimmed[[0, -1], [0, -1], 3] = 1e-9  # something in the corners, that nobody can see
    box, layer = Insert(PAINTED).on(moment(warp), SIZE)
    whole_box, whole_layer = Insert(rimmed).on(moment(warp), SIZE)
    seen = layer[..., 3] > 0
    assert seen.sum() > 0.4 * seen.size  # an ellipse fills 0.79 of its box, of which some is spare
    assert box.width * box.height < 0.6 * whole_box.width * whole_box.height
    found = np.zeros_like(whole_layer)
    found[box.within(whole_box)] = layer
    np.testing.assert_allclose(found, whole_layer, atol=1e-4)  # a fortieth of what 8 bit tell apart


def test_a_picture_that_is_transparent_everywhere_changes_nothing():
    found = composite(GREY, Insert(np.zeros((*SIZE[::-1], 4), np.uint8)), moment(PlaneWarp()))
    np.testing.assert_array_equal(found, GREY)


def test_motion_blur_is_the_mean_over_the_open_shutter():
    frames = 5
    along = np.array([16.0, 0])
    moving = tracks_on(lambda xy, t: np.asarray(xy, float) + t * along, 36, noise=0, hidden=0, frames=frames)
    motion, options = solve_motion(moving, 0), InsertOptions(shutter=180)
    placed_there = Insert(np.full((40, 40, 3), 1, np.float32), [(300, 200), (340, 200), (340, 240), (300, 240)])
    found = composite(np.zeros((HEIGHT, WIDTH, 3), np.float32), placed_there, exposure_of(motion, 2, options))
    # the left edge moves from 328 to 336 while the shutter is open
    np.testing.assert_allclose(found[220, 326:338, 0], np.clip((np.arange(326, 338) - 328) / 8, 0, 1), atol=0.02)
    assert found[220, :, 0].sum() == pytest.approx(40, rel=0.001)


@pytest.mark.parametrize("t", [0, 4])
def test_motion_blur_of_the_first_and_the_last_frame_is_as_long_as_that_of_others(t):
    moving = tracks_on(lambda xy, t: np.asarray(xy, float) + t * np.array([16.0, 0]), 36, noise=0, hidden=0, frames=5)
    motion, options = solve_motion(moving, 0), InsertOptions(shutter=180)
    white = Insert(np.full((40, 40, 3), 1, np.float32), [(300, 200), (340, 200), (340, 240), (300, 240)])
    black = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    end, between = (composite(black, white, exposure_of(motion, k, options))[220, :, 0] for k in (t, 2))
    np.testing.assert_allclose(np.roll(end, 16 * (2 - t)), between, atol=0.01)
