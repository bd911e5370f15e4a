"""What a person can do to the tracks of a session, each intention one step that can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.blending import Side
from ..core.errors import EditError
from . import edits, interpolation, smoothing, spans, splices
from .claims import is_placed
from .part import Part, checked_frames, whole_numbers
from .patch import Patch

if TYPE_CHECKING:
    from .session import Session


class Editor:
    """Edits of a session. Each of them is one patch, and none where nothing would change.

    `ids` are one track or many, `frames` one 0-based frame or many: a number, a range, an array. An edit
    that makes no sense for one of them is refused as a whole with an `EditError`: a track that is not
    there, a frame that the video does not have, and what the edits themselves say.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def move(self, ids: ArrayLike, t: int, xy: ArrayLike) -> None:
        """Say where tracks are on one frame, whether they had a position there or not.

        The cells become anchors, which no run moves. On the frame of a track's query, the query goes along.

        Parameters
        ----------
        ids : int or (n,)
        t : int
        xy : (2,) or (n, 2)
            Pixels.

        Raises
        ------
        EditError
            If there is not one point for each track, or one is not finite.
        """
        part = self._part(ids, t)
        if part.rows or np.size(xy):
            self._do(edits.move(part, self._points(part, t, xy)))

    def nudge(self, ids: ArrayLike, t: int, dxy: ArrayLike) -> None:
        """Move tracks by some pixels on one frame; the cells become anchors.

        Parameters
        ----------
        ids : int or (n,)
        t : int
        dxy : (2,) or (n, 2)
            Pixels.

        Raises
        ------
        EditError
            If a track has no position there, or the pixels are not finite.
        """
        part = self._part(ids, t)
        if part.rows:
            part.require(is_placed(part.cells), "a position to nudge")
            xy, step = part.cells.xy[0], np.asarray(dxy, np.float64)
            if step.shape not in {(2,), xy.shape}:
                raise EditError(f"expected pixels (x, y) for all tracks or for each of {len(xy)}, got {step.shape}")
            self._do(edits.move(part, self._points(part, t, xy + step), "nudge"))

    def occlude(self, ids: ArrayLike, frames: ArrayLike) -> None:
        """Say that tracks are hidden; no run says otherwise. A position beneath stays, but nobody claims it."""
        self._do(spans.occlude(self._part(ids, frames)))

    def show(self, ids: ArrayLike, frames: ArrayLike) -> None:
        """Say that tracks are in sight where they are; the cells become anchors.

        Raises
        ------
        EditError
            If a cell has no position.
        """
        self._do(spans.show(self._part(ids, frames)))

    def verify(self, ids: ArrayLike, frames: ArrayLike, *, paired: bool = False) -> None:
        """Accept cells as they are seen; those with a position become anchors, those that a person set stay.

        Parameters
        ----------
        ids : int or (n,)
        frames : int or (t,)
        paired : bool
            Whether every frame belongs to one id, the first to the first; an id may come more than once then.

        Raises
        ------
        EditError
            If there is not one frame for each id of pairs.
        """
        part = self._part(ids, frames)
        self._do(spans.verify(part, self._session.size, part.pairs(ids, frames) if paired else None))

    def end(self, ids: ArrayLike, t: int) -> None:
        """Make a frame the last of tracks: they are nowhere after it, and no run says otherwise.

        A track that was followed from a later frame is followed from this one.

        Raises
        ------
        EditError
            If such a track has no position on this frame.
        """
        last = self._frame(t)
        self._do(spans.end(self._part(ids, range(last + 1, self._session.n_frames)), last))

    def start(self, ids: ArrayLike, t: int) -> None:
        """Make a frame the first of tracks; the mirror of `end`."""
        first = self._frame(t)
        self._do(spans.start(self._part(ids, range(first)), first))

    def leave_out(self, ids: ArrayLike, frames: ArrayLike) -> None:
        """Say that tracks are nowhere on some frames, and no run says otherwise; before and after nothing changes."""
        self._do(spans.leave_out(self._part(ids, frames)))

    def clear(self, ids: ArrayLike, frames: ArrayLike) -> None:
        """Empty cells, also those that a person set; a run may fill them again."""
        self._do(spans.clear(self._part(ids, frames)))

    def paste(self, ids: ArrayLike, t: int, to: ArrayLike) -> None:
        """Copy where tracks are on one frame, and whether they are seen, to others; the cells become anchors.

        Raises
        ------
        EditError
            If a track has no position on the frame that is copied.
        """
        self._do(spans.paste(self._part(ids, to), self._frame(t), self._session.size))

    def interpolate(self, ids: ArrayLike, frames: ArrayLike, kind: interpolation.Kind = "linear") -> None:
        """Draw the cells between the first and the last of some frames through these and the anchors between.

        Parameters
        ----------
        ids : int or (n,)
        frames : int or (t,)
        kind : {"linear", "cubic"}
            Straight from one to the next, or a curve.

        Raises
        ------
        EditError
            If a track has no position on the first or the last of the frames.
        """
        self._do(interpolation.interpolate(self._part(ids, frames), kind, self._session.size))

    def smooth(self, ids: ArrayLike, frames: ArrayLike, window: int = 9, order: int = 2) -> None:
        """Take tremor out of positions; anchors hold, and what lies beside them leads up to them.

        Parameters
        ----------
        ids : int or (n,)
        frames : int or (t,)
        window : int
            Frames over which a polynomial is fitted, an odd number.
        order : int
            Of the polynomial.

        Raises
        ------
        EditError
            If the window is even, or not larger than the order.
        """
        self._do(smoothing.smooth(self._part(ids, frames), window, order))

    def take(self, id: int, frames: ArrayLike, side: Side) -> None:
        """Take one side's answer for a track as what is predicted; anchors hold, and cells of which it says nothing.

        Parameters
        ----------
        id : int
        frames : (t,)
        side : Side
            On these frames, in their order.

        Raises
        ------
        EditError
            If the side is of another number of frames.
        """
        wanted = checked_frames(frames, self._session.n_frames)
        if len(side.xy) != len(wanted):
            raise EditError(f"expected an answer for {len(wanted)} frames, got one for {len(side.xy)}")
        ascending, order = np.unique(wanted, return_index=True)
        self._do(spans.take(self._part(self._one(id), ascending), side.select(order)))

    def split(self, id: int, t: int, name: str = "") -> int:
        """Make the cells of a track from one frame on a track of its own; gives its id.

        Parameters
        ----------
        id, t : int
        name : str
            Of the new track; its default is the old one's with a "b" behind it.

        Raises
        ------
        EditError
            If the track has nothing before that frame, or nothing from there on.
        """
        first, part = self._frame(t), self._part(self._one(id))
        new = int(self._session.new_ids(1)[0])
        self._do(splices.split(part, first, new, name))
        return new

    def merge(self, ids: ArrayLike) -> int:
        """Make tracks one, the first of them; gives its id.

        Every cell is the best of theirs: what a person said, then the higher product of visibility and
        confidence, then who comes first.

        Raises
        ------
        EditError
            If there is no track, or anchors of two of them are more than 2 pixels apart on a frame.
        """
        part = self._part(ids)
        if not part.rows:
            raise EditError("expected at least one track to merge, got none")
        if len(part.rows) > 1:
            self._do(splices.merge(part))
        return part.rows[0].id

    def swap(self, a: ArrayLike, b: ArrayLike, frames: ArrayLike) -> None:
        """Exchange the cells of two tracks, or of each of some with each of others, and what a person said of them.

        Raises
        ------
        EditError
            If there are not as many on both sides, or one is named twice.
        """
        some, others = (whole_numbers("ids of tracks", ids).tolist() for ids in (a, b))
        if not some or len(some) != len(others) or (some != others and len({*some, *others}) < 2 * len(some)):
            raise EditError(f"expected as many tracks as others to swap them with, each once, got {some} and {others}")
        part = self._part([*some, *others], frames)
        if some != others:
            self._do(splices.swap(part))

    def _part(self, ids: ArrayLike, frames: ArrayLike | None = None) -> Part:
        """Some tracks, each once, in their order; without frames, all of them."""
        session = self._session
        wanted = list(dict.fromkeys(whole_numbers("ids of tracks", ids).tolist()))
        everywhere = np.arange(session.n_frames)
        chosen = everywhere if frames is None else np.unique(checked_frames(frames, session.n_frames))
        rows = tuple(session.rows[column] for column in session.columns(wanted).tolist())
        return Part(rows, chosen, session.read(everywhere, wanted))

    def _points(self, part: Part, t: int, xy: ArrayLike) -> NDArray[np.float32]:
        """(n, 2) pixels, one for each track."""
        _, places = edits.checked_points(self._frame(t), xy, self._session.n_frames)
        if len(places) != len(part.rows):
            raise EditError(f"expected one point for each of {len(part.rows)} tracks, got {len(places)}")
        return places

    def _frame(self, t: int) -> int:
        return self._only("frame", checked_frames(t, self._session.n_frames))

    def _one(self, id: int) -> int:
        return self._only("track", whole_numbers("ids of tracks", id))

    @staticmethod
    def _only(what: str, given: NDArray[np.int64]) -> int:
        if len(given) != 1:
            raise EditError(f"expected one {what}, got {len(given)}")
        return int(given[0])

    def _do(self, patch: Patch | None) -> None:
        if patch is not None:
            self._session.apply(patch)
