"""Scores are probabilities, and fall when signs get worse."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.tracks import DEFAULT_THRESHOLD
from napari_cotracker.trackers.scores import confidence_of, visibility_of

GOOD = np.array([0.99, 0.99, 0.99, 0.99, -2.0, 0.0, 1.0, 1.4, 1.0], np.float32)
LOST = np.array([0.3, 0.3, 0.0, 0.0, 1.3, 1.0, 1.0, 1.4, 1.0], np.float32)


@given(st.lists(st.floats(-3, 3, width=32), min_size=9, max_size=9))
def test_scores_lie_between_0_and_1(values: list[float]) -> None:
    for score in (visibility_of, confidence_of):
        assert 0 <= score(np.array([values], np.float32))[0] <= 1


def test_a_lost_point_scores_below_the_default_threshold_and_a_good_one_above() -> None:
    both = np.stack([GOOD, LOST])
    product = visibility_of(both) * confidence_of(both)
    assert product[0] > 0.75
    assert product[1] < DEFAULT_THRESHOLD


def test_outside_the_picture_a_point_is_less_visible() -> None:
    outside = GOOD.copy()
    outside[8] = 0
    assert visibility_of(outside[None])[0] < visibility_of(GOOD[None])[0]
