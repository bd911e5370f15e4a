"""Turns what a guided follower noticed into probabilities, and says how far its guide is to be believed.

The coefficients are of logistic regressions on clips of the training generator (their seeds are not
those of the training), repeated with ``python -m benchmarks.fit_scores CHECKPOINT``. They belong to a
constant and to the columns of `GuidedFollower.signs`: the nine of a plain follower (see
`napari_cotracker.trackers.scores`), the guide's two logits, log10 of the distance between both in
1/256 of the picture's longer side, of its recent mean while the point was held and of its change,
whether the guide is inside the picture, log10 of the steps since the point was lost, both logits
again for lost points, the first template's correlation times the distance, log10 of the first
template's uncertainty in px, what log10 of the distance to the guide lately was on the mean of all
held points (where a guide is often off, being far from it says little), and, for lost points, log10 of
how far apart their two places are (see `napari_cotracker.trackers.lost`).

The constants of `VISIBLE` and `NEAR` are both raised by 0.7, so that the product of the two scores at the
usual threshold serves the average Jaccard best: as probabilities they are too high by that.
"""

from __future__ import annotations

from .patches import Floats
from .scores import logistic

VISIBLE = (
    1.646, 1.28, 0.48, -0.063, 0.108, -0.208, -0.663, -0.74, -0.426, 0.869, 0.175, 0.272, 0.329, 0.035, -0.103,
    0.837, 0.38, 0.069, -0.109, -0.449, -0.863, 0.113, -0.138,
)
NEAR = (
    2.224, 0.57, 1.64, 0.861, 0.494, -0.233, 0.52, -0.111, -0.499, 1.356, 0.054, 0.019, -1.008, -0.457, -0.347,
    -0.13, -0.735, -0.033, 0.457, -0.044, -2.51, -0.756, -0.868,
)
GUIDE = (
    -0.325, -0.825, 1.917, 0.517, -0.021, -0.04, 0.674, 0.265, -0.074, -0.079, 0.256, 0.227, 0.618, -0.608, -0.105,
    0.844, -0.961, -0.126, 0.168, -1.877, -0.666, -0.785, -0.245,
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
