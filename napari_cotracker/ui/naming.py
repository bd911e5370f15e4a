"""Names for the points to come: a list that one clicks through in order."""

from __future__ import annotations

import re

from psygnal import Signal


class Naming:
    """Names waiting to be given, and the group of new points.

    Attributes
    ----------
    changed : psygnal.Signal
        Emitted without arguments when the next name is another one.
    """

    changed = Signal()

    def __init__(self) -> None:
        self.group = ""
        self._names: list[str] = []
        self._next = 0

    @property
    def names(self) -> list[str]:
        """The whole list."""
        return list(self._names)

    @property
    def next(self) -> str:
        """The name of the next point; "" if the list is through or empty."""
        return self._names[self._next] if self._next < len(self._names) else ""

    @property
    def progress(self) -> str:
        """Where in the list one is, in words."""
        if not self._names:
            return ""
        if not self.next:
            return f"All {len(self._names)} names are given; further points are numbered."
        return f"Next: {self.next} ({self._next + 1} of {len(self._names)})"

    def read(self, text: str) -> None:
        """Take a list of names, separated by commas or on lines of their own, and begin with the first."""
        names = [name.strip() for name in re.split(r"[,;\n]", text)]
        self._names = [name for name in names if name]
        self.start_over()

    def start_over(self) -> None:
        """Begin the list anew, for the next individual."""
        self._next = 0
        self.changed.emit()

    def take(self) -> str:
        """The next name, which is given with that."""
        name = self.next
        if name:
            self._next += 1
            self.changed.emit()
        return name

    def skip(self) -> None:
        """Leave one name out: a point that cannot be seen here."""
        self.take()
