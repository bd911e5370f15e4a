"""A click goes where the picture looks like the track, if it does."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.trackers.snapping import REACH, snap
from tests.moving_films import Film, moving_film

FILM, WHERE = moving_film(10, turn=0.01)
START = np.array([60.0, 60.0], np.float32)
TRUTH = np.asarray(WHERE(START, 0, 8), np.float32)


@pytest.mark.parametrize("off", [(0.0, 0.0), (1.6, -0.9), (-1.2, 1.4)])
def test_a_click_nearby_becomes_exact(off: tuple[float, float]) -> None:
    found = snap(FILM, (8, TRUTH + np.array(off, np.float32)), (0, START))
    assert np.abs(found - TRUTH).max() < 0.2


def test_a_click_on_something_else_stays_where_it_is() -> None:
    click = TRUTH + np.array([25, 10], np.float32)
    np.testing.assert_array_equal(snap(FILM, (8, click), (0, START)), click)


def test_it_never_moves_far() -> None:
    for seed in range(5):
        click = TRUTH + np.random.default_rng(seed).uniform(-8, 8, 2).astype(np.float32)
        assert np.linalg.norm(snap(FILM, (8, click), (0, START)) - click) <= REACH + 1e-3


def test_where_there_is_nothing_to_see_nothing_is_moved() -> None:
    flat = Film(np.full((2, 64, 64, 3), 90, np.uint8))
    click = np.array([30.5, 31.25], np.float32)
    assert snap(flat, (1, click), (0, np.array([32, 32], np.float32))).tolist() == click.tolist()
    corner = snap(FILM, (8, np.array([0, 0], np.float32)), (0, np.array([159, 119], np.float32)))
    assert np.isfinite(corner).all()
