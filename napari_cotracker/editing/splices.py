"""Which cells belong to which track: splitting, merging and swapping, as patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.tracks import State, is_anchor
from .cells import Cells
from .claims import is_located, is_pinned
from .part import Part, settled, starting
from .patch import Block, Patch, Row

CONTRADICTION = 2.0  # pixels between two anchors that cannot be clicks on the same point


def split(part: Part, t: int, id: int, name: str = "") -> Patch:
    """The cells of one track from frame `t` on become a new one of the same group.

    The new track is followed from its first position, or from the old one's query if that is in its part.

    Parameters
    ----------
    part : Part
        All of one track.
    t : int
    id : int
        Of the new track.
    name : str
        Of the new track; its default is the old one's with a "b" behind it.

    Raises
    ------
    EditError
        If the track has nothing before that frame, or nothing from there on.
    """
    row, whole = part.rows[0], part.whole
    filled = whole.differs(Cells.empty(*whole.shape))[:, 0]
    if not filled[:t].any() or not filled[t:].any():
        raise EditError(f"expected a frame at which {row.name} has cells before and after it, got frame {t}")
    later = (np.arange(len(filled)) >= t)[:, None]
    empty = Cells.empty(*whole.shape)
    kept, gone = whole.put(later, empty), empty.put(later, whole)
    new = replace(row, id=id, name=name.strip() or f"{row.name} b")
    located = is_located(gone)[:, 0]
    if row.t < t or row.t >= len(located) or not located[row.t]:
        new = starting(new, int(located.argmax()), gone[:, 0]) if located.any() else replace(new, t=t, xy=(np.nan,) * 2)
    old = settled(row, whole[:, 0], kept[:, 0])
    blocks = (Block(part.frames, part.ids, whole, kept).trimmed(),
              Block(part.frames, np.array([id]), empty, gone).trimmed())
    changed = ((row,), (old,)) if old != row else ((), ())
    return Patch(f"split {row.name} at frame {t}", blocks, changed[0], (*changed[1], new))


def merge(part: Part) -> Patch:
    """Tracks become one, the first: in every cell it is what the best of them was.

    What a person said wins, then the higher product of the scores, then who comes first. Where one is
    said to be nowhere, any other's position counts.

    Parameters
    ----------
    part : Part
        All of at least two tracks.

    Raises
    ------
    EditError
        If anchors of two of them are apart on a frame.
    """
    _refuse_contradictions(part)
    whole, (first, *others) = part.whole, part.rows
    after = Cells.empty(*whole.shape)
    after.write(np.s_[:, 0], whole[np.arange(len(whole.state)), _worth(whole).argmax(1)])
    row = settled(first, whole[:, 0], after[:, 0])
    changed = ((first,), (row,)) if row != first else ((), ())
    what = others[0].name if len(others) == 1 else f"{len(others)} tracks"
    block = Block(part.frames, part.ids, whole, after).trimmed()
    blocks = (block,) if len(block.ids) else ()
    return Patch(f"merge {what} into {first.name}", blocks, (*changed[0], *others), changed[1])


def swap(part: Part) -> Patch | None:
    """The first half of the tracks and the second exchange the cells of the part, and queries if both lie in it."""
    half, rows = len(part.rows) // 2, list(part.rows)
    for n, (a, b) in enumerate(zip(rows[:half], rows[half:], strict=True)):
        if a.t in part.frames and b.t in part.frames:
            rows[n], rows[half + n] = replace(a, t=b.t, xy=b.xy), replace(b, t=a.t, xy=a.xy)
    order = np.roll(np.arange(2 * half), half)
    return part.patch(f"swap {_sides(part.rows)}{part.during}", part.cells[:, order], rows)


def counterparts(rows: Sequence[Row]) -> tuple[list[int], list[int]]:
    """The ids of two tracks, or of each keypoint of one individual and of the same of another one.

    Raises
    ------
    EditError
        If they are neither.
    """
    if len(rows) == 2:
        return [rows[0].id], [rows[1].id]
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        individual, _, keypoint = row.name.rpartition("/")
        found.setdefault(individual, {})[keypoint] = row.id
    points = [set(each) for each in found.values()]
    if len(found) != 2 or points[0] != points[1] or 2 * len(points[0]) != len(rows):
        of = ", ".join(filter(None, found)) or "none"
        raise EditError(f"expected two tracks, or the same points of two individuals, got {len(rows)} tracks of {of}; "
                        "select those that have a counterpart")
    one, other = found.values()
    return list(one.values()), [other[keypoint] for keypoint in one]


def _sides(rows: Sequence[Row]) -> str:
    """Who is swapped with whom, in words."""
    if len(rows) == 2:
        return f"{rows[0].name} and {rows[1].name}"
    half = len(rows) // 2
    one, other = ({row.name.rpartition("/")[0] for row in side} for side in (rows[:half], rows[half:]))
    if len(one) == len(other) == 1 and one | other and all(one | other):
        return f"{one.pop()} and {other.pop()}"
    return f"{half} tracks with {half} others"


def _worth(cells: Cells) -> NDArray[np.float64]:
    """(T, n) of which track a merged one takes each cell: of the one with the most."""
    hidden = is_anchor(cells.source) & (cells.state == State.OCCLUDED)
    filled = cells.differs(Cells.empty(*cells.shape))
    rank = np.select([is_pinned(cells), hidden, is_located(cells), filled], [4, 3, 2, 1], 0)
    score = np.asarray(cells.visibility * cells.confidence, np.float64)
    return np.asarray(2 * rank + np.nan_to_num(score).clip(0, 1))


def _refuse_contradictions(part: Part) -> None:
    pins = is_pinned(part.whole)
    for t in np.flatnonzero(pins.sum(1) > 1).tolist():
        places, names = part.whole.xy[t, pins[t]], np.flatnonzero(pins[t])
        apart = np.linalg.norm(places[:, None] - places, axis=2)
        if apart.max() > CONTRADICTION:
            one, other = (part.rows[names[n]].name for n in np.unravel_index(apart.argmax(), apart.shape))
            raise EditError(f"expected {one} and {other} to be one point, got anchors {apart.max():.1f} pixels apart "
                            f"on frame {t}; correct one of them, or clear it")
