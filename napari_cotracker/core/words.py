"""Numbers of things in sentences for people, and the names of points that were given none."""

from __future__ import annotations

import re


def counted(count: int, what: str) -> str:
    """``1 track``, ``2,000 tracks``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def are(count: int) -> str:
    """The verb that goes with so many."""
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    """The same of the past."""
    return "was" if count == 1 else "were"


def point_name(id: int) -> str:
    """What a point is called that was given no name: by its id, so that it has one number only."""
    return f"point {id}"


def as_label(name: object) -> str:
    """A name that every file can hold, without what UTF-8 cannot say and the zero that ends texts in HDF5."""
    return re.sub("[\0\ud800-\udfff]", "_", str(name))
