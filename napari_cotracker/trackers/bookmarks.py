"""What a tracker remembers, as plain arrays and back: arrays, numbers, and things that are made of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from ..core.errors import TrackingError
from ..core.tracker import Bookmark


def arrays_of(thing: Any, prefix: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """All that an object of this room remembers, by the names of its attributes; arrays are copied."""
    found = {}
    for name, value in _parts(thing):
        if isinstance(value, np.ndarray | int | float):
            found[f"{prefix}{name}"] = np.array(value)
        elif _is_ours(value):
            found |= arrays_of(value, f"{prefix}{name}.")
    return found


def put_arrays(thing: Any, bookmark: Bookmark, prefix: str = "") -> Any:
    """Have an object remember what `arrays_of` gave; gives the object, or, of a tuple, a new one.

    Raises
    ------
    TrackingError
        If something is missing or of another kind.
    """
    new = {}
    for name, value in _parts(thing):
        if isinstance(value, np.ndarray | int | float):
            new[name] = _alike(value, part(bookmark, f"{prefix}{name}"))
        elif _is_ours(value):
            new[name] = put_arrays(value, bookmark, f"{prefix}{name}.")
    if isinstance(thing, tuple):
        return thing._replace(**new)  # type: ignore[attr-defined]  # those with names only
    for name, value in new.items():
        setattr(thing, name, value)
    return thing


def part(bookmark: Bookmark, name: str) -> np.ndarray[Any, Any]:
    """One of its arrays.

    Raises
    ------
    TrackingError
    """
    if name not in bookmark:
        raise _damaged(name)
    return bookmark[name]


def within(bookmark: Bookmark, prefix: str) -> dict[str, np.ndarray[Any, Any]]:
    """Those of its arrays whose names begin with a prefix, without it."""
    return {name[len(prefix):]: value for name, value in bookmark.items() if name.startswith(prefix)}


def under(prefix: str, bookmark: Bookmark) -> dict[str, np.ndarray[Any, Any]]:
    """The same arrays with a prefix before their names."""
    return {f"{prefix}{name}": value for name, value in bookmark.items()}


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    return iter((thing._asdict() if hasattr(thing, "_asdict") else vars(thing)).items())


def _is_ours(value: Any) -> bool:
    """Whether it is made of parts that change: settings do not, and plain tuples are such."""
    if is_dataclass(value) or (isinstance(value, tuple) and not hasattr(value, "_asdict")):
        return False
    return type(value).__module__.startswith(__package__ or "")


def _alike(before: Any, given: np.ndarray[Any, Any]) -> Any:
    if isinstance(before, np.ndarray):
        if (given.dtype, given.ndim) != (before.dtype, before.ndim):
            raise _damaged(f"{given.dtype} of {given.ndim} dimensions")
        return given.copy()
    if given.ndim:
        raise _damaged(f"{given.ndim} dimensions")
    return type(before)(given)


def _damaged(what: str) -> TrackingError:
    return TrackingError(f"what is kept of where the run stood is damaged ({what!r}); begin the run anew")
