"""From a file to what it was: a snapshot, the steps since, and what runs showed that were cut off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..core.errors import EditError
from . import records, runlog, snapshots
from .encoding import DamageError
from .history import History
from .journal import Journal
from .ledger import FORGOTTEN
from .patch import Patch
from .records import Node, SessionState
from .runlog import Left
from .store import Store
from .table import TrackTable

AT_ONCE = 256  # patches that are read together


def load(history: History, table: TrackTable, store: Store, state: SessionState) -> None:
    """Make a new history and an empty table what a file says.

    Raises
    ------
    DamageError
        If the file contradicts itself.
    """
    history.journal.load(state, store.read(records.read_steps))
    put_snapshot(history, table, store)
    table.roster.reserve(state.next_id)
    history.forgotten = store.read(records.read_values("facts")).get(FORGOTTEN, [])
    for left in store.read(lambda connection: runlog.read_left(connection, table.n_frames)):
        close(history, table, left)


def put_snapshot(history: History, table: TrackTable, store: Store) -> None:
    """The newest snapshot, and the steps from there to the head."""
    journal = history.journal
    found = [each for each in store.read(snapshots.read_snapshots) if journal.line_to(each.step) is not None]
    if not found:
        raise DamageError("expected a snapshot, got none")
    rows, blocks = store.read(lambda connection: snapshots.read_snapshot(connection, found[-1]))
    _put(table, Patch("open", tuple(blocks), after=rows))
    history.snapshots.know([each.step for each in found], table.cells.nbytes)
    for node, patch, is_back in _patches(store, way(journal, found[-1].step)):
        history.snapshots.count(node.size)
        _put(table, patch.reversed() if is_back else patch)


def way(journal: Journal, start: int) -> list[tuple[Node, bool]]:
    """Steps from one to the head: those that are to be undone, and those that are to be done."""
    line = journal.line_to(start) or []
    back = [(journal.nodes[step], True) for step in reversed(line) if step not in journal.done]
    known = set(line)
    return [*back, *((journal.nodes[step], False) for step in journal.done if step not in known)]


def patch_of(connection: sqlite3.Connection, node: Node) -> Patch:
    """What a step did, without frames that were cut off since; its sides are left out.

    Raises
    ------
    DamageError
    """
    patch = records.read_patch(connection, node)
    return patch if node.n_frames is None else patch.within(node.n_frames)


def close(history: History, table: TrackTable, left: Left) -> None:
    """A run that was cut off becomes a step, or part of the one that it belongs to."""
    block = left.block(table)
    facts = None if left.facts is None else {**left.facts, "cancelled": True}
    patch = Patch(f"{left.label}, cut off", (block,) if len(block.ids) else (), run=facts, sides=tuple(left.sides))
    with history.changing() as change:
        history.log.end(change, left.number)
        if patch.blocks or patch.sides:
            table.put(patch)
            history.settle(patch, left.joins, change)


@contextmanager
def told(store: Store) -> Iterator[None]:
    """Whatever goes wrong with what a file says is a damage of the file.

    Raises
    ------
    DamageError
    """
    try:
        yield
    except (EditError, LookupError, ValueError, TypeError, OverflowError) as mishap:
        raise DamageError.of(store.path, mishap) from mishap


def _put(table: TrackTable, patch: Patch) -> None:
    patch = patch.within(table.n_frames)
    table.check(patch)
    table.put(patch)


def _patches(store: Store, steps: Sequence[tuple[Node, bool]]) -> Iterator[tuple[Node, Patch, bool]]:
    for first in range(0, len(steps), AT_ONCE):
        some = steps[first : first + AT_ONCE]

        def query(connection: sqlite3.Connection, some: Sequence[tuple[Node, bool]] = some) -> list[Patch]:
            return [patch_of(connection, node) for node, _ in some]
        yield from ((node, patch, is_back) for (node, is_back), patch in zip(some, store.read(query)))
