"""Numbers of things in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby


def counted(count: int, what: str) -> str:
    """``1 track``, ``2,000 tracks``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def are(count: int) -> str:
    """The verb that goes with so many."""
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    """The same of the past."""
    return "was" if count == 1 else "were"


def stretches(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of ascending numbers that follow one another."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda each: each[1] - each[0])]
    return [(run[0], run[-1]) for run in runs]
