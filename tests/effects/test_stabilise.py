"""A film held still."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.warps import PlaneWarp, mapped
from napari_cotracker.effects.maps import Box, inverse_map
from napari_cotracker.effects.motion import FrameMotion, Motion
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.sampling import sampled
from napari_cotracker.effects.stabilise import BORDERS, Stabilised, StabiliseOptions, stabilise, zoom_for
from tests.moving_surfaces import CENTRE, SIZE, edited, plane, plane_matrix, tracks_on

FRAMES = 24
MOTION = solve_motion(tracks_on(plane, 100), 0)
INNER = (slice(180, 360), slice(340, 620))


def picture(t, dtype=np.uint8):
    """What the camera sees of a wall of waves."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    wall = 128 + 50 * np.sin(x / 9.0) + 50 * np.cos(y / 7.0 + x / 31)
    wall = np.stack([wall, wall[::-1], wall[:, ::-1]], -1).astype(np.float32)
    seen = sampled(wall, inverse_map(PlaneWarp(plane_matrix(t)), Box(0, 0, *SIZE)), border=128.0)
    return np.rint(seen).clip(0, 255).astype(dtype)


@pytest.mark.parametrize(("model", "gate"), [("homography", 0.25), ("affine", 8), ("similarity", 8),
                                              ("translation", 40)])
def test_locked_points_stand_still(model, gate):
    steady = stabilise(MOTION, SIZE, StabiliseOptions(model=model, border="black"))
    off = [np.hypot(*(mapped(steady.matrices[t], plane(edited(), t)) - edited()).T).mean() for t in range(FRAMES)]
    assert max(off) < gate
    assert off[0] < 1e-6
    assert steady.zoom == 1


def test_a_locked_picture_stands_still():
    steady = stabilise(MOTION, SIZE, StabiliseOptions(model="homography", border="black"))
    first = steady.steady(picture(0), 0).astype(float)
    np.testing.assert_array_equal(first, picture(0))
    for t in (8, 23):
        assert np.abs(steady.steady(picture(t), t)[INNER] - first[INNER]).mean() < 4
        assert np.abs(picture(t)[INNER] - first[INNER]).mean() > 30


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_pixels_keep_their_kind(dtype):
    steady = stabilise(MOTION, SIZE)
    found = steady.steady(np.ones((SIZE[1], SIZE[0], 4), dtype), 5)
    assert found.dtype == dtype
    assert found.shape == (SIZE[1], SIZE[0], 4)


def test_what_is_painted_on_the_steady_film_goes_back():
    steady = stabilise(MOTION, SIZE, StabiliseOptions(model="homography", border="black"))
    painted = np.zeros((SIZE[1], SIZE[0], 4), np.float32)
    painted[220:320, 400:560] = 1
    found = steady.back(painted, 20)[..., 3] > 0.5
    corner = plane(np.array([(399.5, 219.5), (559.5, 319.5)]), 20)
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    outline = plane(np.array([(399.5, 219.5), (559.5, 219.5), (559.5, 319.5), (399.5, 319.5)]), 20)
    assert columns[0] == pytest.approx(outline[:, 0].min(), abs=1.5)
    assert rows[-1] == pytest.approx(outline[:, 1].max(), abs=1.5)
    np.testing.assert_allclose(steady.warp(20).forward([(399.5, 219.5), (559.5, 319.5)]), corner, atol=0.3)


def shaking(frames=80):
    """A camera that pans, and shakes."""
    rng, t = np.random.default_rng(0), np.arange(80)
    x, y = 4.0 * t + rng.normal(0, 3, frames), rng.normal(0, 3, frames)
    matrices = [np.array([[1, 0, -a], [0, 1, -b], [0, 0, 1.0]]) for a, b in zip(x - x[0], y - y[0], strict=True)]
    square = CENTRE + np.array([(-90.0, -90), (90, -90), (90, 90), (-90, 90)])
    told = tuple(FrameMotion(PlaneWarp(matrix), "direct", "translation", 4, 0.1, square) for matrix in matrices)
    return Motion(0, "translation", told, square, np.ones((frames, 4), bool)), np.stack(matrices)


def test_a_smooth_path_pans_on_without_shaking():
    motion, matrices = shaking()
    steady = stabilise(motion, SIZE, StabiliseOptions(path="smooth", window=15, border="black"))
    at = np.stack([mapped(a @ b, CENTRE) for a, b in zip(steady.matrices, matrices, strict=True)])
    speed = np.diff(at, axis=0)
    assert speed[:, 0].mean() == pytest.approx(-4, abs=0.15)
    assert speed[15:-15].std(0).max() < 0.3
    assert np.diff(matrices[:, :2, 2], axis=0).std(0).min() > 3


def test_zoom_keeps_the_border_out_of_sight_and_no_more():
    motion, _ = shaking()
    steady = stabilise(motion, SIZE, StabiliseOptions(path="smooth"))
    assert 1.01 < steady.zoom < 1.1
    white = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)
    seen = [steady.back(np.ones((SIZE[1], SIZE[0], 1), np.float32), t) for t in (0, 40)]
    assert all(part.mean() < 1 for part in seen)
    assert all((steady.steady(white, t) == 255).all() for t in range(0, 80, 9))
    corners = np.array([(0.0, 0), (SIZE[0] - 1, 0), (SIZE[0] - 1, SIZE[1] - 1), (0, SIZE[1] - 1)])
    at = np.stack([mapped(np.linalg.inv(matrix), corners) for matrix in steady.matrices])
    least = min((at + 0.5).min(), (np.array(SIZE) - 0.5 - at).min())
    assert least == pytest.approx(0, abs=0.01)


def test_no_motion_needs_no_zoom_and_too_much_is_told():
    assert zoom_for(np.stack([np.eye(3)] * 3), SIZE) == 1
    away = np.array([[1, 0, 900], [0, 1, 0], [0, 0, 1.0]])
    with pytest.raises(EditError, match="a zoom of 4 keeps out of sight"):
        zoom_for(np.stack([np.eye(3), away]), SIZE)


@pytest.mark.parametrize("border", BORDERS[1:])
def test_borders(border):
    motion, matrices = shaking()
    steady = stabilise(motion, SIZE, StabiliseOptions(border=border))
    found = steady.steady(np.full((SIZE[1], SIZE[0], 3), 200, np.uint8), 40)
    assert (found == 200).all() == (border != "black")
    assert matrices[40, 0, 2] < -100


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_of_what_is_transparent_are_not_drawn_in(dtype):
    most = np.iinfo(dtype).max
    given = np.zeros((40, 60, 4), dtype)  # black beneath what is transparent
    given[:, 20:] = most
    half = np.array([[1, 0, -10.5], [0, 1, 0], [0, 0, 1]])
    found = Stabilised(half[None], (60, 40), 1.0, "black").steady(given, 0)
    seen = found[..., 3] > most // 50
    assert 0 < found[5, 9, 3] < most  # a soft edge, which is as white as the rest
    assert (found[..., :3][seen] >= most * 0.98).all()
    assert (found[:, 12:40] == most).all()


def test_few_frames_and_a_single_one():
    motion, _ = shaking()
    for frames in (1, 2):
        short = Motion(0, "translation", motion.frames[:frames], motion.places, motion.used[:frames])
        assert np.isfinite(stabilise(short, SIZE, StabiliseOptions(path="smooth")).matrices).all()
