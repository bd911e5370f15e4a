"""From one place of the history to another, at once."""

from __future__ import annotations

import numpy as np

from ..editing.cells import Cells
from ..editing.patch import Block, Patch, Row
from ..editing.session import Session


def jump(session: Session, number: int) -> None:
    """Go to a step of the history; those who look on hear of it once, however many steps lie between.

    Parameters
    ----------
    session : Session
    number : int
        Of the step that is to be the last one done; 0 is before the first.

    Raises
    ------
    EditError
        If there is no such step, or undoing is refused; what was done until then is shown.
    """
    rows, cells = tuple(session.rows), session.cells.copy()
    try:
        with session.changed.blocked():
            session.go_to(number)
    finally:
        patch = difference(rows, cells, session)
        if patch.blocks or patch.changes_table:
            session.changed.emit(patch)


def difference(rows: tuple[Row, ...], cells: Cells, session: Session) -> Patch:
    """What became of entries and cells (T, N) that a session had."""
    old = {row.id: row for row in rows}
    new = {row.id: row for row in session.rows}
    before = tuple(row for row in rows if new.get(row.id) != row)
    after = tuple(row for row in session.rows if old.get(row.id) != row)
    ids = np.array(sorted(old.keys() | new.keys()), np.int64)
    frames = np.arange(session.n_frames)
    was, now = _spread(ids, rows, cells), _spread(ids, tuple(session.rows), session.cells.copy())
    block = Block(frames, ids, was, now).trimmed()
    return Patch("go to a step", (block,) if block.changed.any() else (), before, after)


def _spread(ids: np.ndarray, rows: tuple[Row, ...], cells: Cells) -> Cells:
    """(T, n) the cells of some tracks, empty ones for those that are not there."""
    if len(ids) == len(rows):
        return cells
    out = Cells.empty(cells.shape[0], len(ids))
    out.write(np.s_[:, np.isin(ids, [row.id for row in rows])], cells)
    return out
