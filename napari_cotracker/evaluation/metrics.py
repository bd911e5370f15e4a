"""The measures of TAP-Vid (Doersch et al. 2022, arXiv:2211.03726) and a few more, on plain arrays.

Distances are taken after scaling both axes of the picture to 256 pixels. Arrays are frame-major:
T frames, N points; a *cell* is one point in one frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import CotrackerError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PROTOCOLS = ("first", "strided")
STRIDE = 5  # frames from one query of a point to its next, with protocol strided
SIDE = 256  # px, of the picture in which distances are taken
THRESHOLDS = (1, 2, 4, 8, 16)  # px
LOST = 50  # px, beyond which PointOdyssey holds a track to be lost
ABSENCE = 3  # frames at least that a point is away for its return to count as one
RETURN = 10  # frames that count as the return, the first one included


@dataclass(frozen=True)
class Scores:
    """What was measured; shares from 0 to 1, NaN where there was nothing to measure.

    Parameters
    ----------
    average_jaccard : float
        Mean of `jaccard`.
    delta_avg : float
        Mean of `within`.
    occlusion_accuracy : float
        Share of cells of which it is rightly said whether they are visible.
    always_visible : float
        The `occlusion_accuracy` of a tracker that says *visible* everywhere.
    median_error : float
        Pixels of a 256 × 256 picture, over visible cells.
    survival : float
        Share of the frames, going away from the query, before the first visible cell with an error
        above 50 px of 256; the mean over tracks.
    reappearance : float
        Median error, in pixels of 256, over visible cells in the ten frames from a point's return
        after three frames or more out of sight.
    within, jaccard : tuple of 5 float
        For each of `THRESHOLDS`: the share of visible cells that are nearer than that, and the
        Jaccard index of cells that are so near and said to be visible.
    """

    average_jaccard: float
    delta_avg: float
    occlusion_accuracy: float
    always_visible: float
    median_error: float
    survival: float
    reappearance: float
    within: tuple[float, ...]
    jaccard: tuple[float, ...]

    def to_dict(self) -> dict[str, float | None]:
        """Plain values, one for each threshold (``jaccard_4``); None for what is not a finite number."""
        flat: dict[str, float] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            each = {f"{field.name}_{limit}": share for limit, share in zip(THRESHOLDS, value, strict=True)} \
                if isinstance(value, tuple) else {field.name: value}
            flat.update(each)
        return {name: round(value, 6) if np.isfinite(value) else None for name, value in flat.items()}


def counted_cells(query_frames: ArrayLike, n_frames: int, protocol: str = "first") -> Bools:
    """(T, N) the cells that count, for points queried on (N,) frames.

    With protocol ``first`` those after the query, with ``strided`` all but the query.

    Raises
    ------
    CotrackerError
        If there is no such protocol.
    """
    check_protocol(protocol)
    frame, query = np.arange(n_frames)[:, None], np.asarray(query_frames, np.int64)
    return np.asarray(frame > query if protocol == "first" else frame != query)


def queries_of(visible: Bools, protocol: str = "first") -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where tracks are started: the frame and the point of each query.

    Parameters
    ----------
    visible : (T, N) bool
        Points that are never visible get no query.
    protocol : {"first", "strided"}
        ``first``: each point where it is first visible. ``strided``: every fifth frame, each point
        that is visible there, so that one point has several tracks.

    Raises
    ------
    CotrackerError
        If there is no such protocol.
    """
    check_protocol(protocol)
    if protocol == "strided":
        row, point = np.nonzero(visible[::STRIDE])
        return row * STRIDE, point
    point = np.flatnonzero(visible.any(0))
    return visible[:, point].argmax(0), point


def check_protocol(protocol: str) -> None:
    """Refuse a protocol that is not one of `PROTOCOLS`.

    Raises
    ------
    CotrackerError
    """
    if protocol not in PROTOCOLS:
        raise CotrackerError(f"expected protocol {' or '.join(PROTOCOLS)}, got {protocol!r}")


def distances(truth_xy: ArrayLike, xy: ArrayLike, scale: ArrayLike = 1.0) -> Floats:
    """(T, N) how far (T, N, 2) predictions are off, offsets multiplied by `scale`; infinite where there is none."""
    offset: Floats = (np.asarray(xy, np.float64) - np.asarray(truth_xy, np.float64)) * np.asarray(scale)
    return np.nan_to_num(np.hypot(offset[..., 0], offset[..., 1]), nan=np.inf)


