"""Tasks and long work are generators; this runs them to their end."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def drain(run: Generator[Piece, None, Result]) -> tuple[list[Piece], Result]:
    """Everything that was yielded, and what was returned."""
    seen = []
    while True:
        try:
            seen.append(next(run))
        except StopIteration as stop:
            return seen, stop.value
