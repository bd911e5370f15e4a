"""Some tracks on some frames as they are: what an edit is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from ..core.tracks import is_anchor
from .cells import Cells, area
from .claims import Mask, is_located
from .patch import Block, Patch, Row


@dataclass(frozen=True, eq=False)
class Part:
    """Some tracks, and the frames on which they are to be changed.

    Parameters
    ----------
    rows : tuple of Row
    frames : (t,) int64
        Ascending.
    whole : Cells
        Everything of these tracks, (T, n).
    """

    rows: tuple[Row, ...]
    frames: NDArray[np.int64]
    whole: Cells

    @property
    def ids(self) -> NDArray[np.int64]:
        """(n,) in the order of the rows."""
        return np.array([row.id for row in self.rows], np.int64)

    @property
    def cells(self) -> Cells:
        """(t, n) a copy of the cells that are to be changed."""
        return self.whole[self.frames]

    @property
    def names(self) -> str:
        """Which tracks, in words."""
        return self.rows[0].name if len(self.rows) == 1 else f"{len(self.rows)} tracks"

    @property
    def words(self) -> str:
        """Which tracks and frames, in words."""
        return self.names + self.during

    @property
    def during(self) -> str:
        """Which frames, to be put behind other words; nothing if they are all."""
        return "" if len(self.frames) == len(self.whole.state) else f", {when(self.frames)}"

    def patch(self, label: str, after: Cells, rows: Sequence[Row] = ()) -> Patch | None:
        """The edit that makes the cells (t, n) others; queries go along with their cells. None if nothing changes.

        Parameters
        ----------
        label : str
        after : Cells
        rows : sequence of Row, optional
            Entries of all the tracks, where the edit itself changes them.
        """
        block = Block(self.frames, self.ids, self.whole[area(self.frames, np.arange(len(self.rows)))], after).trimmed()
        changed = self._unsettled(after, rows or self.rows)
        if not len(block.ids) and not changed:
            return None
        return Patch(label, (block,) if len(block.ids) else (), tuple(old for old, _ in changed),
                     tuple(row for _, row in changed))

    def _unsettled(self, after: Cells, rows: Sequence[Row]) -> list[tuple[Row, Row]]:
        """Entries that become others with the cells (t, n), as they were and as they are then."""
        same = np.array([old is row or old == row for old, row in zip(self.rows, rows, strict=True)], np.bool_)
        new = [row if stays else self._settled(n, row, after, is_new=not is_same)
               for n, (row, stays, is_same) in enumerate(zip(rows, same & self._stay(after), same.tolist()))]
        return [(old, row) for old, row in zip(self.rows, new) if old != row]

    def _stay(self, after: Cells) -> Mask:
        """(n,) whose query is where it was, of entries that the edit itself does not change; see `settled`."""
        t = np.array([row.t for row in self.rows], np.int64)
        xy = np.array([row.xy for row in self.rows], np.float64).reshape(-1, 2)
        n = np.flatnonzero((t < len(self.whole.state)) & np.isfinite(xy).all(1))
        place = np.searchsorted(self.frames, t[n])
        is_in = np.isin(t[n], self.frames)
        stay: Mask = np.asarray(np.isfinite(xy).all(1))
        before, there = self.whole[t[n[is_in]], n[is_in]], after[place[is_in], n[is_in]]
        is_same_place = is_located(there) & (before.xy == there.xy).all(-1)
        stay[n[is_in]] = is_same_place | ~before.differs(there)
        return stay

    def _settled(self, n: int, row: Row, after: Cells, is_new: bool) -> Row:
        before = self.whole[:, n]
        whole = before.copy()
        whole.write(self.frames, after[:, n])
        return settled(row, before, whole, is_new=is_new)

    def pairs(self, ids: ArrayLike, frames: ArrayLike) -> Mask:
        """(t, n) the cells on the first frame of the first track, on the second frame of the second one, and so on.

        Raises
        ------
        EditError
            If there are not as many frames as tracks.
        """
        tracks, times = whole_numbers("ids of tracks", ids), whole_numbers("frames", frames)
        if len(tracks) != len(times):
            raise EditError(f"expected one frame for each of {len(tracks)} tracks, got {len(times)}")
        wanted = np.zeros((len(self.frames), len(self.rows)), np.bool_)
        order = np.argsort(self.ids)
        wanted[np.searchsorted(self.frames, times), order[np.searchsorted(self.ids, tracks, sorter=order)]] = True
        return wanted

    def require(self, claim: Mask, expected: str) -> None:
        """Refuse the edit if a claim does not hold for one of the cells (t, n).

        Raises
        ------
        EditError
            It names the first such frame.
        """
        if not claim.all():
            t, n = np.argwhere(~claim)[0]
            raise EditError(f"expected {expected}, got none for {self.rows[n].name} on frame {self.frames[t]}; "
                            "place the point there first")


def settled(row: Row, before: Cells, after: Cells, is_new: bool = False) -> Row:
    """The entry of a track whose cells (T,) become others.

    Its query goes along with its cell. If that cell holds no position any more, the nearest one that does
    becomes the query, an anchor if there is any; if there is none, the query stays.

    Parameters
    ----------
    row : Row
    before, after : Cells
    is_new : bool
        Whether the edit made the entry another, so that its cell is looked at in any case.
    """
    known, here = bool(np.isfinite(row.xy).all()), row.t < len(after.state)
    if known and not is_new and not (here and before[row.t].differs(after[row.t])):
        return row
    located = is_located(after)
    if here and located[row.t]:
        stays = known and not is_new and (before.xy[row.t] == after.xy[row.t]).all()
        return row if stays else starting(row, row.t, after)
    pins = located & is_anchor(after.source)
    places = np.flatnonzero(pins if pins.any() else located)
    return starting(row, int(places[np.abs(places - row.t).argmin()]), after) if len(places) else row


def starting(row: Row, t: int, cells: Cells) -> Row:
    """The entry with its query at the cell on frame `t` of a track (T,)."""
    return replace(row, t=t, xy=(float(cells.xy[t, 0]), float(cells.xy[t, 1])))


def when(frames: NDArray[np.int64]) -> str:
    """Some frames in words."""
    if len(frames) == 1:
        return f"frame {frames[0]}"
    if not len(frames) or len(frames) <= frames[-1] - frames[0]:
        return f"{len(frames)} frames"
    return f"frames {frames[0]}–{frames[-1]}"


def checked_frames(frames: ArrayLike, n_frames: int) -> NDArray[np.int64]:
    """One frame or many, in their order, as an array.

    Raises
    ------
    EditError
        If one is no whole number or no frame of the video.
    """
    wanted = whole_numbers("frames", frames)
    outside = (wanted < 0) | (wanted >= n_frames)
    if outside.any():
        raise EditError(f"expected frames 0 to {n_frames - 1}, got frame {wanted[outside][0]}")
    return wanted


def whole_numbers(what: str, given: ArrayLike) -> NDArray[np.int64]:
    """(n,) one or many numbers.

    Raises
    ------
    EditError
        If they are no whole numbers; a mask is none either.
    """
    values = np.asarray(given).reshape(-1)
    if not values.size:
        return np.zeros(0, np.int64)
    if values.dtype.kind == "f" and (np.abs(values) < 2**53).all() and (values == np.rint(values)).all():
        return values.astype(np.int64)
    if values.dtype.kind not in "iu":
        raise EditError(f"expected {what} as whole numbers, got {values[0]!s}")
    return values.astype(np.int64)
