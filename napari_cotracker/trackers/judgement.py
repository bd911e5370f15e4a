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
    0.675, 0.582, 1.302, 0.088, 0.146, -0.115, -0.676, -0.798, -0.284, 0.539, 0.153, 0.225, 0.525, 0.133, 0.028,
    1.915, 0.436, -0.076, 0.091, -0.833, -0.534,
)
NEAR = (
    5.442, -0.74, 3.267, -0.012, 0.344, -0.209, -0.314, 0.028, -0.834, 1.068, -0.114, -0.016, -2.328, -0.165, -0.078,
    -1.747, -1.046, -0.028, 0.371, 0.403, -2.462,
)
FOLLOWER = (
    -4.908, 5.225, 6.941, 0.738, 0.485, -0.235, 0, 0.15, -1.216, 0, -0.118, -0.032, 0.351, -0.907, -0.161, -1.253, 0,
    0, 0, -1.232, -2.984,
)
GUIDE = (
    0.476, 0.015, 2.016, 0.281, -0.126, 0.01, 0.357, 0.151, -0.142, -0.722, 0.172, 0.302, 0.25, -0.678, -0.131, 0.105,
    -0.778, 0.053, 0.038, -1.237, -0.849,
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
