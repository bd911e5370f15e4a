"""Frames per second as people write them."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

from .errors import VideoError

LEAST, MOST = 1e-3, 1e6  # frames per second
ROUNDED = 0.005


def read_rate(fps: Fraction | float | str) -> Fraction:
    """Frames per second, such as 24 or ``24000/1001``; 23.976 and its like mean the exact rate of films.

    Raises
    ------
    VideoError
        If it is no number, or none that makes sense.
    """
    rate = Fraction(0)
    with suppress(TypeError, ValueError, OverflowError, ZeroDivisionError):
        rate = Fraction(fps.strip() if isinstance(fps, str) else fps)
    if not LEAST < rate < MOST:
        raise VideoError(f"expected frames per second such as 24, 23.976 or 24000/1001, got {fps!r:.60}")
    exact = (Fraction(whole * 1000, 1001) for whole in (24, 30, 48, 60, 120))
    return next((each for each in exact if abs(each - rate) < ROUNDED), rate)


def noted_rate(noted: Any) -> Fraction | None:
    """Frames per second as `Tracks.meta` has them, (numerator, denominator); None if these make no sense."""
    try:
        rate = Fraction(*(int(number) for number in noted))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return rate if LEAST < rate < MOST else None


def rate_in_words(rate: Fraction) -> str:
    """As a person would write it: 24, 23.976."""
    return f"{float(rate):.6g}"
