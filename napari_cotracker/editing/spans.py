"""What a person says of tracks over a span, as patches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.blending import Side
from ..core.errors import EditError
from ..core.inspection import seen_states
from ..core.tracks import Source, State, is_anchor
from .cells import Cells
from .claims import Mask, is_located, is_placed
from .part import Part, starting, when
from .patch import Patch

Size = tuple[int, int]


def occlude(part: Part) -> Patch | None:
    """A person says that tracks are hidden; positions and scores stay beneath, as they were."""
    after = part.cells
    after.state[:], after.source[:] = State.OCCLUDED, Source.HUMAN
    return part.patch(f"hide {part.words}", after)


def show(part: Part) -> Patch | None:
    """A person says that tracks are in sight where they are, which makes their cells anchors.

    Raises
    ------
    EditError
        If a cell has no position.
    """
    after = part.cells
    part.require(is_placed(after), "a position where the track is to be seen")
    said = is_anchor(after.source) & (after.state == State.VISIBLE)
    after.source[~said], after.state[~said] = Source.VERIFIED, State.VISIBLE
    return part.patch(f"show {part.words}", after)


def verify(part: Part, size: Size, wanted: Mask | None = None) -> Patch | None:
    """A person says that cells are right, as they are seen on a picture of some size; those without a position stay.

    Parameters
    ----------
    part : Part
    size : (width, height)
    wanted : (t, n) bool, optional
        Of which cells that is said; None for all.
    """
    after = part.cells
    approved = is_located(after) & ~is_anchor(after.source)
    if wanted is not None:
        approved &= wanted
    after.state[approved] = seen_states(after, size)[approved]
    after.source[approved] = Source.VERIFIED
    return part.patch(f"approve {part.words}", after)


def end(part: Part, t: int) -> Patch | None:
    """Tracks are nowhere on the frames of the part, those after `t`.

    Raises
    ------
    EditError
        If a track is followed from a frame after `t`, and has no position on `t` from which it could be.
    """
    return _bound(part, t, f"end {part.names} at frame {t}")


def start(part: Part, t: int) -> Patch | None:
    """Tracks are nowhere on the frames of the part, those before `t`; the mirror of `end`."""
    return _bound(part, t, f"start {part.names} at frame {t}")


def leave_out(part: Part) -> Patch | None:
    """Tracks are nowhere on the frames of the part."""
    return part.patch(f"mark {part.names} as gone{part.during}", _nowhere(part))


def clear(part: Part) -> Patch | None:
    """Cells are emptied, anchors too; a run may fill them again."""
    return part.patch(f"clear {part.words}", Cells.empty(len(part.frames), len(part.rows)))


def paste(part: Part, t: int, size: Size) -> Patch | None:
    """What tracks are on frame `t`, in place and state, they are on the frames of the part: a person says so.

    Raises
    ------
    EditError
        If one of them has no position on `t`.
    """
    given = replace(part, frames=np.array([t])).cells
    replace(part, frames=np.array([t])).require(is_placed(given), "a position to paste")
    after, states = Cells.empty(len(part.frames), len(part.rows)), seen_states(given, size)
    after.xy[:], after.state[:], after.source[:] = given.xy, states, Source.HUMAN
    after.visibility[:], after.confidence[:] = states == State.VISIBLE, 1
    return part.patch(f"paste {part.names} from frame {t} to {when(part.frames)}", after)


def take(part: Part, side: Side) -> Patch | None:
    """One track is where one side says, as a prediction; anchors hold, and cells of which the side says nothing.

    Parameters
    ----------
    part : Part
        Of one track.
    side : Side
        On the frames of the part.
    """
    before, told = part.cells, Cells.empty(len(part.frames), 1)
    told.xy[:, 0], told.visibility[:, 0], told.confidence[:, 0] = side.xy, side.visibility, side.confidence
    told.source[:] = Source.PREDICTED
    after = before.put(side.known[:, None] & ~is_anchor(before.source), told)
    return part.patch(f"take the other answer for {part.words}", after)


def _nowhere(part: Part) -> Cells:
    cells = Cells.empty(len(part.frames), len(part.rows))
    cells.state[:], cells.source[:] = State.UNKNOWN, Source.HUMAN
    return cells


def _bound(part: Part, t: int, label: str) -> Patch | None:
    here, rows = replace(part, frames=np.array([t])).cells, list(part.rows)
    for n, row in enumerate(rows):
        if row.t in part.frames and np.isfinite(row.xy).all():
            if not is_located(here)[0, n]:
                raise EditError(f"expected {row.name} to have a position on frame {t}, from which it is to be "
                                f"followed instead of frame {row.t}; place the point there first")
            rows[n] = starting(row, t, part.whole[:, n])
    return part.patch(label, _nowhere(part), rows)
