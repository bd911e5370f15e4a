"""The two places of lost points, and how finding them tells on the guide."""

import numpy as np
import pytest

from napari_cotracker.trackers.lost import COASTS, LostPoints

ROWS = np.array([0, 1])


def two_points() -> LostPoints:
    """Both last seen in one place."""
    ways = LostPoints(unit=1.0)
    ways.grow(2)
    ways.start(ROWS, np.full((2, 2), 50, np.float32))
    return ways


def test_a_led_point_moves_with_the_guide_and_comes_to_it() -> None:
    ways, guide = two_points(), np.full((2, 2), 80, np.float32)
    ways.lead(ROWS, np.full((2, 2), 3, np.float32), guide)
    assert (ways.led > 53).all() and (ways.led < 80).all()
    for _ in range(30):
        ways.lead(ROWS, np.zeros((2, 2), np.float32), guide)
    np.testing.assert_allclose(ways.led, guide, atol=0.1)
    assert (ways.coast == 50).all()


def test_with_a_silent_guide_both_places_are_one() -> None:
    ways, nothing = two_points(), np.full((2, 2), np.nan, np.float32)
    ways.coast[:] = 57
    ways.lead(ROWS, nothing, nothing)
    assert (ways.apart(ROWS) == 0).all()


def test_a_guide_that_begins_to_speak_is_taken_as_it_is() -> None:
    ways, guide = two_points(), np.full((2, 2), 80, np.float32)
    ways.lead(ROWS, np.full((2, 2), np.nan, np.float32), guide)
    assert (ways.led == 80).all()


def test_points_coast_first_and_are_led_later() -> None:
    first, last = COASTS
    share = two_points().share(np.array([1, first, (first + last) / 2, last, 100]))
    assert share.tolist() == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize(("found", "opinion"), [(80, 1), (50, -1), (600, 0)], ids=["led", "coasted", "neither"])
def test_where_points_are_found_counts_for_or_against_the_guide(found: float, opinion: int) -> None:
    ways = two_points()
    ways.led[:] = 80
    records = [ways.record()]
    for _ in range(10):
        ways.vote(ROWS, np.full((2, 2), found, np.float32))
        records.append(ways.record())
    assert records[0] == 0 and (np.sign(np.diff(records)) == opinion).all()
    assert abs(records[-1]) < 1


def test_places_close_together_tell_nothing() -> None:
    ways = two_points()
    ways.led[:] = 52
    ways.vote(ROWS, np.full((2, 2), 52, np.float32))
    assert ways.record() == 0
