"""Follows points from one picture to the next: flow, two templates each, loss and recovery.

Every step moves a point by pyramidal Lucas-Kanade flow (Bouguet 2001), checked by following it
back. Then the point's first template, or failing that a more recent one, is aligned with the
picture under an affine warp (after Shi and Tomasi 1994), so that small errors do not add up. A
point that neither flow nor template can hold is lost: it moves with the points around it that it
used to move with, and is searched for until its template is found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import inside
from .patches import FLAT, Floats, Rows, Templates, Warps

RETURNS = 1.5  # px by which a point followed there and back may miss, to be held by flow alone
RETRY = 0.7  # px of that miss beyond which the flow is tried again from the point's own velocity
SAME = 0.75  # correlation from which a template tells where the point is
DOUBT = 0.6  # ... below which the point is lost, whatever the flow says
FOUND = 0.88  # ... from which a search counts as success
NEAR = 3.0  # px that a template may move a point away from where the flow put it
REFRESH = 0.9  # correlation of the recent template below which it is taken anew
REFRESH_AFTER = 3  # steps between two such
JUMP = 0.35  # share of the picture's longer side that no point moves in one step
FAR_MISS = 20.0  # px, stands for "the flow failed"
SEARCHES = 64  # lost points searched for in one step
GUIDES = 256  # held points that tell lost ones where to go
ALIGNMENTS = 6
WHOLE = 0.98  # share of a template inside the picture from which it is not taken anew


class Picture(NamedTuple):
    """A frame as this tracker sees it: slightly blurred, in 8 bits for flow and in floats for templates."""

    bytes: NDArray[np.uint8]
    floats: Floats


def prepare(frame: NDArray[np.uint8], blur: float) -> Picture:
    """A frame (H, W, 3), blurred against noise."""
    import cv2

    soft = cv2.GaussianBlur(frame, (0, 0), blur) if blur > 0 else frame
    return Picture(soft, soft.astype(np.float32))


@dataclass(frozen=True)
class Reach:
    """How far the follower looks, in pixels: template radius, flow window and pyramid levels, search radius."""

    radius: int
    window: int
    levels: int
    search: int


class Follower:
    """The state of n points in the current picture.

    Parameters
    ----------
    size : (width, height)
    reach : Reach
    """

    def __init__(self, size: tuple[int, int], reach: Reach) -> None:
        self._size, self._reach = size, reach
        self._first, self._recent = Templates(0, reach.radius), Templates(0, reach.radius)
        self.xy = np.zeros((0, 2), np.float32)
        self.is_on = np.zeros(0, np.bool_)
        self._velocity = np.zeros((0, 2), np.float32)
        self._shape = np.zeros((0, 2, 2), np.float32)
        self._recent_shape = np.zeros((0, 2, 2), np.float32)
        self._lost_for = np.zeros(0, np.int64)
        self._followed_for = np.zeros(0, np.int64)
        self._since_refresh = np.zeros(0, np.int64)
        self._match = np.zeros((0, 2), np.float32)
        self._match_centre = np.zeros((0, 2), np.float32)
        self._miss = np.zeros(0, np.float32)
        self._free = np.zeros(0, np.float32)
        self._turn = 0

    def grow(self, n: int) -> None:
        """Room for n more points, not yet started."""
        self._first.grow(n)
        self._recent.grow(n)
        for name in ("xy", "is_on", "_velocity", "_shape", "_recent_shape", "_lost_for", "_followed_for",
                     "_since_refresh", "_match", "_match_centre", "_miss", "_free"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((n, *old.shape[1:]), old.dtype)]))

    def start(self, picture: Picture, rows: Rows, xy: Floats) -> None:
        """(Re)start some points at known places of a picture."""
        self.is_on[rows], self.xy[rows] = True, xy
        self._shape[rows] = self._recent_shape[rows] = eye = _unit(len(rows))
        self._lost_for[rows] = np.where(inside(xy, self._size), 0, 1)
        self._followed_for[rows] = self._since_refresh[rows] = 0
        self._velocity[rows], self._miss[rows] = 0, 0
        self._match[rows] = self._match_centre[rows] = 1
        self._free[rows] = self._margin(rows)
        for templates in (self._first, self._recent):
            templates.take(picture.floats, rows, Warps(xy, eye))

    def step(self, before: Picture, now: Picture) -> None:
        """Go on to the next picture."""
        held = np.flatnonzero(self.is_on & (self._lost_for == 0))
        lost = np.flatnonzero(self.is_on & (self._lost_for > 0))
        self._followed_for[self.is_on] += 1
        moved = np.zeros_like(self.xy)
        if len(held):
            was = self.xy[held]
            sure = self._follow(held, before, now)
            moved[held] = self.xy[held] - was
        if len(lost):
            self._drift(lost, held[self._lost_for[held] == 0], moved)
        self._search(np.concatenate([held[~sure], lost]) if len(held) else lost, now)

    def signs(self) -> Floats:
        """(n, 9) what the scores are computed from: see `napari_cotracker.trackers.scores`."""
        best, centre = self._match.max(1), self._match_centre.max(1)
        return np.stack([
            best, self._match[:, 0], centre, self._match_centre[:, 0], np.log10(self._miss + 0.01),
            (self._lost_for > 0).astype(np.float32), np.log10(self._followed_for + 1.0),
            np.log10(self._first.contrast + 1.0), inside(self.xy, self._size).astype(np.float32),
        ], 1).astype(np.float32)

    def _follow(self, rows: Rows, before: Picture, now: Picture) -> NDArray[np.bool_]:
        """Move held points; tells which of them a template vouches for."""
        xy, velocity = self.xy[rows], self._velocity[rows]
        flow, miss = self._flow(before, now, xy, velocity)
        start = np.where((miss < 5)[:, None], flow, xy + velocity).astype(np.float32)
        starts = (start, xy + velocity)
        recent, match_recent, by_recent = self._align(self._recent, self._recent_shape, rows, now, starts)
        first, match_first, by_first = self._align(self._first, self._shape, rows, now, starts)
        # where the flow is lost, a template has to be surer: under a free warp much looks alike
        by_first &= (miss < RETURNS) | (match_first > FOUND)
        by_recent &= (miss < RETURNS) | (match_recent > FOUND)
        alike = np.maximum(match_first, match_recent)
        held = by_first | by_recent | ((miss < RETURNS) & (alike > DOUBT))
        place = np.where(by_first[:, None], first.xy, np.where(by_recent[:, None], recent.xy, start))
        held &= inside(place, self._size)
        self.xy[rows] = np.where(held[:, None], place, xy + velocity)
        self._velocity[rows] = np.where(held[:, None], place - xy, velocity * 0.9)
        turned = recent.shape @ np.linalg.inv(self._recent_shape[rows]) @ self._shape[rows]
        turned = np.where(by_recent[:, None, None], turned, self._shape[rows])
        self._shape[rows] = _sane(np.where(by_first[:, None, None], first.shape, turned))
        self._recent_shape[rows] = _sane(np.where(by_recent[:, None, None], recent.shape, self._recent_shape[rows]))
        self._match[rows] = np.stack([match_first, match_recent], 1)
        self._match_centre[rows] = np.stack([
            self._first.match_centre(now.floats, rows, Warps(self.xy[rows], self._shape[rows])),
            self._recent.match_centre(now.floats, rows, Warps(self.xy[rows], self._recent_shape[rows])),
        ], 1)
        self._miss[rows] = np.minimum(miss, FAR_MISS)
        self._lost_for[rows] = ~held
        self._since_refresh[rows] += 1
        self._complete(rows[by_first & held], now)
        fresh = held & (alike > SAME) & (match_recent < REFRESH) & (miss < RETRY)
        self._refresh(rows[fresh & (self._since_refresh[rows] >= REFRESH_AFTER)], now)
        return held & (by_first | by_recent)

    def _align(self, templates: Templates, shapes: Floats, rows: Rows, now: Picture, starts: tuple[Floats, Floats]
               ) -> tuple[Warps, Floats, NDArray[np.bool_]]:
        """Align templates from the flow's place, or, where that fails, from where the point was heading.

        What passes in front of a point drags the flow along, but not the point.
        """
        warps, match = templates.align(now.floats, rows, Warps(starts[0], shapes[rows]), ALIGNMENTS)
        holds = (match > SAME) & _near(warps.xy, starts[0])
        rest = np.flatnonzero(~holds)
        if len(rest):
            again = Warps(starts[1][rest], shapes[rows[rest]])
            others, matches = templates.align(now.floats, rows[rest], again, ALIGNMENTS)
            better = (matches > np.maximum(match[rest], SAME)) & _near(others.xy, starts[1][rest])
            warps.xy[rest[better]], warps.shape[rest[better]] = others.xy[better], others.shape[better]
            match[rest[better]], holds[rest[better]] = matches[better], True
        return warps, match, holds

    def _complete(self, rows: Rows, now: Picture) -> None:
        """Take first templates anew that were cut off by the picture's edge, once more of them is to be seen."""
        rows = rows[self._first.share_inside(rows) < WHOLE]
        free = self._margin(rows)
        rows = rows[(free > self._reach.radius) | (free > self._free[rows] + 2)]
        if len(rows):
            eye = _unit(len(rows))
            self._first.take(now.floats, rows, Warps(self.xy[rows], eye))
            self._shape[rows] = eye
            self._free[rows] = self._margin(rows)

    def _margin(self, rows: Rows) -> Floats:
        """(n,) pixels from each point to the nearest edge of the picture."""
        margin = np.minimum(self.xy[rows] + 0.5, np.array(self._size, np.float32) - 0.5 - self.xy[rows])
        return np.asarray(margin.min(1), np.float32)

    def _refresh(self, rows: Rows, now: Picture) -> None:
        eye = _unit(len(rows))
        self._recent.take(now.floats, rows, Warps(self.xy[rows], eye))
        self._recent_shape[rows], self._since_refresh[rows] = eye, 0

    def _flow(self, before: Picture, now: Picture, xy: Floats, velocity: Floats) -> tuple[Floats, Floats]:
        """Where the flow takes points, and by how much they miss on the way back."""
        flow, miss = self._there_and_back(before, now, xy, xy)
        doubtful = np.flatnonzero(miss > RETRY)
        if len(doubtful):
            again, missed = self._there_and_back(before, now, xy[doubtful], (xy + velocity)[doubtful])
            better = missed < miss[doubtful]
            flow[doubtful[better]], miss[doubtful[better]] = again[better], missed[better]
        jumped = np.linalg.norm(flow - xy, axis=1) > JUMP * max(self._size)
        miss[jumped | ~np.isfinite(flow).all(1)] = FAR_MISS
        return np.where(np.isfinite(flow), flow, xy), miss

    def _there_and_back(self, before: Picture, now: Picture, xy: Floats, guess: Floats) -> tuple[Floats, Floats]:
        import cv2

        how: dict[str, Any] = {
            "winSize": (self._reach.window, self._reach.window), "maxLevel": self._reach.levels,
            "criteria": (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 0.01),
            "flags": cv2.OPTFLOW_USE_INITIAL_FLOW, "minEigThreshold": 1e-6,
        }
        there, found, _ = cv2.calcOpticalFlowPyrLK(before.bytes, now.bytes, xy[:, None], guess[:, None].copy(), **how)
        guess_back = there - (guess - xy)[:, None]
        back, found_back, _ = cv2.calcOpticalFlowPyrLK(now.bytes, before.bytes, there, guess_back, **how)
        miss = np.linalg.norm(back[:, 0] - xy, axis=1).astype(np.float32)
        miss[(found[:, 0] == 0) | (found_back[:, 0] == 0) | ~np.isfinite(miss)] = FAR_MISS
        return there[:, 0], miss

    def _drift(self, lost: Rows, held: Rows, moved: Floats) -> None:
        """Move lost points with held ones that are near and moved as they did."""
        self._lost_for[lost] += 1
        self._miss[lost] = FAR_MISS
        guides = held[:: max(1, -(-len(held) // GUIDES))]
        for part in np.array_split(lost, -(-len(lost) // 1024)):
            away = np.linalg.norm(self.xy[part][:, None] - self.xy[guides] + moved[guides], axis=2)
            unlike = np.linalg.norm(self._velocity[part][:, None] - moved[guides], axis=2)
            weight = np.exp(-0.5 * (away / (0.12 * max(self._size))) ** 2 - 0.5 * (unlike / 2) ** 2)
            total = weight.sum(1, keepdims=True)
            shared = weight @ moved[guides] / np.maximum(total, 1e-9)
            trust = total / (total + 0.2)
            self._velocity[part] = trust * shared + (1 - trust) * self._velocity[part] * 0.9
        self.xy[lost] += self._velocity[lost]

    def _search(self, lost: Rows, now: Picture) -> None:
        """Look for lost points near where they should be; a few at a time, in turn."""
        margin = self._reach.search
        size = np.array(self._size)
        reachable = lost[((self.xy[lost] > -margin) & (self.xy[lost] < size + margin)).all(1)]
        if len(reachable) > SEARCHES:
            reachable = np.roll(reachable, -self._turn * SEARCHES)[:SEARCHES]
        self._turn += 1
        if len(reachable):
            self._settle(reachable, now)

    def _settle(self, rows: Rows, now: Picture) -> None:
        """Hold lost points again of which a template is found; those that have a likely place are aligned together."""
        options = ((self._first, self._shape), (self._recent, self._recent_shape))
        peaks = [[self._peak(of, shapes[row], row, now) for of, shapes in options] for row in rows.tolist()]
        match, place = (np.array([[peak[part] for peak in pair] for pair in peaks]) for part in (0, 1))
        self._match[rows] = match
        for which, (templates, shapes) in enumerate(options):
            likely = (match.argmax(1) == which) & (match[:, which] >= DOUBT)
            some, start = rows[likely], place[likely, which]
            warps, exact = templates.align(now.floats, some, Warps(start, shapes[some]), ALIGNMENTS)
            self._match[some, which] = self._match_centre[some, which] = exact
            good = (exact > FOUND) & _near(warps.xy, start) & inside(warps.xy, self._size)
            hits = some[good]
            self.xy[hits], self._lost_for[hits], self._miss[hits], self._velocity[hits] = warps.xy[good], 0, RETRY, 0
            shapes[hits] = _sane(warps.shape[good])

    def _peak(self, templates: Templates, shape: Floats, row: int, now: Picture) -> tuple[float, Floats]:
        """The best correlation of a template around a lost point, and its place."""
        import cv2

        # a flat template would match anything flat
        if templates.contrast[row] < FLAT:
            return 0.0, self.xy[row]
        margin = min(10 + 2 * int(self._lost_for[row]), self._reach.search)
        seen = templates.view(now.floats, row, Warps(self.xy[row][None], shape[None]), margin)
        _, best, _, (u, v) = cv2.minMaxLoc(
            cv2.matchTemplate(seen, templates.patch[row] * (templates.weight[row] > 0), cv2.TM_CCOEFF_NORMED))
        offset = shape @ np.array([u - margin, v - margin], np.float32)
        return float(best), (self.xy[row] + offset).astype(np.float32)


def _unit(n: int) -> Floats:
    return np.repeat(np.eye(2, dtype=np.float32)[None], n, 0)


def _near(xy: Floats, start: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.linalg.norm(xy - start, axis=1) < NEAR)


def _sane(shape: Floats) -> Floats:
    """Warps that shrink, grow or fold too much start again from none."""
    size = np.linalg.det(shape)
    return np.where(((size > 0.1) & (size < 10))[:, None, None], shape, np.eye(2, dtype=np.float32)).astype(np.float32)
