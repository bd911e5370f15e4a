"""What the timeline asks a session about tracks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.heat import BEST, NOT_TRACKED, by_name, by_position, encode, is_denied, worst_first
from ..core.inspection import describe, seen_states
from ..core.moments import speed
from ..core.tracks import Source, State, is_anchor
from ..editing.patch import Row
from ..editing.session import Session
from .curve import CurveData


def sorted_rows(order: str, codes: NDArray[np.uint8], rows: Sequence[Row]) -> NDArray[np.int64]:
    """(N,) places of tracks in one of the orders that the timeline offers."""
    if order == "worst first":
        return worst_first(codes)
    if order == "position":
        return by_position([row.xy for row in rows])
    if order == "name":
        return by_name([row.name for row in rows], [row.group for row in rows])
    return np.arange(len(rows))


def counts_of(session: Session, frame: int) -> str:
    """How many tracks are what on a frame, in words."""
    states = seen_states(session.cells[frame], session.size)
    kinds = {"visible": (State.VISIBLE,), "occluded": (State.OCCLUDED, State.OCCLUDED_LOCATED),
             "out of view": (State.OUT_OF_FRAME,), "not tracked": (State.UNKNOWN,)}
    counts = {name: int(np.isin(states, members).sum()) for name, members in kinds.items()}
    return f"Frame {frame}: " + " · ".join(f"{count} {name}" for name, count in counts.items() if count)


def curve_of(session: Session, id: int) -> CurveData:
    """Scores and speed of a track."""
    column = int(session.columns(id)[0])
    cells = session.cells[:, column]
    codes, told = encode(cells, session.size), is_anchor(cells.source)
    denied = told & is_denied(cells.state)
    return CurveData(
        session.rows[column].name, cells.confidence, cells.visibility, speed(cells.xy),
        hidden=(codes > NOT_TRACKED) & (codes < BEST),
        anchors=np.flatnonzero(told & ~denied), denied=denied, interpolated=cells.source == Source.INTERPOLATED,
    )


def sentence_of(session: Session, id: int, frame: int, number: int) -> str:
    """All that is known of a cell, for a tooltip."""
    column = int(session.columns(id)[0])
    cell = session.cells[frame, column]
    words = " · ".join(describe(cell, session.size))
    return f"{session.rows[column].name} (id {id}), frame {number}\n{words}"
