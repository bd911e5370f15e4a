"""Who is believed, and how sure the answer is."""

import numpy as np
import pytest

from napari_cotracker.core.tracks import DEFAULT_THRESHOLD
from napari_cotracker.trackers import judgement
from napari_cotracker.trackers.follower import Reach
from napari_cotracker.trackers.guided import GuidedFollower

# a template that matches where a sure guide is, and a lost point of which the guide is not sure either
GOOD = np.array([0.99, 0.99, 0.99, 0.99, -2, 0, 1, 1.4, 1, 4, 4, 0, 0, -1, 1, 0, 0, 0, 0, -0.5], np.float32)
LOST = np.array([0.3, 0.3, 0, 0, 1.3, 1, 1, 1.4, 1, -3, -3, 1, 1, 0, 1, 1, -3, -3, 0.3, -0.5], np.float32)


def test_there_is_a_coefficient_for_each_sign_and_one_more() -> None:
    follower = GuidedFollower((64, 48), Reach(5, 9, 2, 8))
    follower.grow(2)
    for name in ("VISIBLE", "NEAR", "FOLLOWER", "GUIDE"):
        assert len(getattr(judgement, name)) == follower.signs().shape[1] + 1 == len(GOOD) + 1


def test_a_good_point_is_shown_and_a_lost_one_scores_less() -> None:
    both = np.stack([GOOD, LOST])
    product = judgement.visibility_of(both) * judgement.confidence_of(both)
    assert product[0] > DEFAULT_THRESHOLD
    assert product[1] < product[0]


@pytest.mark.parametrize(("match", "distance"), [(0.99, 0.0), (0.99, 0.5)])
def test_a_template_that_matches_near_the_guide_is_believed(match: float, distance: float) -> None:
    signs = GOOD.copy()
    signs[:4], signs[11:13], signs[18] = match, distance, match * distance
    assert judgement.worth_of_follower(signs[None])[0] > judgement.worth_of_guide(signs[None])[0]
