"""Which tracks move as one rigid scene seen by a moving camera: their points lie on epipolar lines.

Two pictures of a rigid scene are tied by a fundamental matrix. A track that slips off its surface, or
lies on something that moves by itself, leaves the lines that this matrix predicts, the further apart
the pictures are the more. Every track is judged in many pairs of frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Pairs = NDArray[np.int64]

MIN_SHARED = 15  # COLMAP uses no pair of pictures with fewer matches
GROWTH = 1.5  # of the distance between a hub and its partners
FIRST_PAIRS, FIRST_SAMPLES = 24, 256  # without any idea which tracks are good
SAMPLES = 32  # of eight matches, from tracks that were good before
TRUSTED = 0.4
TRIED = 128  # tracks that a sample is judged by
STEPS = 5
TUKEY = 4.7 * 1.4826  # times the middle distance, beyond which a match has no say
CELLS = 16_000  # matches at once
CELLS_OF_PAIRS = 1 << 26  # of pairs by tracks at once
LONG = 4000  # frames, of which all pairs take a quarter of a gigabyte
PARTNERS = 1000  # frames that are tried as the partner of one, in a longer film
STRIDE = 7919  # a prime: partners near and far are chosen in turn
FLOOR = 0.5  # pixels: no tracker is better, and a few good points must not make the rest bad
SIGMAS = 3.0
FAILED = 3.0  # times the usual noise: no matrix was found for such a pair


@dataclass(frozen=True)
class Votes:
    """How often each track was found on its epipolar line.

    Parameters
    ----------
    judged, kept : (N,) int64
        Pairs of frames in which the track was judged, and in which it lay on its line.
    noise : float
        Typical distance from the line in pixels, of the tracks that lie on it.
    pairs : int
        Pairs of frames that were looked at.
    """

    judged: NDArray[np.int64]
    kept: NDArray[np.int64]
    noise: float
    pairs: int

    @property
    def share(self) -> Floats:
        """(N,) the part of pairs in which a track lay on its line; 1 where it was never judged."""
        return np.where(self.judged > 0, self.kept / np.maximum(self.judged, 1), 1.0)


def choose_pairs(seen: Mask, window: int, hubs: int) -> Pairs:
    """(P, 2) the pairs of frames to match: all near ones, and one frame in so many with far ones.

    The distance of far ones grows by half each time, so that there are not all pairs of a long film.

    Parameters
    ----------
    seen : (T, N) bool
    window : int
        Frames this near are paired.
    hubs : int
        One frame in this many is paired with far ones; 0 for none.
    """
    frames = len(seen)
    gaps = list(range(1, min(window, frames - 1) + 1))
    found = [np.stack([np.arange(frames - gap), np.arange(gap, frames)], 1) for gap in gaps]
    far = float(window + 1)
    while hubs and far < frames:
        starts = np.arange(0, frames - int(far), hubs)
        found.append(np.stack([starts, starts + int(far)], 1))
        far = max(far * GROWTH, far + 1)
    pairs: Pairs = np.concatenate([*found, np.zeros((0, 2), np.int64)])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    parts = np.array_split(pairs, len(pairs) * seen.shape[1] // CELLS_OF_PAIRS + 1)
    return np.concatenate([part[(seen[part[:, 0]] & seen[part[:, 1]]).sum(1) >= MIN_SHARED] for part in parts])


def far_pairs(seen: Mask, most: int) -> Pairs:
    """(P, 2) pairs of frames to judge tracks by, as far apart as tracks are visible in both."""
    frames = len(seen)
    # a pair tells more the further apart it is, up to what half of the tracks last
    reach = int(np.median(seen.sum(0))) if seen.size else 1
    if frames > LONG:
        return _far_pairs_of_long(seen, most, max(1, reach // 4))
    shared = seen.astype(np.float32) @ seen.astype(np.float32).T
    first, second = np.triu_indices(frames, 1)
    able = shared[first, second] >= MIN_SHARED
    first, second = first[able], second[able]
    far = second - first >= max(1, reach // 4)
    first, second = (first[far], second[far]) if far.any() else (first, second)
    picked = np.unique(np.linspace(0, max(len(first) - 1, 0), min(most, len(first))).astype(int))
    return np.stack([first[picked], second[picked]], 1)


def _far_pairs_of_long(seen: Mask, most: int, apart: int) -> Pairs:
    """The same for a film of which all pairs would fill the memory: one partner for each of some frames."""
    last = len(seen) - 1 - seen[::-1].argmax(0)
    found, near = (list[tuple[int, int]]() for _ in range(2))
    for turn, frame in enumerate(np.linspace(0, len(seen) - 1, most).astype(int).tolist()):
        here = np.flatnonzero(seen[frame])
        later = np.arange(frame + 1, last[here].max(initial=frame) + 1)
        later = later[:: len(later) // PARTNERS + 1]
        able = later[seen[np.ix_(later, here)].sum(1) >= MIN_SHARED]
        for pairs, choice in ((found, able[able - frame >= apart]), (near, able)):
            if len(choice):
                pairs.append((frame, int(choice[turn * STRIDE % len(choice)])))
    return np.array(found or near, np.int64).reshape(-1, 2)


def judge(xy: Floats, seen: Mask, max_error: float, most: int | None = None, seed: int = 0) -> Votes:
    """Judge every track in many pairs of frames.

    Parameters
    ----------
    xy : (T, N, 2)
    seen : (T, N) bool
    max_error : float
        Pixels from the line that count as on it at most; fewer where the tracks are less noisy.
    most : int, optional
        Pairs of frames to look at; twice as many as frames if not given, from 200 to 400.
    seed : int
    """
    rng = np.random.default_rng(seed)
    pairs = far_pairs(seen, min(max(2 * len(seen), 200), 400) if most is None else most)
    trust = np.ones(seen.shape[1])
    if len(pairs) > FIRST_PAIRS:
        first = _Ballot(xy, seen, rng, trust, FIRST_SAMPLES)
        trust = np.square(np.square(first.count(rng.permutation(pairs)[:FIRST_PAIRS], max_error).share)) + 1e-6
    return _Ballot(xy, seen, rng, trust, SAMPLES if len(pairs) > FIRST_PAIRS else FIRST_SAMPLES).count(pairs, max_error)


@dataclass(frozen=True)
class _Ballot:
    """What votes are counted from: points, how far tracks are trusted, how many samples are drawn."""

    xy: Floats
    seen: Mask
    rng: np.random.Generator
    trust: Floats
    samples: int

    def count(self, pairs: Pairs, max_error: float) -> Votes:
        """The votes of some pairs of frames; those for which no matrix was found do not count."""
        found = [(both, *self._distances(i, j, both)) for i, j in pairs
                 for both in [np.flatnonzero(self.seen[i] & self.seen[j])]]
        usual = float(np.median([noise for *_, noise in found])) if found else 0.0
        judged, kept = (np.zeros(self.seen.shape[1], np.int64) for _ in range(2))
        for both, distance, noise in found:
            if noise <= FAILED * usual + FLOOR:
                judged[both] += 1
                kept[both[distance < min(max_error, max(FLOOR, SIGMAS * noise))]] += 1
        return Votes(judged, kept, usual, len(pairs))

    def _distances(self, i: int, j: int, both: NDArray[np.intp]) -> tuple[Floats, float]:
        """(M,) distance of every match from its epipolar lines, and the noise of those that fit."""
        p, q, scale = _normalised(self.xy[i, both], self.xy[j, both])
        rows = _products(p, q)
        matrix = self._start(p, q, rows, self.trust[both])
        sure = self.trust[both] >= TRUSTED
        sure |= sure.sum() < MIN_SHARED
        for _ in range(STEPS):
            apart = np.abs(_sampson(matrix, p, q))
            matrix = _refit(matrix, (p, q, rows), apart, TUKEY * max(float(np.median(apart[sure])), 1e-9))
        apart = np.abs(_sampson(matrix, p, q))
        return apart * scale, 1.4826 * float(np.median(apart[sure])) * scale

    def _start(self, p: Floats, q: Floats, products: Floats, trust: Floats) -> Floats:
        """The best of many matrices through eight matches."""
        # the eight largest of random numbers to the power of 1 / trust: drawn without replacement by trust
        keys = np.log(self.rng.random((self.samples, len(p)))) / trust
        chosen = np.argpartition(keys, -8, 1)[:, -8:]
        matrices = _fit(products[chosen], np.ones(chosen.shape))
        tried = np.argsort(self.rng.random(len(p)) - trust)[: min(TRIED, max(MIN_SHARED, len(p) // 2))]
        apart = np.abs(_sampson(matrices, p[tried], q[tried]))
        return np.asarray(matrices[np.argmin(np.median(apart, 1))])


def _normalised(a: Floats, b: Floats) -> tuple[Floats, Floats, float]:
    """Homogeneous points about their centres at one scale for both, so that distances stay comparable."""
    a, b = a - a.mean(0), b - b.mean(0)
    scale = float(np.sqrt((np.square(a).sum(1).mean() + np.square(b).sum(1).mean()) / 4)) or 1.0
    ones = np.ones((len(a), 1))
    return np.hstack([a / scale, ones]), np.hstack([b / scale, ones]), scale


def fit_pairs(xy: Floats, seen: Mask, pairs: Pairs) -> Iterator[tuple[Floats, Floats]]:
    """For pairs of frames, the fundamental matrix of tracks that mostly fit, and their distances from it.

    Parameters
    ----------
    xy : (T, N, 2)
    seen : (T, N) bool
    pairs : (P, 2)

    Yields
    ------
    (3, 3), (N,)
        q @ matrix @ p is 0 for homogeneous p in the first and q in the second frame; distances are infinite
        where a track is not seen in both.
    """
    if not len(pairs):
        return
    centre, scale = xy[seen].mean(0), float(xy[seen].std()) or 1.0
    move = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, scale]]) / scale
    points = np.ones((*seen.shape, 3))
    points[..., :2] = np.where(seen[..., None], (xy - centre) / scale, 0)
    for batch in np.array_split(pairs, -(-len(pairs) * seen.shape[1] // CELLS)):
        first, second = batch.T
        both = seen[first] & seen[second]
        p, q = points[first], points[second]
        rows = _products(p, q)
        matrices = _fit(rows, both.astype(np.float64))
        middle = (np.arange(len(batch)), np.maximum(both.sum(1) // 2, 0))
        apart = np.where(both, np.abs(_sampson(matrices, p, q)), np.inf)
        limit = TUKEY * np.maximum(np.sort(apart, 1)[middle], 1e-9)
        matrices = _refit(matrices, (p, q, rows), apart, limit[:, None])
        apart = np.where(both, np.abs(_sampson(matrices, p, q)) * scale, np.inf)
        found = move.T @ matrices @ move
        yield from zip(found / np.abs(found).max((1, 2), keepdims=True), apart, strict=True)


def _products(p: Floats, q: Floats) -> Floats:
    return np.asarray((q[..., :, None] * p[..., None, :]).reshape(*p.shape[:-1], 9))


def _fit(rows: Floats, weights: Floats) -> Floats:
    """(…, 3, 3) matrices that fit (…, M, 9) products of matches best."""
    normal = (rows * weights[..., None]).swapaxes(-1, -2) @ rows
    return np.asarray(np.linalg.eigh(normal)[1][..., 0].reshape(*normal.shape[:-2], 3, 3))


def _refit(matrix: Floats, matches: tuple[Floats, Floats, Floats], apart: Floats, limit: Floats | float) -> Floats:
    """The matrix that fits best those matches that are nearer than a limit, made one of rank 2."""
    p, q, rows = matches
    weights = np.square(np.clip(1 - np.square(apart / limit), 0, None)) / _slope(*_lines(matrix, p, q))
    left, values, right = np.linalg.svd(_fit(rows, weights))
    values[..., 2] = 0
    return np.asarray((left * values[..., None, :]) @ right)


def _lines(matrix: Floats, p: Floats, q: Floats) -> tuple[Floats, Floats]:
    return p @ matrix.swapaxes(-1, -2), q @ matrix


def _slope(lines: Floats, back: Floats) -> Floats:
    return np.asarray(lines[..., 0] ** 2 + lines[..., 1] ** 2 + back[..., 0] ** 2 + back[..., 1] ** 2 + 1e-12)


def _sampson(matrix: Floats, p: Floats, q: Floats) -> Floats:
    """(…, M) signed distance of matches from the lines of each matrix."""
    lines, back = _lines(matrix, p, q)
    off = lines[..., 0] * q[..., 0] + lines[..., 1] * q[..., 1] + lines[..., 2]
    return np.asarray(off / np.sqrt(_slope(lines, back)))
