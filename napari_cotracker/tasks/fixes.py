"""Corrections of a session: which stretches a fix solves again, and solving them without a window."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.gaps import Gap, Others, Point
from ..core.inspection import seen_states
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import State
from ..core.video import Video
from ..editing.brackets import Span, spans, spans_of_track
from ..editing.claims import is_pinned
from ..editing.session import Session
from .plan import TrackOptions, facts_of_run
from .progress import mapped
from .retrack import CONTEXT_ELSEWHERE, retrack


def gaps_around(session: Session, ids: ArrayLike, t: int, ahead: ArrayLike = ()) -> list[Gap]:
    """What a fix of some tracks on a frame solves again: up to their anchors on both sides.

    Where there is no such anchor, and nothing was tracked yet, there is nothing to solve *again*: that
    is left to a run.

    Parameters
    ----------
    session : Session
    ids : (n,)
    t : int
        0-based frame.
    ahead : (n,), optional
        Tracks that a run was following, which leaves them now: these are solved to the ends of the clip,
        whether they agree with what it has said or not, for it will not come to the rest of it.

    Raises
    ------
    EditError
        If there is no such track or frame.
    """
    taken = np.asarray(ahead, np.int64)
    return [gap for id in _unique(session, ids)
            for gap in _gaps(session, id, spans(_cells(session, id), int(t)), is_ahead=id in taken, new=int(t))]


def gaps_within(session: Session, ids: ArrayLike, frames: ArrayLike | None = None, *, is_ahead: bool = False,
                before: int = 0) -> list[Gap]:
    """All stretches between the anchors of some tracks that reach into some frames, None for all.

    Parameters
    ----------
    session : Session
    ids : (n,)
    frames : (t,), optional
    is_ahead : bool
        Whether they are solved to the ends of the clip, as tracks that are `ahead` in `gaps_around`.
    before : int
        A step of the history: new answers are to agree with where tracks were before it. 0 for where they are.

    Raises
    ------
    EditError
        If there is no such track.
    """
    wanted = np.arange(session.n_frames) if frames is None else np.asarray(frames, np.int64).reshape(-1)
    found = [gap for id in _unique(session, ids)
             for gap in _gaps(session, id, spans_of_track(_cells(session, id)), is_ahead=is_ahead,
                              before=before)]
    return [gap for gap in found if ((wanted >= gap.first) & (wanted <= gap.last)).any()]


def others_of(session: Session, gaps: Sequence[Gap], count: int = CONTEXT_ELSEWHERE) -> Others:
    """The tracks nearest to the known ends of gaps, as far as they are in sight there."""
    ends = {(t, xy) for gap in gaps for t, xy in ((gap.first, gap.start_xy), (gap.last, gap.end_xy)) if xy is not None}
    frames = np.array(sorted({t for t, _ in ends}), np.int64)
    cells = session.cells[frames]
    seen = (seen_states(cells, session.size) == State.VISIBLE) & ~np.isin(session.ids, [gap.id for gap in gaps])
    xy = np.where(seen[..., None], cells.xy, np.float32(np.nan))
    middle = np.mean([xy for _, xy in ends], 0) if ends else np.zeros(2)
    apart = np.nan_to_num(np.linalg.norm(xy - middle, axis=2), nan=np.inf).min(0, initial=np.inf)
    nearest = np.argsort(apart, kind="stable")[:count]
    return Others(frames, xy[:, nearest[np.isfinite(apart[nearest])]])


def facts_of_fix(video: Video, options: TrackOptions) -> dict[str, Any]:
    """What tracks say of fixes that were made with some options: the same for all of them."""
    return {**facts_of_run(video, options), "direction": "between anchors"}


def label_of(session: Session, gaps: Sequence[Gap]) -> str:
    """What the history calls it."""
    ids = sorted({gap.id for gap in gaps})
    who = session.rows[int(session.columns(ids[:1])[0])].name if len(ids) == 1 else f"{len(ids)} tracks"
    return f"re-track {who}, frames {min(gap.first for gap in gaps)}–{max(gap.last for gap in gaps)}"


def solve_again(session: Session, video: Video, gaps: Sequence[Gap], options: TrackOptions | None = None, *,
                joins: bool = True, control: Control | None = None) -> Generator[TrackUpdate, None, bool]:
    """Solve gaps of a session again and write the answer into it, as the window does after a correction.

    Parameters
    ----------
    session : Session
    video : Video
    gaps : sequence of Gap
        Of `gaps_around` or `gaps_within`.
    options : TrackOptions, optional
    joins : bool
        Whether it belongs to the last step of the history, so that one undo takes both back.
    control : Control, optional

    Yields
    ------
    TrackUpdate
        What has just been written.

    Returns
    -------
    bool
        Whether anything became another.

    Raises
    ------
    CotrackerError
        As `retrack`; what came until then is kept.
    """
    if not gaps:
        return False
    options = options or TrackOptions()
    ids = sorted({gap.id for gap in gaps})
    facts = facts_of_fix(video, options)
    run = session.begin_run(label_of(session, gaps), ids, joins=session.last_step if joins else 0, facts=facts)
    bad: list[int] = []

    def write(update: TrackUpdate) -> TrackUpdate:
        run.write(update)
        return update

    try:
        work = retrack(video, gaps, options, others=others_of(session, gaps), control=control)
        found = yield from mapped(work, write)
        bad = found["bad_frames"]
        run.keep(found["sides"])
    finally:
        changed = run.close(bad_frames=bad)
    return changed is not None


def snapped(session: Session, video: Video, id: int, t: int, xy: ArrayLike) -> NDArray[np.float32]:
    """(2,) where a click belongs by what the track looks like at its nearest anchor; the click if that cannot tell.

    Raises
    ------
    CotrackerError
        If there is no such track, or a frame cannot be read.
    """
    from ..trackers.snapping import snap

    click = np.asarray(xy, np.float32).reshape(2)
    pins = np.flatnonzero(is_pinned(_cells(session, id)))
    pins = pins[pins != t]
    if not len(pins):
        return click
    nearest = int(pins[np.abs(pins - t).argmin()])
    known = session.cells.xy[nearest, int(session.columns([id])[0])]
    return snap(video, (int(t), click), (nearest, known))


def _gaps(session: Session, id: int, found: Sequence[Span], *, is_ahead: bool = False, before: int = 0,
          new: int | None = None) -> list[Gap]:
    cells = session.before(before, id) if before else _cells(session, id)

    def is_new(t: int, xy: Point | None) -> bool:
        if xy is None or not before:
            return xy is not None and t == new
        return not (bool(is_pinned(cells[t])) and np.array_equal(cells.xy[t], np.array(xy, np.float32)))

    gaps = []
    for span in found:
        old = np.array(cells.xy[span.first : span.last + 1])
        if is_ahead and not span.is_closed:
            old = np.full_like(old, np.nan)
        ends = is_new(span.first, span.start_xy), is_new(span.last, span.end_xy)
        gap = Gap(id, span.first, span.last, span.start_xy, span.end_xy, old, ends)
        if gap.is_closed or is_ahead or np.isfinite(old[gap.is_inner]).all(1).any():
            gaps.append(gap)
    return gaps


def _cells(session: Session, id: int) -> Any:
    return session.read(np.arange(session.n_frames), [id])[:, 0]


def _unique(session: Session, ids: ArrayLike) -> list[int]:
    wanted: NDArray[np.int64] = session.ids[np.unique(session.columns(ids))]
    return [int(id) for id in wanted]
