"""Splines through what planes leave."""

import numpy as np
import pytest

from napari_cotracker.effects.motion_splines import (
    GRID,
    LEAST,
    MOST,
    Bend,
    choose_smoothing,
    frame_of,
    gathered,
    left_out,
    spline_of,
)

RNG = np.random.default_rng(3)
PLACES = RNG.uniform((0, 0), (600, 400), (144, 2))
FRAME = frame_of(PLACES)


def waves(places):
    return 8 * np.stack([np.sin(places[:, 0] / 90), np.cos(places[:, 1] / 70)], 1)


def bend(noise, places=PLACES):
    return Bend(places, waves(places) + np.random.default_rng(5).normal(0, noise, places.shape), np.ones(len(places)))


def test_exact_points_are_met_and_those_between_nearly():
    warp = spline_of(np.eye(3), bend(0), GRID[0], FRAME)
    np.testing.assert_allclose(warp.forward(PLACES) - PLACES, waves(PLACES), atol=0.05)
    inner = RNG.uniform((60, 60), (540, 340), (200, 2))
    assert np.abs(warp.forward(inner) - inner - waves(inner)).mean() < 0.3


def test_leaving_out_is_what_it_says():
    one = bend(0.8)._replace(weights=np.linspace(0.5, 1.5, 144))
    missed = np.zeros(2)
    for k in range(144):
        rest = np.arange(144) != k
        # the weights of the others count relative to their mean, which moves with the one left out
        warp = spline_of(np.eye(3), Bend(PLACES[rest], one.residuals[rest], one.weights[rest]),
                         GRID[6] / one.weights[rest].mean(), FRAME)
        missed += one.weights[k] * np.square(warp.forward(PLACES[k]) - PLACES[k] - one.residuals[k])
    assert left_out(one, FRAME)[6] == pytest.approx(missed.sum(), rel=0.02)


def test_more_noise_makes_it_stiffer_and_the_choice_is_near_the_best():
    chosen = [choose_smoothing([bend(noise)], FRAME) for noise in (0.0, 0.5, 3.0)]
    assert chosen[0] < chosen[1] < chosen[2]
    inner = RNG.uniform((30, 30), (570, 370), (300, 2))

    def off(smoothing):
        return np.abs(spline_of(np.eye(3), bend(0.5), smoothing, FRAME).forward(inner) - inner - waves(inner)).mean()

    assert off(chosen[1]) < 1.2 * min(map(off, GRID))


def test_no_frame_to_choose_by_is_as_stiff_as_can_be():
    assert choose_smoothing([], FRAME) == GRID[-1]
    assert spline_of(np.eye(3), Bend(*(part[: LEAST - 1] for part in bend(0))), 1.0, FRAME) is None


def test_many_points_are_gathered():
    places = RNG.uniform((0, 0), (1200, 300), (5000, 2))
    few = gathered(bend(0.5, places))
    assert MOST / 2 < len(few.places) <= MOST
    assert few.weights.sum() == pytest.approx(5000)
    assert np.abs(few.residuals - waves(few.places)).mean() < 0.6
    line = np.stack([np.linspace(0, 999, 1000), np.zeros(1000)], 1)
    assert len(gathered(bend(0, line)).places) <= MOST


def test_a_fold_is_stiffened_away():
    residuals = np.zeros_like(PLACES)
    residuals[np.argmin(np.hypot(*(PLACES - (300, 200)).T))] = (150, 0)
    one = Bend(PLACES, residuals, np.ones(144))
    warp = spline_of(np.eye(3), one, GRID[0], FRAME)
    lattice = np.stack(np.meshgrid(np.linspace(20, 580, 30), np.linspace(20, 380, 30)), -1)
    assert warp is None or warp.turns(lattice).min() > 0


def test_points_in_a_line():
    line = np.stack([np.linspace(0, 500, 20), np.full(20, 7.0)], 1)
    warp = spline_of(np.eye(3), Bend(line, waves(line), np.ones(20)), 1e-3, frame_of(line))
    assert warp is None or np.isfinite(warp.forward(line)).all()
