"""Outlines: positive inside, falling with the distance, closed within the map."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.shapes import KINDS, REACH, Sheet, draw_outlines

EACH = sorted(set(KINDS), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", EACH)
def test_a_shape_is_closed_and_holds_something(kind: Callable[[Sheet], Tensor]) -> None:
    for seed in range(30):
        outline = kind(Sheet(48, Chance(seed)))
        border = torch.cat([outline[0], outline[-1], outline[:, 0], outline[:, -1]])
        assert float(border.max()) < 0, seed
        assert 0.01 < float((outline > 0).float().mean()) < 0.8, seed


@pytest.mark.parametrize("kind", EACH)
def test_a_map_falls_about_as_fast_as_the_distance_grows(kind: Callable[[Sheet], Tensor]) -> None:
    pitch = 2 * REACH / 47
    for seed in range(5):
        outline = kind(Sheet(48, Chance(seed)))
        steepest = max(float(outline.diff(dim=axis).abs().max()) for axis in (0, 1)) / pitch
        assert 0.5 < steepest < 8


def test_a_capsule_is_as_thick_as_asked() -> None:
    sheet = Sheet(27, Chance(0))
    depth = sheet.capsule((-0.5, 0.0), (0.5, 0.0), 0.2)
    assert float(depth[13, 13]) == pytest.approx(0.2, abs=1e-6)
    assert float(depth[13, 0]) == pytest.approx(0.2 - 0.8, abs=1e-6)  # from the round end to the border
    assert float(depth[0, 13]) == pytest.approx(0.2 - REACH, abs=1e-6)


def test_a_bank_follows_from_its_seed() -> None:
    bank = draw_outlines(12, 32, Chance(3))
    assert bank.shape == (12, 1, 32, 32)
    assert torch.equal(bank, draw_outlines(12, 32, Chance(3)))
    assert not torch.equal(bank, draw_outlines(12, 32, Chance(4)))