def score(truth_xy: ArrayLike, truth_visible: ArrayLike, xy: ArrayLike, visible: ArrayLike, *, counted: ArrayLike,
          size: tuple[int, int]) -> Scores:
    """The scores of one clip.

    Parameters
    ----------
    truth_xy, xy : (T, N, 2)
        True and predicted positions in pixels. A predicted NaN is a miss, and not visible.
    truth_visible, visible : (T, N) bool
    counted : (T, N) bool
        The cells that count. The last one of a track that does not is held to be its query.
    size : (width, height)
        Of the picture, in pixels.

    Raises
    ------
    CotrackerError
        If shapes disagree.
    """
    seen, said, counts = (np.asarray(cells, np.bool_) for cells in (truth_visible, visible, counted))
    shapes = [np.shape(truth_xy)[:-1], np.shape(xy)[:-1], seen.shape, said.shape, counts.shape]
    if len(set(shapes)) > 1 or len(shapes[0]) != 2:
        raise CotrackerError(f"expected cells of one shape (T, N), got {', '.join(map(str, shapes))}")
    error = distances(truth_xy, xy, SIDE / np.asarray(size, np.float64))
    said = said & np.isfinite(np.asarray(xy)).all(-1)
    within = tuple(_share(error < limit, seen & counts) for limit in THRESHOLDS)
    jaccard = tuple(_jaccard(error < limit, seen, said, counts) for limit in THRESHOLDS)
    sides = list(_sides(error, seen, counts))
    return Scores(
        average_jaccard=float(np.mean(jaccard)), delta_avg=float(np.mean(within)),
        occlusion_accuracy=_share(said == seen, counts), always_visible=_share(seen, counts),
        median_error=_median(error[seen & counts]), survival=_survival(sides), reappearance=_reappearance(sides),
        within=within, jaccard=jaccard,
    )


def mean_scores(scores: Sequence[Scores]) -> Scores:
    """The mean over clips, each of the same weight; where a clip measures nothing it is left out of that mean."""
    means: dict[str, Any] = {}
    for field in fields(Scores):
        values = np.array([getattr(one, field.name) for one in scores], np.float64)
        by_limit = values.reshape(-1, len(THRESHOLDS)).T if field.name in ("within", "jaccard") else None
        means[field.name] = _mean(values) if by_limit is None else tuple(map(_mean, by_limit))
    return Scores(**means)


@dataclass(frozen=True)
class _Side:
    """The cells on one side of the queries, time running away from them.

    ``away`` are the frames beyond the query, ``counts`` those of them that count.
    """

    error: Floats
    seen: Bools
    away: Bools
    counts: Bools


def _sides(error: Floats, seen: Bools, counts: Bools) -> Iterator[_Side]:
    n_frames = len(counts)
    if not n_frames:
        return
    uncounted = ~counts[::-1]
    query = np.where(uncounted.any(0), n_frames - 1 - uncounted.argmax(0), -1)
    frame = np.arange(n_frames)[:, None]
    for step, away in ((1, frame > query), (-1, frame < query)):
        yield _Side(error[::step], seen[::step], away[::step], (away & counts)[::step])


def _survival(sides: Sequence[_Side]) -> float:
    if not sides:
        return float("nan")
    alive = sum((~_lost(side) & side.counts).sum(0) for side in sides)
    counted = sum(side.counts.sum(0) for side in sides)
    tracks = counted > 0
    return _mean(alive[tracks] / counted[tracks])


def _lost(side: _Side) -> Bools:
    """From the first failure on."""
    return np.logical_or.accumulate((side.error > LOST) & side.seen & side.counts, axis=0)


def _reappearance(sides: Sequence[_Side]) -> float:
    errors = [side.error[_returning(side) & side.seen & side.counts] for side in sides]
    return _median(np.concatenate([np.zeros(0), *errors]))


def _returning(side: _Side) -> Bools:
    """The first frames after a return, whether the point is visible in all of them or not."""
    absent = np.zeros(side.seen.shape[1], np.int64)
    since = np.full_like(absent, RETURN)
    returning = np.zeros_like(side.seen)
    for t, (seen, away) in enumerate(zip(side.seen, side.away, strict=True)):
        since = np.where(seen & (absent >= ABSENCE), 0, since + 1)
        absent = np.where(seen | ~away, 0, absent + 1)
        returning[t] = since < RETURN
    return returning


def _jaccard(near: Bools, seen: Bools, said: Bools, counts: Bools) -> float:
    hits = int((near & seen & said & counts).sum())
    false_alarms = int((said & ~(near & seen) & counts).sum())
    # hits and misses together are the truly visible cells
    union = int((seen & counts).sum()) + false_alarms
    return hits / union if union else float("nan")


def _share(right: Bools, among: Bools) -> float:
    return float(right[among].mean()) if among.any() else float("nan")


def _median(values: Floats) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
