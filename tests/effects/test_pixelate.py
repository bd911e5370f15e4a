"""Large pixels."""

import numpy as np

from napari_cotracker.effects.pixelate import PixelateOptions, apply


def test_squares_are_means_and_go_along_with_the_middle():
    light = np.random.default_rng(0).random((60, 90, 3)).astype(np.float32)
    found = apply(light, np.ones((60, 90), np.float32), PixelateOptions(size=10))
    around = (slice(25, 35), slice(40, 50))
    np.testing.assert_allclose(found[around], np.broadcast_to(light[around].mean((0, 1)), (10, 10, 3)), rtol=1e-5)
    assert len(np.unique(found[..., 0])) <= 7 * 10
    np.testing.assert_allclose(found.mean(), light.mean(), rtol=1e-4)
