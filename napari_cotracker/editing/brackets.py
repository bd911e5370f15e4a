"""Which spans of a track a fix re-solves: those between its anchors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from .cells import Cells
from .claims import is_ended, is_pinned

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Bracket:
    """The anchors around a frame, and how far a fix there reaches.

    Parameters
    ----------
    first, last : int
        The frames that it reaches, both included.
    left, right : int or None
        The frames of the anchors before and after; None where that side is open.
    """

    first: int
    last: int
    left: int | None
    right: int | None


@dataclass(frozen=True, order=True)
class Span:
    """Frames of a track to solve again, from one known end or both; ends that are known hold.

    Parameters
    ----------
    first, last : int
        Both included.
    start_xy, end_xy : (x, y) or None
        Pixels of the anchor at the first and at the last frame; None at an open end.
    """

    first: int
    last: int
    start_xy: tuple[float, float] | None
    end_xy: tuple[float, float] | None

    @property
    def is_closed(self) -> bool:
        """Whether both ends are known."""
        return self.start_xy is not None and self.end_xy is not None


class _Marks(NamedTuple):
    """Frames of a track's anchors, and those on which a person says that it is not there."""

    pins: Places
    walls: Places
    n_frames: int

    @classmethod
    def of(cls, cells: Cells) -> _Marks:
        return cls(np.flatnonzero(is_pinned(cells)), np.flatnonzero(is_ended(cells)), len(cells.state))

    def around(self, t: int) -> Bracket:
        left, right = _neighbours(self.pins, t)
        wall_before, wall_after = _neighbours(self.walls, t)
        if left is not None and wall_before is not None and wall_before > left:
            left = None
        if right is not None and wall_after is not None and wall_after < right:
            right = None
        first = 0 if wall_before is None else wall_before + 1
        last = self.n_frames - 1 if wall_after is None else wall_after - 1
        return Bracket(first if left is None else left, last if right is None else right, left, right)


def bracket(cells: Cells, t: int) -> Bracket:
    """The anchors of a track around a frame, that frame left out.

    An open side reaches to the end of the clip, but not beyond the last frame before a person says that
    the track is not there.

    Parameters
    ----------
    cells : Cells
        Of one track, (T,).
    t : int
        0-based frame.

    Raises
    ------
    EditError
        If there is no such frame.
    """
    _check(cells, t)
    return _Marks.of(cells).around(t)


def spans(cells: Cells, t: int) -> list[Span]:
    """What a fix at a frame re-solves: the span before it and the span after it, as far as there is anything in them.

    If that frame holds no anchor, after its anchor was taken away say, it is one span from the anchor
    before to the one after; none if there is no anchor on either side.

    Parameters
    ----------
    cells : Cells
        Of one track, (T,), as they are after the fix.
    t : int
        0-based frame.

    Raises
    ------
    EditError
        If there is no such frame.
    """
    _check(cells, t)
    return _spans_at(_Marks.of(cells), cells, t)


def spans_of_track(cells: Cells) -> list[Span]:
    """All spans between the anchors of a track (T,), and before the first and after the last; ascending."""
    marks = _Marks.of(cells)
    return sorted({(span.first, span.last): span for t in marks.pins.tolist()
                   for span in _spans_at(marks, cells, t)}.values(), key=lambda span: span.first)


def _spans_at(marks: _Marks, cells: Cells, t: int) -> list[Span]:
    there = marks.around(t)
    left, right, here = _xy(cells, there.left), _xy(cells, there.right), _xy(cells, t)
    if bool(is_pinned(cells[t])):
        found = [Span(there.first, t, left, here), Span(t, there.last, here, right)]
    else:
        found = [Span(there.first, there.last, left, right)]
    return [span for span in found if _is_worth(span)]


def _is_worth(span: Span) -> bool:
    if span.start_xy is None and span.end_xy is None:
        return False
    return span.last - span.first > (1 if span.is_closed else 0)


def _neighbours(places: Places, t: int) -> tuple[int | None, int | None]:
    before = int(np.searchsorted(places, t)) - 1
    after = int(np.searchsorted(places, t, side="right"))
    return (int(places[before]) if before >= 0 else None, int(places[after]) if after < len(places) else None)


def _xy(cells: Cells, t: int | None) -> tuple[float, float] | None:
    return None if t is None else (float(cells.xy[t, 0]), float(cells.xy[t, 1]))


def _check(cells: Cells, t: int) -> None:
    if not 0 <= t < len(cells.state):
        raise EditError(f"expected a frame from 0 to {len(cells.state) - 1}, got {t}")
