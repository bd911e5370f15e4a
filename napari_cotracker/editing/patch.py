"""The one edit type: what some cells and track table entries were, and what they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Sides
from .cells import Cells, area


@dataclass(frozen=True)
class Row:
    """A track's entry in the table of tracks.

    Parameters
    ----------
    id : int
        Unique, never given to another track again.
    name : str
        A slash separates individual and keypoint.
    group : str
    t : int
        0-based frame of its query, the point from which it is followed.
    xy : (x, y)
        Pixels of the query, NaN where it is not known.
    """

    id: int
    name: str
    group: str
    t: int
    xy: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Block:
    """Cells of some tracks on some frames, before and after.

    Parameters
    ----------
    frames : (t,) int64
    ids : (n,) int64
    before, after : Cells
        Of shape (t, n).
    """

    frames: NDArray[np.int64]
    ids: NDArray[np.int64]
    before: Cells
    after: Cells

    @property
    def changed(self) -> NDArray[np.bool_]:
        """(t, n) cells that become another."""
        return self.before.differs(self.after)

    def part(self, frames: NDArray[np.bool_], tracks: NDArray[np.bool_]) -> Block:
        """Only some of its frames (t,) and tracks (n,)."""
        if frames.all() and tracks.all():
            return self
        index = area(np.flatnonzero(frames), np.flatnonzero(tracks))
        # copies, so that a small part does not hold all of the memory
        return Block(self.frames[frames], self.ids[tracks], self.before[index].copy(), self.after[index].copy())

    def trimmed(self) -> Block:
        """Only the frames and tracks on which a cell changes."""
        changed = self.changed
        return self.part(np.asarray(changed.any(1)), np.asarray(changed.any(0)))

    def onto(self, before: Cells) -> Block:
        """The same change of other cells: those that it does not change stay as they are."""
        return Block(self.frames, self.ids, before, before.put(self.changed, self.after))

    def reversed(self) -> Block:
        """The block that undoes this one."""
        return Block(self.frames, self.ids, self.after, self.before)

    def shared(self, frames: NDArray[np.int64], ids: NDArray[np.int64]) -> tuple[Any, Any]:
        """Where other cells (t, n) and this block's are the same: an index for those, and one for these."""
        _, t, own_t = np.intersect1d(frames, self.frames, return_indices=True)
        _, n, own_n = np.intersect1d(ids, self.ids, return_indices=True)
        return area(t, n), area(own_t, own_n)


@dataclass(frozen=True, eq=False)
class Patch:
    """One intention of the user, or one run; undoing it is swapping before and after.

    Parameters
    ----------
    label : str
        What it does, in words for the history.
    blocks : tuple of Block
    before, after : tuple of Row
        Entries as they were and as they become; one that is only in `before` goes, one that is only
        in `after` comes.
    run : mapping, optional
        What `Tracks.meta` says of the run that made it.
    sides : tuple of Sides
        Both one-sided answers for spans that were tracked anew.
    """

    label: str
    blocks: tuple[Block, ...] = ()
    before: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()
    run: Mapping[str, Any] | None = None
    sides: tuple[Sides, ...] = ()

    @property
    def ids(self) -> NDArray[np.int64]:
        """Tracks that it touches, ascending."""
        rows = np.array([row.id for row in (*self.before, *self.after)], np.int64)
        return np.unique(np.concatenate([rows, *(block.ids for block in self.blocks)]))

    @property
    def frames(self) -> NDArray[np.int64]:
        """Frames of which it touches cells, ascending."""
        return np.unique(np.concatenate([np.zeros(0, np.int64), *(block.frames for block in self.blocks)]))

    @property
    def comes(self) -> tuple[Row, ...]:
        """Entries of tracks that are new with it."""
        known = {row.id for row in self.before}
        return tuple(row for row in self.after if row.id not in known)

    @property
    def goes(self) -> tuple[Row, ...]:
        """Entries of tracks that are gone with it."""
        return self.reversed().comes

    @property
    def changes_table(self) -> bool:
        """Whether any track comes, goes or gets another entry."""
        return bool(self.before or self.after)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return sum(block.before.nbytes + block.after.nbytes for block in self.blocks)

    def reversed(self) -> Patch:
        """The patch that undoes this one."""
        blocks = tuple(block.reversed() for block in self.blocks)
        return Patch(self.label, blocks, self.after, self.before, self.run, self.sides)

    def within(self, n_frames: int) -> Patch:
        """Without the frames that a video of `n_frames` does not have."""
        if all((block.frames < n_frames).all() for block in self.blocks):
            return self
        parts = (block.part(block.frames < n_frames, np.ones(len(block.ids), np.bool_)) for block in self.blocks)
        return replace(self, blocks=tuple(parts))

    def onto(self, read: Callable[[NDArray[np.int64], NDArray[np.int64]], Cells]) -> Patch:
        """The same change of other cells, which `read` gives for some frames and ids."""
        return replace(self, blocks=tuple(block.onto(read(block.frames, block.ids)) for block in self.blocks))

    def over(self, frames: NDArray[np.int64], ids: NDArray[np.int64], cells: Cells) -> Cells:
        """These cells (t, n), those that the patch holds as they are after it."""
        out = cells.copy()
        for block in self.blocks:
            index, own = block.shared(frames, ids)
            out.write(index, block.after[own])
        return out
