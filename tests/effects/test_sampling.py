"""Sampling pictures."""

import numpy as np
import pytest

from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.maps import Box
from napari_cotracker.effects.sampling import Source, sampled


def scaled(factor, x=0.0):
    return PlaneWarp(np.array([[factor, 0, x + (factor - 1) / 2], [0, factor, (factor - 1) / 2], [0, 0, 1]]))


def waves(size, length):
    y, x = np.mgrid[: size[1], : size[0]]
    return (0.5 + 0.5 * np.sin(2 * np.pi * (x + 0.4 * y) / length))[..., None].astype(np.float32)


def test_where_it_is_not_known_there_is_the_border():
    places = np.full((2, 3, 2), np.nan, np.float32)
    assert (sampled(np.ones((4, 4, 3), np.float32), places, border=0.25) == 0.25).all()
    assert sampled(np.ones((4, 4, 4), np.float32), places[:0]).shape == (0, 3, 4)


def test_still_and_shifted():
    picture = waves((60, 40), 17)
    np.testing.assert_allclose(Source(picture).through(PlaneWarp(), Box(0, 0, 60, 40)), picture, atol=1e-6)
    found = Source(waves((60, 40), 17)).through(scaled(1, 0.5), Box(5, 5, 55, 35))
    y, x = np.mgrid[5:35, 5:55]
    expected = 0.5 + 0.5 * np.sin(2 * np.pi * (x - 0.5 + 0.4 * y) / 17)
    assert np.abs(found[..., 0] - expected).max() < 0.01


@pytest.mark.parametrize("factor", [0.7, 0.5, 0.3, 0.11])
def test_a_picture_that_shrinks_is_the_mean_of_what_it_covers(factor):
    rng = np.random.default_rng(0)
    picture = np.kron(rng.random((40, 60)), np.ones((8, 8)))[..., None].astype(np.float32)
    size = int(480 * factor), int(320 * factor)
    found = Source(picture).through(scaled(factor), Box(0, 0, *size))[..., 0]
    many = 16
    at = (np.arange(max(size) * many) + 0.5) / many / factor - 0.5
    rows, columns = (np.clip(np.rint(at[: n * many]).astype(int), 0, m - 1)
                     for n, m in ((size[1], 320), (size[0], 480)))
    exact = picture[..., 0][np.ix_(rows, columns)].reshape(size[1], many, size[0], many).mean((1, 3))
    inner = (slice(2, -2), slice(2, -2))
    assert np.sqrt(np.square(found - exact)[inner].mean()) < 0.035


def test_fine_stripes_do_not_become_coarse_ones():
    stripes = (np.indices((300, 300)).sum(0) % 2)[..., None].astype(np.float32)
    found = Source(stripes).through(scaled(0.37), Box(5, 5, 100, 100))
    assert found.std() < 0.03
    assert found.mean() == pytest.approx(0.5, abs=0.02)


def test_it_shrinks_more_one_way_than_the_other():
    source = Source(np.ones((100, 100, 1), np.float32))
    least, most = source.shrinks(PlaneWarp(np.diag([0.5, 0.25, 1])), Box(0, 0, 40, 20))
    assert (least, most) == (pytest.approx(2), pytest.approx(4))
    assert source.shrinks(PlaneWarp(np.array([[1, 0, 900], [0, 1, 0], [0, 0, 1.0]])), Box(0, 0, 40, 20)) == (1, 1)


def test_copies_are_halves():
    source = Source(waves((61, 40), 17))
    assert [copy.shape[:2] for copy in source.smaller] == [(40, 61), (20, 31), (10, 16), (5, 8), (3, 4)]
