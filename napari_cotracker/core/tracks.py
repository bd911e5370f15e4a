"""Tracks: where every point is in every frame, how sure the tracker is, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .coordinates import has_place, inside
from .equality import same_fields
from .errors import CotrackerError
from .queries import Queries
from .words import as_label, counted, point_name

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

DEFAULT_THRESHOLD = 0.6


class State(IntEnum):
    """What a cell (one track in one frame) is."""

    FROM_SCORES = 0
    VISIBLE = 1
    OCCLUDED_LOCATED = 2
    OCCLUDED = 3
    OUT_OF_FRAME = 4
    UNKNOWN = 5


class Source(IntEnum):
    """Who says where a cell is."""

    NONE = 0
    PREDICTED = 1
    HUMAN = 2
    VERIFIED = 3
    INTERPOLATED = 4
    IMPORTED = 5


class CellArrays(Protocol):
    """Cells as arrays (T, N), positions (T, N, 2); `Tracks` are such."""

    @property
    def xy(self) -> Floats: ...
    @property
    def visibility(self) -> Floats: ...
    @property
    def confidence(self) -> Floats: ...
    @property
    def state(self) -> Bytes: ...
    @property
    def source(self) -> Bytes: ...


def is_anchor(source: Bytes) -> NDArray[np.bool_]:
    """Which cells, by their `Source`, a person placed or approved."""
    return np.asarray((source == Source.HUMAN) | (source == Source.VERIFIED))


@dataclass(frozen=True)
class Anchors:
    """Cells that a person placed or approved; no tracker moves them.

    Parameters
    ----------
    ids, t : (K,) int64
        Track and 0-based frame of each anchor.
    xy : (K, 2) float32
        Position in pixels; NaN where an occluded anchor has none.
    state : (K,) uint8
        A `State`.
    """

    ids: NDArray[np.int64]
    t: NDArray[np.int64]
    xy: Floats
    state: Bytes

    @classmethod
    def of(cls, ids: NDArray[np.int64], cells: CellArrays) -> Anchors:
        """Those among the cells (T, N) of tracks."""
        t, n = np.nonzero(is_anchor(cells.source))
        return cls(ids[n], t.astype(np.int64), cells.xy[t, n], cells.state[t, n])

    @classmethod
    def none(cls) -> Anchors:
        """No anchor at all."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2), np.float32), np.zeros(0, np.uint8))

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Tracks:
    """Positions and scores of N tracks over T frames.

    Parameters
    ----------
    ids : (N,) int64
        Track numbers, unique.
    xy : (T, N, 2) float32
        Positions in pixels, x right, y down, integers are pixel centres; NaN where not tracked.
    visibility, confidence : (T, N) float32
        Two raw probabilities; NaN where not tracked.
    state, source : (T, N) uint8, optional
        A `State` and a `Source` for every cell.
    names, groups : sequence of N str, optional
        A slash in a name separates individual and keypoint.
    queries : Queries, optional
        Where the tracks were started, if that is known.
    meta : mapping, optional
        ``size`` (width, height), ``fps`` and ``pixel_aspect`` (numerator, denominator), ``times`` (T,) in
        seconds from the first frame if they are irregular, ``frame_numbers`` (T,), ``own_numbers`` (whether
        these are those of files, even if they count from 0), ``video`` (path and fingerprint), ``runs``
        (model and licence of each run), ``created`` and more.

    Raises
    ------
    CotrackerError
        If shapes disagree or an id appears twice.
    """

    ids: NDArray[np.int64]
    xy: Floats
    visibility: Floats
    confidence: Floats
    state: Bytes = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    source: Bytes = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    queries: Queries | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)

    if TYPE_CHECKING:  # more than the fields hold is taken
        def __init__(self, ids: ArrayLike, xy: ArrayLike, visibility: ArrayLike,  # noqa: PLR0917
                     confidence: ArrayLike, state: ArrayLike = ..., source: ArrayLike = ..., *,
                     names: Sequence[str] = ..., groups: Sequence[str] = ..., queries: Queries | None = ...,
                     meta: Mapping[str, Any] = ...) -> None: ...

    def __post_init__(self) -> None:
        xy = np.asarray(self.xy, np.float32)
        if xy.ndim != 3 or xy.shape[2] != 2:
            raise CotrackerError(f"expected track positions of shape (T, N, 2), got {xy.shape}")
        cells = xy.shape[:2]
        ids = np.asarray(self.ids, np.int64).reshape(-1)
        different = len(np.unique(ids))
        if len(ids) != cells[1] or different != cells[1]:
            raise CotrackerError(f"expected {cells[1]} unique track ids, got {len(ids)} of which {different} differ")
        given = {"visibility": self.visibility, "confidence": self.confidence}
        values: dict[str, Any] = {k: _cells(k, v, cells, np.float32) for k, v in given.items()}
        values["state"] = _cells("state", self.state, cells, np.uint8, lambda: np.zeros(cells, np.uint8))
        values["source"] = _cells("source", self.source, cells, np.uint8,
                                  lambda: np.where(has_place(xy), np.uint8(Source.PREDICTED), np.uint8(Source.NONE)))
        values["names"] = _labels("names", self.names, [point_name(id) for id in ids.tolist()])
        values["groups"] = _labels("groups", self.groups, [""] * len(ids))
        for key, value in {"ids": ids, "xy": xy, **values, "meta": dict(self.meta)}.items():
            object.__setattr__(self, key, value)

    @property
    def n_frames(self) -> int:
        """T, the number of frames."""
        return int(self.xy.shape[0])

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        return same_fields(self, other) if isinstance(other, Tracks) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # of arrays

    def __repr__(self) -> str:
        size = "" if self.size is None else " of {} × {}".format(*self.size)
        return f"<Tracks: {counted(len(self), 'track')} over {counted(self.n_frames, 'frame')}{size}>"

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the video in pixels, if known."""
        size = self.meta.get("size")
        return None if size is None else (int(size[0]), int(size[1]))

    @property
    def frame_numbers(self) -> NDArray[np.int64]:
        """(T,) the plate's own frame numbers; 0 … T-1 if unknown."""
        numbers = self.meta.get("frame_numbers")
        return np.arange(self.n_frames) if numbers is None else np.asarray(numbers, np.int64)

    def states(self, threshold: float = DEFAULT_THRESHOLD) -> Bytes:
        """(T, N) the `State` of every cell, none of them `State.FROM_SCORES`.

        A cell without a state of its own is visible where visibility · confidence > `threshold` and
        the point lies on the picture, out of frame where it lies off it, else occluded but located;
        unknown where it is not tracked.
        """
        return resolve_states(self.xy, (self.visibility, self.confidence), self.state, self.size, threshold)

    def anchors(self) -> Anchors:
        """The cells that a person placed or approved."""
        return Anchors.of(self.ids, self)

    def select(self, columns: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Tracks:
        """Some of the tracks, by position or by a mask over them."""
        picked = np.arange(len(self))[columns]
        queries = None if self.queries is None else self.queries.select(np.isin(self.queries.ids, self.ids[picked]))
        return replace(
            self, ids=self.ids[picked], xy=self.xy[:, picked], visibility=self.visibility[:, picked],
            confidence=self.confidence[:, picked], state=self.state[:, picked], source=self.source[:, picked],
            names=tuple(self.names[i] for i in picked), groups=tuple(self.groups[i] for i in picked), queries=queries,
        )


def resolve_states(xy: Floats, scores: tuple[Floats, Floats], state: Bytes, size: tuple[int, int] | None,
                   threshold: float = DEFAULT_THRESHOLD) -> Bytes:
    """The `State` of any block of cells, none of them `State.FROM_SCORES`: what `Tracks.states` says of all.

    Parameters
    ----------
    xy : (..., 2) float32
    scores : ((...) float32, (...) float32)
        Visibility and confidence.
    state : (...) uint8
    size : (width, height) or None
        Of the picture.
    threshold : float
        A cell is visible where the product of its scores is above it.
    """
    tracked = has_place(xy)
    with np.errstate(invalid="ignore"):
        visible = scores[0] * scores[1] > threshold
    out = np.where(visible, np.uint8(State.VISIBLE), np.uint8(State.OCCLUDED_LOCATED))
    if size is not None:
        out = np.where(inside(xy, size), out, np.uint8(State.OUT_OF_FRAME))
    out = np.where(tracked, out, np.uint8(State.UNKNOWN))
    return np.where(state == State.FROM_SCORES, out, state).astype(np.uint8)


def _cells(name: str, value: ArrayLike, shape: tuple[int, ...], dtype: Any,
           default: Callable[[], NDArray[Any]] | None = None) -> NDArray[Any]:
    array = np.asarray(value)
    if default is not None and array.size == 0:
        array = default()
    if array.shape != shape:
        raise CotrackerError(f"expected {name} of shape (T, N) = {shape}, got {array.shape}")
    return array.astype(dtype)


def _labels(name: str, given: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    labels = tuple(map(as_label, given)) or tuple(default)
    if len(labels) != len(default):
        raise CotrackerError(f"expected {len(default)} {name}, one for each track, got {len(labels)}")
    return labels
