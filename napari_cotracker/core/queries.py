"""Query points: where a track starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .equality import same_fields
from .errors import TrackingError
from .words import as_label, counted, point_name

ROUNDING = 0.01  # of a frame, by which a number may miss a whole one


@dataclass(frozen=True)
class Queries:
    """Points to follow, one row each.

    Parameters
    ----------
    t : (N,) int64
        Frame of each point, 0-based.
    xy : (N, 2) float32
        Position in pixels of that frame, x right, y down; integers are pixel centres.
    ids : (N,) int64, optional
        Track numbers, unique; 0 … N-1 if not given.
    names : sequence of N str, optional
        Names to show; ``point 0`` … if not given. A slash separates individual and keypoint.

    Raises
    ------
    TrackingError
        If shapes disagree, a value is not finite, or an id appears twice.
    """

    t: NDArray[np.int64]
    xy: NDArray[np.float32]
    ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    names: tuple[str, ...] = ()

    if TYPE_CHECKING:  # more than the fields hold is taken
        def __init__(self, t: ArrayLike, xy: ArrayLike, ids: ArrayLike = ..., names: Sequence[str] = ...) -> None: ...

    def __post_init__(self) -> None:
        xy = np.array(self.xy, np.float32).reshape(-1, 2) if np.size(self.xy) == 0 else np.array(self.xy, np.float32)
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise TrackingError(f"expected query positions of shape (N, 2), got {np.shape(self.xy)}")
        n = len(xy)
        t = _as_frames(self.t, n)
        if not np.isfinite(xy).all():
            row = int(np.flatnonzero(~np.isfinite(xy).all(1))[0])
            raise TrackingError(f"expected finite query positions, got {tuple(xy[row].tolist())} in row {row}")
        ids = np.arange(n, dtype=np.int64) if np.size(self.ids) == 0 else np.array(self.ids, np.int64).reshape(-1)
        if len(ids) != n:
            raise TrackingError(f"expected {n} track ids, one for each query, got {len(ids)}")
        if len(np.unique(ids)) != n:
            raise TrackingError("expected unique track ids, got some twice; leave the ids out to have them numbered")
        names = tuple(map(as_label, self.names)) or tuple(map(point_name, ids.tolist()))
        if len(names) != n:
            raise TrackingError(f"expected {n} names, one for each query, got {len(names)}")
        for key, value in {"t": t, "xy": xy, "ids": ids, "names": names}.items():
            object.__setattr__(self, key, value)

    def __len__(self) -> int:
        return len(self.t)

    def __eq__(self, other: object) -> bool:
        return same_fields(self, other) if isinstance(other, Queries) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # of arrays

    def __repr__(self) -> str:
        return f"<Queries: {counted(len(self), 'point')} on {counted(len(np.unique(self.t)), 'frame')}>"

    @classmethod
    def none(cls) -> Queries:
        """No query at all."""
        return cls(np.zeros(0, np.int64), np.zeros((0, 2), np.float32))

    @classmethod
    def from_array(cls, txy: ArrayLike, ids: ArrayLike = (), names: Sequence[str] = ()) -> Queries:
        """Queries from an (N, 3) array of (t, x, y), or a data frame that names these columns, in any order.

        Raises
        ------
        TrackingError
            If the array has another shape, is empty, or holds values that are not finite or frames that are not whole.
        """
        try:
            array = np.asarray(_in_order(txy), np.float64)
        except (TypeError, ValueError, RuntimeError):  # the last of torch, for a tensor with gradients
            raise TrackingError(f"expected queries as numbers of shape (N, 3): t, x, y; got {txy!r:.80}") from None
        if array.ndim != 2 or array.shape[1] != 3:
            raise TrackingError(
                f"expected queries of shape (N, 3) with columns t, x, y; got shape {array.shape}; "
                "a single point is [[t, x, y]]"
            )
        if not len(array):
            raise TrackingError("expected at least one query point, got none; place a point or ask for a grid")
        with np.errstate(over="ignore"):
            xy = array[:, 1:].astype(np.float32)
        return cls(t=_as_frames(array[:, 0], len(xy)), xy=xy, ids=np.asarray(ids, np.int64), names=tuple(names))

    def to_array(self) -> NDArray[np.float32]:
        """(N, 3) float32 with columns t, x, y."""
        return np.concatenate([self.t[:, None].astype(np.float32), self.xy], axis=1)

    def check_against(self, n_frames: int) -> None:
        """Refuse queries on frames that a clip of `n_frames` does not have, or no query at all.

        Raises
        ------
        TrackingError
        """
        if not len(self):
            raise TrackingError("expected at least one query point, got none; place a point or ask for a grid")
        outside = np.flatnonzero((self.t < 0) | (self.t >= n_frames))
        if len(outside):
            row = int(outside[0])
            raise TrackingError(
                f"expected query frames from 0 to {n_frames - 1}, got frame {int(self.t[row])} for "
                f"{self.names[row]!r} (row {row}); frames are counted from 0"
            )

    def select(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Queries:
        """The queries of some rows, ids and names kept."""
        picked = np.arange(len(self))[rows]
        return Queries(self.t[picked], self.xy[picked], self.ids[picked], tuple(self.names[i] for i in picked.tolist()))

    def of(self, ids: NDArray[np.int64]) -> Queries:
        """The queries of some tracks, in their order.

        Raises
        ------
        TrackingError
            If one of them has none.
        """
        row_of = {int(id): row for row, id in enumerate(self.ids)}
        unknown = [id for id in ids.tolist() if id not in row_of]
        if unknown:
            raise TrackingError(f"expected tracks that have a query, got track {unknown[0]}")
        return self.select(np.array([row_of[id] for id in ids.tolist()], np.intp))

    def join(self, other: Queries | None) -> Queries:
        """These queries and then `other`; their ids must differ."""
        if other is None or not len(other):
            return self
        return Queries(
            np.concatenate([self.t, other.t]), np.concatenate([self.xy, other.xy]),
            np.concatenate([self.ids, other.ids]), self.names + other.names,
        )


def is_whole(frames: ArrayLike) -> NDArray[np.bool_]:
    """Which numbers are those of frames, but for rounding."""
    return np.asarray(np.abs(frames - np.rint(frames)) <= ROUNDING)


def _in_order(txy: Any) -> Any:
    """The columns t, x, y of a data frame that has them by name, else what was given."""
    named = {"t", "x", "y"} <= set(getattr(txy, "columns", ()))
    return txy[["t", "x", "y"]] if named else txy


def _as_frames(t: ArrayLike, n: int) -> NDArray[np.int64]:
    frames = np.asarray(t, np.float64).reshape(-1)
    if len(frames) != n:
        raise TrackingError(f"expected {n} query frames, one for each position, got {len(frames)}")
    wrong = np.flatnonzero(~(np.abs(frames) < 2**53))
    if len(wrong):
        raise TrackingError(f"expected finite query frames, got {frames[wrong[0]]} in row {wrong[0]}")
    between = np.flatnonzero(~is_whole(frames))
    if len(between):
        raise TrackingError(
            f"expected whole query frames, got {frames[between[0]]:g} in row {between[0]}; "
            "frames are counted from 0, so multiply times in seconds by the frame rate and round them"
        )
    return np.rint(frames).astype(np.int64)


def grid_queries(size: tuple[int, int], count: int | tuple[int, int], frame: int = 0,
                 mask: NDArray[np.bool_] | None = None) -> Queries:
    """A regular grid of query points over a picture.

    Parameters
    ----------
    size : (width, height)
        Picture size in pixels.
    count : int or (columns, rows)
        Points across; one number means a square grid of count × count.
    frame : int
        The frame on which the points are placed.
    mask : (height, width) bool, optional
        Only points on true pixels are kept.

    Raises
    ------
    TrackingError
        If the count is below one, the mask has another size, or no point is left.

    Notes
    -----
    Points keep a margin of 1/64 of the width from the border, as in the published predictor
    (Karaev et al. 2024), here symmetric about the picture's centre.
    """
    columns, rows = (count, count) if isinstance(count, int) else count
    if columns < 1 or rows < 1:
        raise TrackingError(f"expected a grid of at least 1 × 1 points, got {columns} × {rows}")
    width, height = size
    margin = width / 64
    x = _spread(width, columns, margin)
    y = _spread(height, rows, margin)
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    if mask is not None:
        if mask.shape != (height, width):
            raise TrackingError(f"expected a mask of shape (height, width) = {(height, width)}, got {mask.shape}")
        column, row = np.rint(xy).astype(int).T
        xy = xy[mask[row, column]]
        if not len(xy):
            raise TrackingError("the mask leaves no grid point; use a finer grid or a larger mask")
    return Queries(t=np.full(len(xy), frame), xy=xy)


def _spread(length: int, count: int, margin: float) -> NDArray[np.float64]:
    if count == 1:
        return np.array([(length - 1) / 2])
    margin = min(margin, (length - 1) / 4)
    return np.linspace(margin, length - 1 - margin, count)
