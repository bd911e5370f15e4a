"""Which tracks move together, and how far each one is from where its companions say it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .inspection import seen_states
from .signs import Some
from .tracks import CellArrays, Floats, State, is_anchor

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Points = NDArray[np.complex64]  # x + iy: turning and scaling is then one product

COMPANIONS = 8
ENOUGH = 3  # fewer companions say nothing
SAMPLES = 16  # frames at which tracks are compared with each other
MOTION_COUNTS = 12.0  # times as much as distance
FAR_APART = 0.1  # of the picture: tracks that part by more in one step are not more different than that
STIFFNESS = 0.02  # of the picture: companions closer than that say little about turning and scaling
SURENESS_COUNTS = 4  # power of the confidence
ROUNDING = 0.5  # px by which companions may be off without counting less
STEP = 5  # frames within which is asked how well companions tell where a track goes
BETTER_TIMES = 0.25  # share of the frames by which that is judged


class Neighbours:
    """For every track those near it that keep near it, brought up to date track by track.

    Tracks are compared on some frames on which both are in sight: by how far they are apart, and by how much
    they move against each other from one such frame to the next. A track that goes wrong for a while keeps its
    companions, since the mean over the clip decides and a step counts only to a limit.

    Parameters
    ----------
    cells : CellArrays
        Of all N tracks.
    size : (width, height)
    columns : (n,) int64, optional
        Which of them are read at once, all by default; the others are to be read before any are compared.

    Attributes
    ----------
    rows : (N, K) int64
        Companions of each track, nearest first, -1 where there are no more; those of tracks that were not
        compared yet are all -1.
    """

    def __init__(self, cells: CellArrays, size: tuple[int, int], columns: Places | None = None) -> None:
        self._size, self._scale = size, float(max(*size, 1))
        n_frames, n_tracks = cells.state.shape
        self._frames = np.unique(np.linspace(0, max(n_frames - 1, 0), SAMPLES).astype(np.int64))[:n_frames]
        self._at = np.full((2, len(self._frames), n_tracks), np.nan, np.float32)
        # track by track, zero where a track is not
        self._z = np.zeros((n_tracks, n_frames), np.complex64)
        self._located = np.zeros((n_tracks, n_frames), np.bool_)
        self._trust = np.zeros((n_tracks, n_frames), np.float32)
        self.rows = np.full((n_tracks, COMPANIONS), -1, np.int64)
        self._worst = np.full(n_tracks, -np.inf, np.float32)
        self.read(cells, np.arange(n_tracks) if columns is None else columns)

    def read(self, cells: CellArrays, columns: Places) -> bool:
        """Take over what some tracks are; says whether that makes them others to compare with."""
        part = Some(cells, columns)
        located = np.isfinite(part.xy[..., 0] + part.xy[..., 1])
        self._located[columns] = located.T
        self._z[columns] = _complex(np.where(located[..., None], part.xy, 0)).T
        self._trust[columns] = _trust(part, located, self._size).T
        known = self._trust[columns][:, self._frames] > 0
        z = self._z[columns][:, self._frames]
        places = np.where(known, [z.real, z.imag], np.nan).transpose(0, 2, 1)
        same = np.array_equal(places, self._at[:, :, columns], equal_nan=True)
        self._at[:, :, columns] = places
        return not same

    def compare(self, columns: Places) -> None:
        """Find the companions of some tracks, whatever they were."""
        if len(columns):
            self._choose(columns, self._costs(columns))

    def adapt(self, cells: CellArrays, old: Places) -> Places:
        """Take over that tracks came and went; all must have been compared before.

        Parameters
        ----------
        cells : CellArrays
            Of all tracks that there are now; those that stay are as they were.
        old : (N,) int64
            The place that each of them had, -1 for new ones.

        Returns
        -------
        (k,) int64
            New tracks, and those that lost or won companions: ascending.
        """
        places = np.full(len(self.rows) + 1, -1, np.int64)  # the last for the -1 of those who have no more companions
        places[old[old >= 0]] = np.flatnonzero(old >= 0)
        before = _taken(self.rows, old)
        self._z, self._located, self._trust, self._worst = (
            _taken(part, old) for part in (self._z, self._located, self._trust, self._worst))
        self._at, self.rows = _taken(self._at, old, 2), places[before]
        new = np.flatnonzero(old < 0)
        bereft = np.setdiff1d(np.flatnonzero(((before >= 0) & (self.rows < 0)).any(1)), new)
        self.read(cells, new)
        costs = self._costs(new)
        self._choose(new, costs)
        self.compare(bereft)
        winners = np.setdiff1d(np.flatnonzero((costs < self._worst).any(0)), new)
        self.compare(winners)
        return np.unique(np.concatenate([new, bereft, winners]))

    def followers(self, columns: Places) -> Places:
        """Tracks that have some of these among their companions, ascending."""
        return np.flatnonzero(np.isin(self.rows, columns).any(1))

    def update(self, cells: CellArrays, columns: Places) -> Places:
        """Take over what became of some tracks; all must have been compared before.

        Returns
        -------
        (k,) int64
            These, and the tracks whose companions they were or became: ascending.
        """
        before = self.followers(columns)
        if self.read(cells, columns):
            costs = self._costs(columns)
            self._choose(columns, costs)
            # whoever loses one of these or might win one; nobody else's choice depends on them
            closer = (costs < self._worst).any(0)
            self.compare(np.setdiff1d(np.union1d(before, np.flatnonzero(closer)), columns))
        return np.unique(np.concatenate([columns, before, self.followers(columns)]))

    def residuals(self, columns: Places, since: Places) -> tuple[Floats, Floats]:
        """How far tracks are from where their companions' motion would have taken them.

        From a frame on which a track was right, its companions turn, scale and move together: the
        similarity that fits them best, companions that do not fit counting less.

        Parameters
        ----------
        columns : (n,) int64
        since : (T, n) int64
            For every cell the frame from which motion counts.

        Returns
        -------
        off : (T, n) float32
            Pixels; NaN where fewer than `ENOUGH` companions were in sight on both frames.
        spread : (T, n) float32
            Pixels: how far companions are from what fits them.
        """
        return self._residuals(columns, np.s_[:], since)

    def usual(self, columns: Places) -> Floats:
        """(n,) how well companions tell where tracks go: pixels that they are wrong by after a few frames.

        Companions on other things tell little. A track that goes wrong for a while, or whose companions do, is
        judged by its better times. 0 where nothing is known.
        """
        now = self._frames[self._frames >= STEP]
        off, _ = self._residuals(columns, now, np.repeat(now[:, None] - STEP, len(columns), 1))
        known = np.isfinite(off)
        ordered = np.sort(np.where(known, off, np.inf), 0)
        place = (BETTER_TIMES * np.maximum(known.sum(0) - 1, 0)).astype(np.int64)
        found = ordered[place, np.arange(len(columns))] if len(now) else np.zeros(len(columns))
        return np.where(np.isfinite(found), found, 0).astype(np.float32)

    def _residuals(self, columns: Places, frames: Places | slice, since: Places) -> tuple[Floats, Floats]:
        others, origin = np.maximum(self.rows[columns], 0).T, np.ascontiguousarray(since.T)
        rows = others[..., None]  # companions come first: sums over them are then sums of whole arrays
        now, then = self._z[others][..., frames], self._z[rows, origin]
        trust = self._trust[others][..., frames] * self._trust[rows, origin]
        weight = trust * (self.rows[columns] >= 0).T[..., None]
        stiffness = np.float32((STIFFNESS * self._scale) ** 2)
        misfit, spread, _ = _misfit(then, now, weight, stiffness)
        doubted = weight / (1 + np.square(misfit / (2 * spread + ROUNDING)))
        _, spread, fit = _misfit(then, now, doubted, stiffness)
        start = self._z[columns[:, None], origin]
        off = np.abs(self._z[columns][:, frames] - (fit.target + fit.turn * (start - fit.origin)))
        known = np.isfinite(off) & (self._located[columns][:, frames] & self._located[columns[:, None], origin])
        enough = ((weight > 0).sum(0) >= ENOUGH) & known
        return _where(enough, off).T, _where(enough, spread).T

    def _costs(self, columns: Places) -> Floats:
        """(n, N) how little tracks have to do with others, in pixels; infinite where they cannot be compared."""
        apart = self._at[:, :, columns, None] - self._at[:, :, None]
        steps = np.sqrt(np.square(apart[:, 1:] - apart[:, :-1]).sum(0))
        distance, motion = _mean(np.sqrt(np.square(apart).sum(0))), _mean(np.minimum(steps, FAR_APART * self._scale))
        costs = distance + MOTION_COUNTS * motion
        costs[np.arange(len(columns)), columns] = np.inf
        return np.where(np.isfinite(costs), costs, np.inf).astype(np.float32)

    def _choose(self, columns: Places, costs: Floats) -> None:
        if not len(columns):
            return
        count = min(COMPANIONS, costs.shape[1])
        best = np.argpartition(costs, count - 1, axis=1)[:, :count]
        order = np.take_along_axis(best, np.take_along_axis(costs, best, 1).argsort(1, kind="stable"), 1)
        ordered = np.take_along_axis(costs, order, 1)
        self.rows[columns] = -1
        self.rows[columns, :count] = np.where(np.isfinite(ordered), order, -1)
        self._worst[columns] = ordered[:, -1] if count == COMPANIONS else np.inf


def _trust(part: Some, located: Mask, size: tuple[int, int]) -> Floats:
    """(T, n) 0 … 1 how much cells count as companions: those in sight, the less sure ones much less."""
    visible = (seen_states(part, size) == State.VISIBLE) & located
    sure = np.where(is_anchor(part.source), 1, np.nan_to_num(part.confidence, nan=1.0))
    return np.where(visible, np.clip(sure, 0, 1) ** SURENESS_COUNTS, 0).astype(np.float32)


class _Fit(NamedTuple):
    """A similarity: where points turn about, where that goes, and by how much they turn and scale."""

    origin: Points
    target: Points
    turn: Points


def _misfit(then: Points, now: Points, weight: Floats, stiffness: np.float32) -> tuple[Floats, Floats, _Fit]:
    """(K, n, T) how far companions are from what fits them best, (n, T) the mean of that, and the fit."""
    share = weight / np.maximum(weight.sum(0), np.float32(1e-9))
    origin, target = (share * then).sum(0), (share * now).sum(0)
    arms, moved = then - origin, now - target
    pull = share * arms.conj()
    turn = ((pull * moved).sum(0) + stiffness) / ((pull * arms).sum(0).real + stiffness)
    misfit = _length(moved - turn * arms)
    return misfit, (share * misfit).sum(0), _Fit(origin, target, turn)


def _length(z: Points) -> Floats:
    """What np.abs gives, several times as fast: overflow is no concern with pixels."""
    return np.asarray(np.sqrt(np.square(z.real) + np.square(z.imag)))


def _taken(values: NDArray[Any], places: Places, axis: int = 0) -> NDArray[Any]:
    """What was at some places; where that is -1, anything."""
    return np.take(values, places, axis) if values.shape[axis] else np.zeros(
        (*values.shape[:axis], len(places), *values.shape[axis + 1 :]), values.dtype)


def _where(known: Mask, values: NDArray[np.generic]) -> Floats:
    return np.where(known, values, np.nan).astype(np.float32)


def _complex(xy: Floats) -> Points:
    return np.ascontiguousarray(xy, np.float32).view(np.complex64)[..., 0]


def _mean(values: Floats) -> Floats:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(0, dtype=np.float32)
    total = np.where(known, values, 0).sum(0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), np.float32)
