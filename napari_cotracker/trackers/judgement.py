"""Turns what a guided follower noticed into probabilities, and says how far its guide is to be believed.

The coefficients are of logistic regressions on clips of the training generator (their seeds are not
those of the training), repeated with ``python -m benchmarks.fit_scores CHECKPOINT``. They belong to a
constant and to the columns of `GuidedFollower.signs`: the nine of a plain follower (see
`napari_cotracker.trackers.scores`), the guide's two logits, log10 of the distance between both in
1/256 of the picture's longer side, of its recent mean while the point was held and of its change,
whether the guide is inside the picture, log10 of the steps since the point was lost, both logits
again for lost points, the first template's correlation times the distance, and log10 of the first
template's uncertainty in px.

The constants of `VISIBLE` and `NEAR` are both raised by 0.8, so that the product of the two scores at the
usual threshold serves the average Jaccard best: as probabilities they are too high by that.
"""

from __future__ import annotations

from .patches import Floats
from .scores import logistic

VISIBLE = (
    0.685, 0.822, 1.134, -0.195, 0.301, -0.162, -0.685, -0.77, -0.314, 0.523, 0.122, 0.241, 0.585, 0.081, -0.014,
    1.84, 0.433, -0.035, 0.069, -0.838, -0.498,
)
NEAR = (
    4.474, -0.095, 3.142, -0.147, 0.236, -0.192, 0.05, 0.161, -0.736, 1.166, -0.087, -0.017, -2.146, -0.458, -0.006,
    -1.802, -1.482, 0.068, 0.376, 0.451, -2.243,
)
GUIDE = (
    0.015, 0.398, 1.966, 0.136, -0.1, -0.041, 0.578, 0.17, -0.132, -0.636, 0.161, 0.318, 0.42, -0.651, -0.054, 0.199,
    -0.868, 0.104, 0.054, -1.494, -0.809,
)


def visibility_of(signs: Floats) -> Floats:
    """(n,) probability that a point can be seen."""
    return logistic(signs, VISIBLE)


def confidence_of(signs: Floats) -> Floats:
    """(n,) probability that a visible point is where it is said to be, to 3 % of the picture's longer side."""
    return logistic(signs, NEAR)


def worth_of_guide(signs: Floats) -> Floats:
    """(n,) expected share of the thresholds 1, 2, 4, 8 and 16 px of 256 that the guide's error is below."""
    return logistic(signs, GUIDE)
