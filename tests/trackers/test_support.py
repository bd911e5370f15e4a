"""Weights of what belongs with a point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.trackers.support import LEAST, support

SIDE = 25
MIDDLE = SIDE // 2
TURNS = {"flip": lambda p: p[:, ::-1], "turn": lambda p: p[::-1, ::-1], "transpose": lambda p: p.swapaxes(0, 1)}


def plain(level: float) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), level, np.float32)


def speckled(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 255, (SIDE, SIDE, 3)).astype(np.float32)


def test_what_lies_beyond_an_edge_hardly_counts() -> None:
    patch = plain(60)
    patch[:, MIDDLE + 3 :] = 200
    weight = support(patch[None])[0]
    assert weight[:, : MIDDLE + 3].min() == pytest.approx(1)
    assert weight[:, MIDDLE + 3 :].max() < 0.02


def test_a_slow_change_of_light_cuts_nothing_off_that_an_edge_of_the_same_height_does() -> None:
    slow = plain(100) + np.linspace(-6, 6, SIDE, dtype=np.float32)[:, None]
    sharp = plain(100)
    sharp[MIDDLE + 4 :] += 60
    assert support(slow[None]).min() > 0.5
    assert support(sharp[None])[0][-1].max() < 0.1


def test_what_is_reached_around_a_corner_counts() -> None:
    patch = plain(200)
    patch[MIDDLE - 1 : MIDDLE + 2] = 60  # a band through the middle
    patch[:, -3:] = 60  # and one at its end, at a right angle
    weight = support(patch[None])[0]
    assert weight[0, -2] == pytest.approx(1)
    assert weight[0, MIDDLE] < 0.02


@given(st.integers(0, 50), st.sampled_from(sorted(TURNS)))
def test_it_does_not_matter_how_a_patch_is_turned(seed: int, how: str) -> None:
    change = TURNS[how]
    patch = speckled(seed)
    turned = change(support(patch[None])[0])
    # ways that wind are found by rounds of sweeps, in an order that is not quite the same
    assert support(np.ascontiguousarray(change(patch))[None])[0] == pytest.approx(turned, abs=0.05)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4), st.floats(-50, 50))
def test_weights_are_of_each_patch_alone_and_of_changes_only(seeds: list[int], brighter: float) -> None:
    patches = np.stack([speckled(seed) for seed in seeds])
    weights = support(patches)
    assert weights.shape == (len(seeds), SIDE, SIDE)
    assert weights.min() >= LEAST * 0.999
    assert weights.max() == 1
    assert weights[:, MIDDLE, MIDDLE] == pytest.approx(1)
    assert support(patches[-1:] + np.float32(brighter))[0] == pytest.approx(weights[-1], abs=1e-3)
