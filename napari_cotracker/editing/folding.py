"""A run that belongs to an edit becomes part of it, as if both had been done at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .cells import Cells
from .change import Change
from .journal import Journal
from .layer import Told
from .patch import Block, Patch

Read = Callable[[NDArray[np.int64], NDArray[np.int64]], Cells]


def fold(journal: Journal, number: int, run: Patch, read: Read, change: Change) -> bool:
    """Make what a run did part of a step that is done.

    Parameters
    ----------
    journal : Journal
    number : int
        The step.
    run : Patch
        Of one block at most.
    read : callable
        Gives cells as they are now.
    change : Change

    Returns
    -------
    bool
        False, and nothing is done, if a later step that is done touches what the run changed.
    """
    told = next((Told(block.frames, block.ids, block.changed, block.after) for block in run.blocks), None)
    later = [journal.patch(step) for step in reversed(journal.done) if step > number]
    if told is not None and any(touches(patch, told) for patch in later):
        return False
    journal.replace(number, joined(journal.patch(number), run, later, read), change, run)
    if told is not None:
        _rebase(journal, number, told, change)
    return True


def touches(patch: Patch, told: Told) -> bool:
    """Whether a patch changes a cell that a run changed, or has one of its tracks come or go."""
    tracks = told.ids[told.where.any(0)]
    if np.isin([row.id for row in (*patch.comes, *patch.goes)], tracks).any():
        return True
    shared = ((block.changed, *block.shared(told.frames, told.ids)) for block in patch.blocks)
    return any((changed[own] & told.where[index]).any() for changed, index, own in shared)


def joined(entry: Patch, run: Patch, later: Iterable[Patch], read: Read) -> Patch:
    """An edit, and the run that belongs to it.

    Parameters
    ----------
    entry, run : Patch
    later : iterable of Patch
        What was done since the edit, the newest first; nothing of it touches what the run changed.
    read : callable
        Gives cells as they are now.
    """
    if not run.blocks:
        return replace(entry, sides=entry.sides + run.sides)
    frames, ids = np.union1d(entry.frames, run.frames), np.unique([*_ids(entry), *_ids(run)])
    now = read(frames, ids)
    for patch in later:
        now = patch.reversed().over(frames, ids, now)
    where, before, after = np.zeros(now.shape, np.bool_), now.copy(), now.copy()
    for block in run.blocks:
        index, own = block.shared(frames, ids)
        where[index] = block.changed[own]
        before.write(index, block.before[own])
        after.write(index, block.after[own])
    before, after = now.put(where, before), now.put(where, after)
    block = Block(frames, ids, entry.reversed().over(frames, ids, before), after).trimmed()
    return replace(entry, blocks=(block,), sides=entry.sides + run.sides)


def rebased(patch: Patch, told: Told) -> tuple[Patch, Told]:
    """A patch that follows the edit, now that the run came before it; and what is still to be seen of the run then."""
    gone = np.isin(told.ids, [row.id for row in patch.goes]) & told.where.any(0)
    if gone.any():
        patch = _taking_all(patch, told.tracks(gone))
        told = told._replace(where=told.where & ~gone)
    blocks, where = [], told.where.copy()
    for block in patch.blocks:
        index, own = block.shared(told.frames, told.ids)
        held, changed = np.zeros(block.before.shape, np.bool_), block.changed
        held[own] = told.where[index]
        cells = block.before.copy()
        cells.write(own, told.cells[index])
        after = block.after.put(held & ~changed, cells)
        blocks.append(Block(block.frames, block.ids, block.before.put(held, cells), after) if held.any() else block)
        where[index] &= ~changed[own]
    is_same = all(old is new for old, new in zip(patch.blocks, blocks))
    return patch if is_same else replace(patch, blocks=tuple(blocks)), told._replace(where=where)


def _taking_all(patch: Patch, told: Told) -> Patch:
    """A patch with which tracks go, now that they hold more: that goes with them, and comes back when it is undone."""
    frames = np.union1d(patch.frames, told.frames)
    nothing = Cells.empty(len(frames), len(told.ids))
    before = patch.reversed().over(frames, told.ids, nothing)
    index = np.searchsorted(frames, told.frames)
    before.write(index, before[index].put(told.where, told.cells))
    kept = (block.part(np.ones(len(block.frames), np.bool_), ~np.isin(block.ids, told.ids)) for block in patch.blocks)
    return replace(patch, blocks=(*(block for block in kept if len(block.ids)),
                                  Block(frames, told.ids, before, nothing).trimmed()))


def _rebase(journal: Journal, number: int, told: Told, change: Change) -> None:
    """Steps that follow another one get to know of cells that have become part of it."""
    waiting = [(child, told) for child in journal.children(number)]
    while waiting:
        step, seen = waiting.pop()
        old = journal.patch(step)
        new, seen = rebased(old, seen)
        if new is not old:
            journal.replace(step, new, change)
        if seen.where.any():
            waiting += [(child, seen) for child in journal.children(step)]


def _ids(patch: Patch) -> list[int]:
    return [id for block in patch.blocks for id in block.ids.tolist()]
