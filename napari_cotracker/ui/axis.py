"""Which stretch of frames, or of tracks, is shown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Axis:
    """A stretch of `total` cells; moving and zooming never leave them.

    Parameters
    ----------
    total : int
    start, length : float
        What is shown, in cells.
    """

    total: int
    start: float = 0.0
    length: float = 0.0

    @classmethod
    def whole(cls, total: int) -> Axis:
        """All of them."""
        return cls(total, 0.0, float(total))

    @property
    def is_whole(self) -> bool:
        """Whether all is shown."""
        return self.length >= self.total

    def at(self, fraction: float) -> float:
        """The position, in cells, at a fraction of what is shown."""
        return self.start + fraction * self.length

    def fraction(self, position: float) -> float:
        """Where a position lies, 0 … 1 if it is shown."""
        return (position - self.start) / self.length if self.length else 0.0

    def cell(self, fraction: float) -> int:
        """The cell at a fraction of what is shown, the nearest one beyond its ends."""
        return min(max(int(self.at(fraction) // 1), 0), max(self.total - 1, 0))

    def zoomed(self, factor: float, fraction: float, smallest: float = 4.0) -> Axis:
        """Show `factor` times as much; what is at `fraction` stays there."""
        length = min(max(self.length * factor, smallest), self.total)
        return replace(self, start=self.at(fraction) - fraction * length, length=length)._held()

    def moved(self, by: float) -> Axis:
        """Show what is `by` cells further."""
        return replace(self, start=self.start + by)._held()

    def showing(self, cell: int) -> Axis:
        """Move as little as brings a cell into sight."""
        if cell < self.start:
            return self.moved(cell - self.start)
        return self.moved(max(cell + 1 - self.start - self.length, 0))

    def resized(self, total: int) -> Axis:
        """The same stretch of another number of cells; all of them if all were shown."""
        if self.is_whole:
            return Axis.whole(total)
        return replace(self, total=total, length=min(self.length, total))._held()

    def _held(self) -> Axis:
        return replace(self, start=min(max(self.start, 0.0), max(self.total - self.length, 0.0)))


def round_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, … that is not less."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power >= least:
                return digit * power
        power *= 10


def ticks(axis: Axis, numbers: Sequence[int], step: int) -> list[tuple[int, int]]:
    """(frame, its number) of every shown frame whose number is a multiple of `step`.

    Parameters
    ----------
    axis : Axis
        Frames.
    numbers : sequence of int
        The clip's own frame numbers, ascending, with gaps perhaps.
    step : int
    """
    first, last = int(axis.start), min(int(axis.start + axis.length), len(numbers) - 1)
    if last < first:
        return []
    marks = range(-(-numbers[first] // step) * step, numbers[last] + 1, step)
    found = ((bisect_left(numbers, mark, first, last + 1), mark) for mark in marks)
    return [(frame, mark) for frame, mark in found if frame < len(numbers) and numbers[frame] == mark]
