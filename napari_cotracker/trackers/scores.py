"""Turns what a follower noticed about a point into two probabilities.

The coefficients are of a logistic regression on rendered clips with exact truth (moving layers that
turn, deform, hide one another and leave the picture); in sample units of `Follower.signs`: best
correlation, correlation with the first template, log10 of the there-and-back miss in px, whether
lost, log10 of the steps since the query, whether inside the picture.
"""

from __future__ import annotations

import numpy as np

from .patches import Floats

VISIBLE = (0.0, 4.0, 2.0, -0.5, -3.0, -0.3, 3.0)
EXACT = (0.0, 4.0, 2.0, -0.5, -3.0, -0.3, 0.0)


def visibility_of(signs: Floats) -> Floats:
    """(n,) probability that a point can be seen."""
    return _logistic(signs, VISIBLE)


def confidence_of(signs: Floats) -> Floats:
    """(n,) probability that a point which can be seen is where it is said to be, give or take 3 % of the picture."""
    return _logistic(signs, EXACT)


def _logistic(signs: Floats, coefficients: tuple[float, ...]) -> Floats:
    terms = np.concatenate([np.ones((len(signs), 1), np.float32), signs], 1)
    return (1 / (1 + np.exp(-(terms @ np.array(coefficients, np.float32))))).astype(np.float32)
