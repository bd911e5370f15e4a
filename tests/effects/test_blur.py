"""Blur."""

import numpy as np
import pytest

from napari_cotracker.effects.blur import BlurOptions, apply

MASK = np.ones((200, 300), np.float32)


@pytest.mark.parametrize("radius", [1.0, 6.0, 20.0])
def test_an_edge_becomes_as_wide_as_asked(radius):
    light = np.zeros((200, 300, 3), np.float32)
    light[:, 150:] = 1
    row = apply(light, MASK, BlurOptions(radius=radius))[100, :, 1]
    assert row[149:151].mean() == pytest.approx(0.5, abs=0.02)
    inside = (row > 0.16) & (row < 0.84)  # one standard deviation each way
    assert inside.sum() == pytest.approx(2 * radius, rel=0.2, abs=1)


def test_fine_things_are_gone_and_light_is_kept():
    light = np.random.default_rng(0).random((200, 300, 3)).astype(np.float32)
    found = apply(light, MASK, BlurOptions(radius=20))
    assert found[60:140, 60:240].std() < 0.01
    assert found.mean() == pytest.approx(0.5, abs=0.01)
