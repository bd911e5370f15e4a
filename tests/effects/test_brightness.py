"""Light that changes."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.brightness import gain_of
from napari_cotracker.effects.colour import from_linear, to_linear
from napari_cotracker.effects.maps import inverse_map, whole
from napari_cotracker.effects.motion_solving import solve_motion
from napari_cotracker.effects.sampling import sampled
from tests.moving_surfaces import SIZE, plane, plane_matrix, tracks_on

MOTION = solve_motion(tracks_on(plane, 64, frames=8), 0)
WALL = np.random.default_rng(0).integers(40, 160, (SIZE[1] // 20, SIZE[0] // 20, 3)).astype(np.uint8)
REFERENCE = np.kron(WALL, np.ones((20, 20, 1), np.uint8))


def seen(gain, dtype=np.uint8):
    moved = sampled(to_linear(REFERENCE), inverse_map(PlaneWarp(plane_matrix(7)), whole(SIZE)), "linear")
    return from_linear(moved * np.float32(gain), dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_lamp_that_is_turned_up_or_coloured_is_told(dtype):
    reference = from_linear(to_linear(REFERENCE), dtype)
    assert gain_of(reference, seen(1, dtype), MOTION, 7) == pytest.approx([1, 1, 1], rel=0.03)
    assert gain_of(reference, seen((2, 1.5, 0.7), dtype), MOTION, 7) == pytest.approx([2, 1.5, 0.7], rel=0.05)


def test_a_shine_on_some_of_it_does_not_count():
    frame = seen(0.8)
    frame[:220] = 255
    assert gain_of(REFERENCE, frame, MOTION, 7) == pytest.approx([0.8] * 3, rel=0.12)


def test_where_nothing_is_told_nothing_changes():
    assert gain_of(REFERENCE, np.zeros_like(REFERENCE), MOTION, 7).tolist() == [1, 1, 1]
    blind = replace(MOTION, used=np.zeros_like(MOTION.used))
    assert gain_of(REFERENCE, seen(2), blind, 7).tolist() == [1, 1, 1]
