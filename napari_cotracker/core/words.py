"""Numbers of things in sentences for people."""

from __future__ import annotations


def counted(count: int, what: str) -> str:
    """``1 track``, ``2,000 tracks``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def are(count: int) -> str:
    """The verb that goes with so many."""
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    """The same of the past."""
    return "was" if count == 1 else "were"
