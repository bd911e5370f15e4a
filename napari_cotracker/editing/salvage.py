"""A damaged session file: what is whole of it goes into a new one."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..core.errors import EditError
from . import records, runlog, snapshots
from .aside import COMPANIONS
from .cells import Cells
from .encoding import DamageError
from .ledger import FORGOTTEN
from .patch import Block, Patch
from .records import Node, SessionState
from .recovery import patch_of
from .session import Session
from .table import TrackTable

MISHAPS = (sqlite3.Error, EditError, ValueError, TypeError, LookupError, OverflowError, MemoryError)


@dataclass
class Salvaged:
    """What became of a damaged file.

    Parameters
    ----------
    path : Path
        The new file.
    tracks : int
        How many it holds.
    steps : int
        How many can be undone in it.
    lost : list of str
        What is not in it, in words; empty if everything that counts is.
    """

    path: Path
    tracks: int = 0
    steps: int = 0
    lost: list[str] = field(default_factory=list)


def salvage(path: str | Path, out: str | Path) -> Salvaged:
    """Save what is whole of a session file: the last whole snapshot, and the steps since up to the first that is not.

    Parameters
    ----------
    path : str or Path
        The damaged file, which stays as it is.
    out : str or Path
        The new one.

    Raises
    ------
    EditError
        If nothing of it is whole, or the new file cannot be written.
    """
    path, out = Path(os.path.realpath(path)), Path(os.path.realpath(out))
    if path == out:
        raise EditError(f"expected another file to save into than {str(path)!r}; choose another name")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for companion in ("", *COMPANIONS):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{companion}", f"{copy}{companion}")
        try:
            with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                # pages that are missing at the end are no reason not to read the others
                connection.execute("PRAGMA writable_schema = ON")
                return _save(Wreck(connection), out)
        except sqlite3.Error as mishap:
            raise EditError(f"nothing of {str(path)!r} can be read: {mishap}; use a copy if there is one") from None


class Wreck:
    """What can be read of a damaged file.

    Parameters
    ----------
    connection : sqlite3.Connection
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.facts: dict[str, Any] = self.tried(records.read_values("facts"), {})
        self.settings: dict[str, Any] = self.tried(records.read_values("settings"), {})
        self.state: SessionState | None = self.tried(records.read_state, None)
        self.nodes = self._nodes()
        self.start, self.step, self.n_frames = self._start()

    def tried(self, query: Callable[[sqlite3.Connection], Any], otherwise: Any) -> Any:
        """What a query gives, or something else if it cannot be had."""
        try:
            return query(self.connection)
        except MISHAPS:
            return otherwise

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the picture; None if nothing tells it any more."""
        if self.state is not None:
            return self.state.width, self.state.height
        with suppress(*MISHAPS):
            width, height = self.facts["size"]
            return int(width), int(height)
        return None

    @property
    def root(self) -> int:
        """Where the history begins."""
        return self.state.root if self.state else min((node.parent for node in self.nodes.values()), default=0)

    def line_to(self, number: int) -> list[Node] | None:
        """Steps that lead to one; None if some are not to be read."""
        line = list[Node]()
        while number != self.root:
            if number not in self.nodes:
                return None
            line.append(self.nodes[number])
            number = line[-1].parent
        return line[::-1]

    def head(self) -> list[Node]:
        """Steps to the last one that was done, or to the last one to be read."""
        found = self.line_to(self.state.head) if self.state else None
        lines = (self.line_to(number) for number in sorted(self.nodes, reverse=True))
        return found if found is not None else next((line for line in lines if line is not None), [])

    def way(self) -> Iterator[tuple[Node, Patch | None, bool]]:
        """Steps from the snapshot to the head, with what they did and whether they are undone; None if that is gone."""
        line, start = self.head(), self.line_to(self.step) or []
        numbers, known = {node.number for node in line}, {node.number for node in start}
        for node in reversed(start):
            if node.number not in numbers:
                yield node, self._patch(node), True
        for node in line:
            if node.number not in known:
                yield node, self._patch(node), False

    def _patch(self, node: Node) -> Patch | None:
        patch = self.tried(lambda connection: patch_of(connection, node), None)
        sides = self.tried(records.read_sides_of_step(node.number), ())
        return None if patch is None else replace(patch, sides=sides)

    def _nodes(self) -> dict[int, Node]:
        """Read from both ends, for a damaged page lets none pass."""
        found = dict[int, Node]()
        for order in ("", "DESC"):
            with suppress(*MISHAPS):
                for node in records.each_step(self.connection, order):
                    found[node.number] = node
        return {number: node for number, node in found.items() if node.parent < number}

    def _start(self) -> tuple[Patch, int, int]:
        for snapshot in reversed(self.tried(snapshots.read_snapshots, [])):
            found = self.tried(partial(snapshots.read_snapshot, snapshot=snapshot), None)
            if found is not None and self.line_to(snapshot.step) is not None:
                return Patch("open", tuple(found[1]), after=found[0]), snapshot.step, snapshot.n_frames
        if self.state is None or self.root or not self.nodes:
            raise EditError("no snapshot of the session is whole; use a copy of the file, if there is one")
        return Patch("open"), 0, self.state.n_frames


def _save(wreck: Wreck, out: Path) -> Salvaged:
    n_frames = wreck.state.n_frames if wreck.state else wreck.n_frames
    table, forward = _walked_back(wreck, n_frames)
    meta = {name: value for name, value in wreck.facts.items() if name != FORGOTTEN}
    meta["runs"] = [*meta.get("runs", []), *wreck.facts.get(FORGOTTEN, [])]
    session, saved = Session(n_frames, wreck.size or _extent(table), meta), Salvaged(out)
    _begin_with(session, table, wreck)
    if wreck.size is None:
        saved.lost.append("the size of the picture, so that no film will fit: export the tracks, and import them anew")
    is_whole = _go_forward(session, forward, saved)
    if is_whole:
        _take_runs(session, wreck, saved)
    else:
        saved.lost.append("what was undone, and what runs showed that were under way")
    for name, value in wreck.settings.items():
        session.set_setting(name, value)
    saved.tracks, saved.steps = len(session.ids), len(session.steps)
    session.save_as(out)
    session.close()
    return saved


def _extent(table: TrackTable) -> tuple[int, int]:
    """(width, height) of the smallest picture from its corner that holds all points."""
    xy = table.cells.xy.reshape(-1, 2)
    width, height = np.nan_to_num(np.ceil(xy[np.isfinite(xy).all(1)].max(0, initial=0))).tolist()
    return int(width) + 1, int(height) + 1


def _begin_with(session: Session, table: TrackTable, wreck: Wreck) -> None:
    frames, rows = np.arange(table.n_frames), table.roster.rows
    session._table.roster.reserve(wreck.state.next_id if wreck.state else 0)
    block = Block(frames, table.roster.ids, Cells.empty(*table.cells.shape), table.cells.copy())
    session._history.begin_with(Patch("open", (block,), after=rows))


def _walked_back(wreck: Wreck, n_frames: int) -> tuple[TrackTable, list[tuple[Node, Patch | None, bool]]]:
    table, way = TrackTable(n_frames), list(wreck.way())
    table.put(wreck.start.within(n_frames))
    while way and way[0][2]:
        node, patch, _ = way.pop(0)
        try:
            back = _whole(patch).reversed().within(n_frames)
            table.check(back)
            table.put(back)
        except MISHAPS:
            return table, [(node, None, False), *way]
    return table, way


def _go_forward(session: Session, way: list[tuple[Node, Patch | None, bool]], saved: Salvaged) -> bool:
    for count, (node, patch, _) in enumerate(way):
        try:
            session.apply(_whole(patch))
        except MISHAPS:
            saved.lost.append(f"{len(way) - count} steps, from {node.label!r} on")
            return False
    return True


def _whole(patch: Patch | None) -> Patch:
    if patch is None:
        raise DamageError("expected a step, got nothing")
    return patch


def _take_runs(session: Session, wreck: Wreck, saved: Salvaged) -> None:
    try:
        for left in runlog.read_left(wreck.connection, session.n_frames):
            block = left.block(session._table)
            if len(block.ids):
                session.apply(Patch(f"{left.label}, cut off", (block,), run=left.facts, sides=tuple(left.sides)))
    except MISHAPS:
        saved.lost.append("what a run showed that was under way")
