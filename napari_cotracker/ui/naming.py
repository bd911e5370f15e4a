"""Names for the points to come: a list that one clicks through in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from psygnal import Signal

Point = tuple[str, int] | None
"""Who got a name: a project's own id and a track's; None for a name that was left out."""


class Naming:
    """Names waiting to be given, and the group of new points.

    Attributes
    ----------
    changed : psygnal.Signal
        Emitted without arguments when the next name, or the group, is another one.
    restored : psygnal.Signal
        The list and the group are those of another time, typed by nobody now.
    """

    changed, restored = Signal(), Signal()

    def __init__(self) -> None:
        self._group = ""
        self._names: list[str] = []
        self._given: list[Point] = []  # one for each name that the list is past
        self._lost: list[tuple[list[Point], Point]] = []  # what was given when a point went, for its return

    @property
    def names(self) -> list[str]:
        """The whole list."""
        return list(self._names)

    @property
    def given(self) -> list[Point]:
        """Who got the names that the list is past, in order."""
        return list(self._given)

    @property
    def group(self) -> str:
        """Of new points; "" for none."""
        return self._group

    @group.setter
    def group(self, group: str) -> None:
        if group != self._group:
            self._group = group
            self.changed.emit()

    @property
    def next(self) -> str:
        """The name of the next point; "" if the list is through or empty."""
        return self._names[len(self._given)] if len(self._given) < len(self._names) else ""

    @property
    def progress(self) -> str:
        """Where in the list one is, in words."""
        if not self._names:
            return ""
        if not self.next:
            return f"All {len(self._names)} names are given; further points are numbered."
        return f"Next: {self.next} ({len(self._given) + 1} of {len(self._names)})"

    def read(self, text: str) -> None:
        """Take a list of names, separated by commas or on lines of their own, and begin with the first."""
        names = [name.strip() for name in re.split(r"[,;\n]", text)]
        self._names = [name for name in names if name]
        self.start_over()

    def restore(self, names: Sequence[str], given: Sequence[Point], group: str) -> None:
        """Go on with a list where it was left."""
        self._names, self._given, self._lost, self._group = list(names), list(given)[: len(names)], [], group
        self.restored.emit()
        self.changed.emit()

    def start_over(self) -> None:
        """Begin the list anew, for the next individual."""
        self._given, self._lost = [], []
        self.changed.emit()

    def give(self, point: Point = None) -> None:
        """The next name is given, if there is one."""
        if self.next:
            self._given.append(point)
            self._lost = []
            self.changed.emit()

    def skip(self) -> None:
        """Leave one name out: a point that cannot be seen here."""
        self.give()

    def take_back(self, point: Point) -> None:
        """A point has gone: if it was the last that got a name, this is the next name again."""
        given = self._given[:]
        while given and given[-1] is None:
            given.pop()
        if given and given[-1] == point:
            self._lost.append((self._given, point))
            self._given = given[:-1]
            self.changed.emit()

    def give_again(self, point: Point) -> None:
        """A point that had gone is back, and has its name."""
        if self._lost and self._lost[-1][1] == point:
            self._given, _ = self._lost.pop()
            self.changed.emit()
