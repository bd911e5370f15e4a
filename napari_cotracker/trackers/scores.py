"""Turns what a follower noticed about a point into two probabilities.

The coefficients are of logistic regressions on 19 rendered clips with exact truth, in which moving
layers turn, deform, hide one another and leave the picture. They belong to a constant and to the
columns of `Follower.signs`: best correlation of a template, correlation of the first one, the same
two of the innermost part, log10 of the there-and-back miss in px, whether lost, log10 of the steps
since the query, log10 of the template's contrast, and whether inside the picture.
"""

from __future__ import annotations

import numpy as np

from .patches import Floats

VISIBLE = (1.61, -0.85, 1.12, -0.31, 0.40, -0.52, -0.41, 0.01, -1.03, 1.54)
NEAR = (2.19, -0.63, 1.90, -0.12, 0.50, -0.68, 0.11, -1.60, -1.02, 1.99)


def visibility_of(signs: Floats) -> Floats:
    """(n,) probability that a point can be seen."""
    return logistic(signs, VISIBLE)


def confidence_of(signs: Floats) -> Floats:
    """(n,) probability that a visible point is where it is said to be, to 8 % of the picture's longer side."""
    return logistic(signs, NEAR)


def logistic(signs: Floats, coefficients: tuple[float, ...]) -> Floats:
    """(n,) probabilities by a constant and one coefficient for each sign."""
    terms = np.concatenate([np.ones((len(signs), 1), np.float32), signs], 1)
    odds = np.exp(terms @ np.array(coefficients, np.float32))
    return np.asarray(odds / (1 + odds), np.float32)
