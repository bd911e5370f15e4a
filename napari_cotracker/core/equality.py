"""Whether two values made of arrays are the same; ``==`` of arrays is no single answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal: arrays by shape and content, NaN like NaN, mappings by their values."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        one, other = np.asarray(a), np.asarray(b)
        return np.array_equal(one, other, equal_nan=one.dtype.kind == other.dtype.kind == "f")
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    return bool(a == b)


def same_fields(a: Any, b: Any) -> bool:
    """Whether two dataclasses of one kind have equal fields."""
    return all(same(getattr(a, each.name), getattr(b, each.name)) for each in fields(a))
