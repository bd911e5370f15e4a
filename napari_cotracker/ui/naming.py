"""Names for the points to come: a list that one clicks through in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from psygnal import Signal

from ..core.skeleton import Skeleton, edges_in, listed


class Naming:
    """Names waiting to be given, each to one track, and the group of new points.

    Attributes
    ----------
    changed : psygnal.Signal
        Emitted without arguments when the next name, or anything else, is another one.
    edited : psygnal.Signal
        The user has changed the list, the group, or what is left out.
    restored : psygnal.Signal
        The list and the group are those of another time, typed by nobody now.
    """

    changed, edited, restored = Signal(), Signal(), Signal()

    def __init__(self) -> None:
        self._group = ""
        self._skeleton = Skeleton()
        self._left_out: set[str] = set()
        self._taken: Collection[str] = frozenset()

    @property
    def skeleton(self) -> Skeleton:
        """The list, as it was written."""
        return self._skeleton

    @property
    def names(self) -> list[str]:
        """The whole list, individual by individual."""
        return list(self._skeleton.names)

    @property
    def left_out(self) -> list[str]:
        """Names of points that cannot be seen, in the order of the list."""
        return [name for name in self.names if name in self._left_out]

    @property
    def is_begun(self) -> bool:
        """Whether a track has a name of the list, or one is left out."""
        return any(name in self._taken or name in self._left_out for name in self.names)

    @property
    def group(self) -> str:
        """Of new points; "" for none."""
        return self._group

    @group.setter
    def group(self, group: str) -> None:
        if group != self._group:
            self._group = group
            self._tell()

    @property
    def next(self) -> str:
        """The name of the next point, the first that no track has; "" if the list is through or empty."""
        return next((name for name in self.names if name not in self._taken and name not in self._left_out), "")

    @property
    def progress(self) -> str:
        """Where in the list one is, in words."""
        names, coming = self.names, self.next
        if not names:
            return ""
        if coming:
            return f"Next: {coming} ({names.index(coming) + 1} of {len(names)})"
        if self._left_out:
            return f"All {len(names)} names are given or left out; further points are numbered."
        others = "" if self._skeleton.individuals else " For another animal, write both under Individuals."
        return f"All {len(names)} names are given; further points are numbered.{others}"

    def read(self, text: str) -> None:
        """Take a list of names, separated by commas or on lines of their own, and begin with the first."""
        self._take(replace(self._skeleton, keypoints=listed(text)))

    def read_individuals(self, text: str) -> None:
        """Take the individuals that have these keypoints each."""
        self._take(replace(self._skeleton, individuals=listed(text)))

    def read_edges(self, text: str) -> None:
        """Take the pairs of keypoints that belong together."""
        self._take(replace(self._skeleton, edges=edges_in(text)))

    def take_over(self, skeleton: Skeleton) -> None:
        """A list that the user chose instead of typing it."""
        self._take(skeleton)
        self.restored.emit()

    def restore(self, skeleton: Skeleton, left_out: Iterable[str] = (), group: str = "") -> None:
        """Go on with a list where it was left."""
        self._skeleton, self._left_out, self._group = skeleton, set(left_out), group
        self.restored.emit()
        self.changed.emit()

    def mark(self, taken: Collection[str]) -> None:
        """These names have tracks now."""
        self._taken = frozenset(taken)
        self.changed.emit()

    def begin(self, left_out: Iterable[str] = ()) -> None:
        """The same list for another film."""
        self._left_out, self._taken = set(left_out), frozenset()
        self.changed.emit()

    def start_over(self) -> None:
        """Go back to the names that were left out."""
        self._left_out = set()
        self._tell()

    def skip(self) -> None:
        """Leave one name out: a point that cannot be seen here."""
        if self.next:
            self._left_out.add(self.next)
            self._tell()

    def _take(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._left_out &= set(skeleton.names)
        self._tell()

    def _tell(self) -> None:
        self.edited.emit()
        self.changed.emit()
