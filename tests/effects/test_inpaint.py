"""Fills."""

import numpy as np
import pytest

from napari_cotracker.effects.inpaint import InpaintOptions, apply


def test_a_wire_disappears_from_a_gradient():
    y, x = np.mgrid[:60, :90]
    clean = np.stack([x / 90, y / 60, (x + y) / 150], -1).astype(np.float32)
    wired, mask = clean.copy(), np.zeros((60, 90), np.float32)
    wired[28:32], mask[28:32] = 5.0, 1
    wired[26:34] += 0.01  # its shine
    found = apply(wired, mask, InpaintOptions())
    assert np.abs(found - clean)[28:32, 5:-5].max() < 0.08


def test_nothing_around_leaves_all_as_it_is():
    light = np.ones((5, 5, 3), np.float32)
    assert apply(light, np.ones((5, 5), np.float32), InpaintOptions()) is light


@pytest.mark.parametrize("radius", [1, 4, 9])
@pytest.mark.parametrize("hole", [slice(0, 2), slice(7, 12), slice(38, 40)])
def test_a_picture_of_one_line(radius: float, hole: slice) -> None:
    """It became NaN, or anything, which a film shows as black."""
    ramp = np.linspace(0.2, 0.8, 40, dtype=np.float32)
    clean, mask = np.repeat(ramp[None, :, None], 3, 2), np.zeros((1, 40), np.float32)
    mask[:, hole] = 1
    light = np.where(mask[..., None] > 0, np.float32(5), clean)
    for turned in (False, True):
        given = [light, mask] if not turned else [light.swapaxes(0, 1).copy(), mask.T.copy()]
        found = apply(*given, InpaintOptions(radius=radius, grow=1))
        assert found.shape == given[0].shape
        assert np.abs((found.swapaxes(0, 1) if turned else found) - clean).max() < 0.1
