"""Turns what a guided follower noticed into probabilities, and says whether it or its guide is to be believed.

The coefficients are of logistic regressions on clips of the training generator (their seeds are not
those of the training), repeated with ``python -m benchmarks.fit_scores CHECKPOINT``. They belong to a
constant and to the columns of `GuidedFollower.signs`: the nine of a plain follower (see
`napari_cotracker.trackers.scores`), the guide's two logits, log10 of the distance between both in
1/256 of the picture's longer side, of its recent mean while the point was held and of its change,
whether the guide is inside the picture, log10 of the steps since the point was lost, both logits
again for lost points, the first template's correlation times the distance, and log10 of the first
template's uncertainty in px.
"""

from __future__ import annotations

from .patches import Floats
from .scores import logistic

VISIBLE = (
    3.731, 1.418, -0.014, -0.309, 0.113, -0.298, -0.556, -0.495, -0.523, 0.756, 0.029, 0.085, 0, -0.474, -0.138,
    1.216, -0.212, 0.082, -0.089, 0.087, -0.469,
)
NEAR = (
    4.871, 0.961, 1.435, 0.83, 0.462, -0.381, 0.037, -0.427, -0.623, 1.311, 0.088, -0.086, -0.622, -1.983, -0.324,
    -0.661, -1.003, -0.074, 0.124, 0.704, -2.673,
)
FOLLOWER = (
    -6.214, 7.938, 3.893, 1.743, 0.316, -0.373, 0, -0.592, -0.736, 0, 0.052, -0.057, 0.127, -1.118, -0.173, -0.528,
    0, 0, 0, -0.236, -3.61,
)
GUIDE = (
    0.582, 0.11, 2.239, -0.018, 0.047, -0.078, 0, -0.423, -0.307, 0, 0.086, 0.034, -0.729, -0.93, -0.24, 0.062, 0,
    0, 0, -1.295, -0.648,
)


def visibility_of(signs: Floats) -> Floats:
    """(n,) probability that a point can be seen."""
    return logistic(signs, VISIBLE)


def confidence_of(signs: Floats) -> Floats:
    """(n,) probability that a visible point is where it is said to be, to 3 % of the picture's longer side."""
    return logistic(signs, NEAR)


def worth_of_follower(signs: Floats) -> Floats:
    """(n,) expected share of the thresholds 1, 2, 4, 8 and 16 px of 256 that a held point's error is below."""
    return logistic(signs, FOLLOWER)


def worth_of_guide(signs: Floats) -> Floats:
    """(n,) the same, of the guide's place, whether a point is held or lost."""
    return logistic(signs, GUIDE)
