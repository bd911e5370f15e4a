"""Who is believed, and how sure the answer is."""

import numpy as np

from napari_cotracker.core.tracks import DEFAULT_THRESHOLD
from napari_cotracker.trackers import judgement
from napari_cotracker.trackers.follower import Reach
from napari_cotracker.trackers.guided import GuidedFollower

# a template that matches where a sure guide is, and a lost point of which the guide is not sure either
GOOD = np.array([0.99, 0.99, 0.99, 0.99, -2, 0, 1, 1.4, 1, 4, 4, 0, 0, -1, 1, 0, 0, 0, 0, -0.5, 0.3, 0], np.float32)
LOST = np.array([0.3, 0.3, 0, 0, 1.3, 1, 1, 1.4, 1, -3, -3, 1, 1, 0, 1, 1, -3, -3, 0.3, -0.5, 0.3, 1], np.float32)


def test_there_is_a_coefficient_for_each_sign_and_one_more() -> None:
    follower = GuidedFollower((64, 48), Reach(5, 9, 2, 8))
    follower.grow(2)
    for name in ("VISIBLE", "NEAR", "GUIDE"):
        assert len(getattr(judgement, name)) == follower.signs().shape[1] + 1 == len(GOOD) + 1


def test_a_good_point_is_shown_and_a_lost_one_scores_less() -> None:
    both = np.stack([GOOD, LOST])
    product = judgement.visibility_of(both) * judgement.confidence_of(both)
    assert product[0] > DEFAULT_THRESHOLD
    assert product[1] < product[0]


def test_a_guide_is_worth_more_the_surer_it_is() -> None:
    doubtful, sure = LOST.copy(), LOST.copy()
    sure[9:11], sure[16:18] = 4, 4
    worth = judgement.worth_of_guide(np.stack([doubtful, sure]))
    assert 0 <= worth[0] < worth[1] <= 1
