"""Random numbers: seeded, and within their limits."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.training.chance import Chance

SEEDS = st.integers(-(2**70), 2**90)  # a run multiplies the one that it was given


def some_of_each(chance: Chance) -> list[float]:
    tensors = [
        chance.uniform((3,), -2, 5), chance.log_uniform((3,), 0.1, 10), chance.normal((3,)), chance.coin((3,), 0.5),
        chance.integers((3,), 0, 100),
    ]
    singles = [chance.number(0, 1), float(chance.whole(0, 1000)), float(chance.happens(0.5))]
    return torch.cat([tensor.float() for tensor in tensors]).tolist() + singles


@given(SEEDS)
def test_the_same_seed_gives_the_same_numbers(seed: int) -> None:
    assert some_of_each(Chance(seed)) == some_of_each(Chance(seed))


def test_another_seed_gives_other_numbers() -> None:
    assert some_of_each(Chance(1)) != some_of_each(Chance(2))


def test_the_numbers_of_everybody_else_stay_as_they_are() -> None:
    before = torch.random.get_rng_state()
    some_of_each(Chance(3))
    assert torch.equal(torch.random.get_rng_state(), before)


@given(SEEDS, st.floats(-100, 100), st.floats(0.01, 50))
def test_numbers_lie_within_their_limits(seed: int, low: float, width: float) -> None:
    chance = Chance(seed)
    values = chance.uniform((50,), low, low + width)
    assert values.min() >= low - 1e-4
    assert values.max() <= low + width + 1e-4
    octaves = chance.log_uniform((50,), width, 8 * width)
    assert octaves.min() >= width * 0.999
    assert octaves.max() <= 8 * width * 1.001
    whole = chance.integers((50,), 3, 6)
    assert set(whole.tolist()) <= {3, 4, 5}
    assert low - 1e-4 <= chance.number(low, low + width) <= low + width + 1e-4
    assert chance.whole(-2, 0) in {-2, -1}


def test_every_octave_is_as_likely_as_the_next() -> None:
    values = Chance(4).log_uniform((4000,), 1, 16)
    counts = torch.histc(values.log2(), 4, 0, 4) / 4000
    assert (counts - 0.25).abs().max() < 0.03


@pytest.mark.parametrize(("probability", "expected"), [(0, 0), (1, 1), (0.3, 0.3)])
def test_a_coin_falls_as_often_as_it_should(probability: float, expected: float) -> None:
    assert abs(float(Chance(5).coin((4000,), probability).float().mean()) - expected) < 0.03
    assert Chance(6).happens(1)
    assert not Chance(6).happens(0)
