"""Motion blur."""

import numpy as np
import pytest

from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.sampling import Source
from napari_cotracker.effects.shutter import Exposure, exposed, looks_at, times_for, way

SIZE = (240, 120)


def moving(step, scale=1.0, turn=0.0):
    def at(time):
        angle = turn * time
        return PlaneWarp(np.array([[scale * np.cos(angle), -np.sin(angle), 60 + step * time],
                                   [np.sin(angle), scale * np.cos(angle), 30 + 0.3 * step * time], [0, 0, 1]]))
    return at


def picture():
    """Opaque blocks of light within a border without anything."""
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.random((7, 12, 3)) ** 2, np.ones((8, 8, 1)))
    return np.pad(np.dstack([blocks, np.ones(blocks.shape[:2])]), [(1, 1), (1, 1), (0, 0)]).astype(np.float32)


def brute(source, exposure, box, count=150):
    """The mean over so many moments that no more change it."""
    shares = (np.arange(count) + 0.5) / count - 0.5
    return sum(source.through(exposure.at(share * exposure.span), box) for share in shares) / count


@pytest.mark.parametrize("step", [0.4, 4, 16, 60, 100])
@pytest.mark.parametrize("scale", [1.0, 0.75, 0.4])
def test_it_is_the_mean_of_all_moments(step, scale):
    source, exposure = Source(picture()), Exposure(moving(step, scale, 0.02), 0.5)
    box, found = exposed(source, exposure, SIZE)
    off = np.abs(found - brute(source, exposure, box))
    assert np.quantile(off, 0.99) < 0.012
    assert off.max() < 0.06
    eight = (np.arange(8) / 8 + 0.0625 - 0.5) * exposure.span
    stepped = np.abs(sum(source.through(exposure.at(time), box) for time in eight) / 8
                     - brute(source, exposure, box)).max()
    assert step < 60 or stepped > 2 * off.max()  # eight times do not make it smooth


def test_as_many_times_as_are_asked_for():
    source, exposure = Source(picture()), Exposure(moving(30), 0.5, samples=3)
    box, found = exposed(source, exposure, SIZE)
    times = np.array([-1, 0, 1]) / 3 * 0.5
    expected = sum(source.through(exposure.at(time), box) for time in times) / 3
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_what_hardly_moves_is_looked_at_once():
    source, exposure = Source(picture()), Exposure(moving(0.05), 0.5)
    box, found = exposed(source, exposure, SIZE)
    np.testing.assert_array_equal(found, source.through(exposure.at(0), box))
    assert times_for(0.01 + 1 / 16) == 2


def test_longer_ways_take_more_times_and_never_too_many():
    counts = [times_for(pixels) for pixels in (0.1, 1, 4, 20, 60, 200, 1e6)]
    assert counts == sorted(counts)
    assert counts[-1] == 64
    assert all(pixels / times_for(pixels) <= 2 for pixels in (1, 4, 20, 60, 90))


def test_the_way_is_that_of_what_is_in_sight():
    source = Source(picture())
    assert way(source.box, Exposure(moving(10), 0.5), SIZE) == pytest.approx(5 * np.hypot(1, 0.3))
    turning = Exposure(moving(0, turn=0.4), 0.5)
    assert way(source.box, turning, (4000, 4000)) > way(source.box, turning, (100, 60))


def test_a_picture_out_of_sight_is_nothing():
    box, found = exposed(Source(picture()), Exposure(lambda time: PlaneWarp(
        np.array([[1, 0, 900 + 40 * time], [0, 1, 0], [0, 0, 1.0]])), 0.5), SIZE)
    assert found.shape == (0, 0, 4)
    assert (box.width, box.height) == (0, 0)


@pytest.mark.parametrize("fine", [1, 2, 3, 5])
def test_places_within_a_pixel_are_even_at_every_time(fine):
    looks = looks_at(7, fine)
    times = np.unique(looks[:, 0])
    assert len(looks) == fine * len(times)
    assert len(times) >= 7
    for time in times:
        np.testing.assert_allclose(looks[looks[:, 0] == time, 1:].mean(0), 0, atol=1e-9)
    places, counts = np.unique(np.round(looks[:, 1:], 6), axis=0, return_counts=True)
    assert len(places) == fine**2
    assert len(set(counts)) == 1
