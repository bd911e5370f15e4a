"""Fills."""

import numpy as np

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
