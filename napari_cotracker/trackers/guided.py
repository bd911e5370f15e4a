"""A follower that a network tells, frame by frame, where points roughly are and whether they can be seen.

The network sees far and comes back after a point was hidden, but is some pixels off; templates are
exact where they hold. So the guide's place is one more start for the alignment, and lost points are
led by the guide and searched for around it, too (see `napari_cotracker.trackers.lost`). Where both say
different places, the answer is that of the one that is surer; the follower itself goes on from its own.
Whether a point can be seen is asked of both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import inside
from .follower import ALIGNMENTS, Follower, Picture, Reach
from .judgement import confidence_of, visibility_of, worth_of_guide
from .lost import AGREE, LostPoints
from .patches import Floats, Rows, Templates, Warps

TRUST = (0.12, 0.2)  # worth of the guide at which it begins to lead lost points, and from which it alone does
MEMORY = 0.8  # of the mean distance to the guide, from one step to the next
NEAR_GUIDE = 8.0  # px that a template may move a point away from the guide: alignment reaches no farther
FOUND_AGAIN = 0.85  # correlation from which it may
APART = 2.0  # distance from which both say different places
BENEFIT = 0.03  # of confidence by which the guide may be less sure and is still heard
OTHER = 0.3  # how far the other one's visibility counts, in logits
SIDE = 256.0  # px of the picture's longer side in which distances count


class Guide(NamedTuple):
    """What a network says of n points in one frame; NaN where it says nothing.

    Parameters
    ----------
    xy : (n, 2) float32
    visibility, confidence : (n,) float32
    """

    xy: Floats
    visibility: Floats
    confidence: Floats

    @classmethod
    def silent(cls, n: int) -> Guide:
        """One that says nothing."""
        return cls(np.full((n, 2), np.nan, np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32))

    def grow_to(self, n: int) -> Guide:
        """The same with further points of which it says nothing, n in all."""
        more = Guide.silent(n - len(self.xy))
        return Guide(*(np.concatenate(pair) for pair in zip(self, more, strict=True)))


class GuidedFollower(Follower):
    """A `Follower` with a guide; of points that the guide is silent about it does what a follower does.

    Parameters
    ----------
    size : (width, height)
    reach : Reach
    """

    def __init__(self, size: tuple[int, int], reach: Reach) -> None:
        super().__init__(size, reach)
        self._unit = max(size) / SIDE
        self._guide = self._guide_before = Guide.silent(0)
        self._was = np.zeros((0, 2), np.float32)
        self._shift = np.zeros((0, 2), np.float32)
        self._apart = np.zeros(0, np.float32)
        self._parting = np.zeros(0, np.float32)
        self._rival = np.zeros(0, np.float32)
        self._lost = LostPoints(self._unit)
        self._usual, self._heard = 0.0, 0.0

    def grow(self, n: int) -> None:
        """Room for n more points, not yet started."""
        super().grow(n)
        self._lost.grow(n)
        self._guide, self._guide_before = (known.grow_to(len(self.xy)) for known in (self._guide, self._guide_before))
        for name in ("_was", "_shift", "_apart", "_parting"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((n, *old.shape[1:]), old.dtype)]))

    def start(self, picture: Picture, rows: Rows, xy: Floats) -> None:
        """(Re)start some points at known places of a picture; from there on the guide tells their motion."""
        super().start(picture, rows, xy)
        off = xy - self._guide.xy[rows]
        off = np.where(np.isfinite(off), off, 0)
        self._shift[rows] += off
        self._guide.xy[rows] += off
        self._apart[rows] = self._parting[rows] = 0
        self._lost.start(rows, xy)

    def advise(self, guide: Guide) -> None:
        """Hear what the network says of the picture to come; to be called before `step` and `start`."""
        self._guide_before, self._guide = self._guide, guide._replace(xy=guide.xy + self._shift)

    def step(self, before: Picture, now: Picture) -> None:
        """Go on to the next picture."""
        self._was = self.xy.copy()
        apart = self._distance(self.xy, self._guide_before)
        super().step(before, now)
        self._compare(apart)

    def signs(self) -> Floats:
        """(n, 22) what the scores are computed from: see `napari_cotracker.trackers.judgement`."""
        own, guide = super().signs(), self._guide
        distance = np.log10(self._distance(self.xy, guide) + 0.5)
        visible, sure = _logit(guide.visibility), _logit(guide.confidence)
        lost = own[:, 5]
        return np.concatenate([own, np.stack([
            visible, sure, distance, np.log10(self._apart + 0.5), np.log10(self._parting + 0.1),
            inside(guide.xy, self._size), np.log10(self._lost_for + 1.0), lost * visible, lost * sure,
            own[:, 1] * distance, np.log10(self._first.uncertainty + 0.1),
            np.full(len(own), self._usual / max(self._heard, 1e-6)),
            lost * np.log10(self._lost.apart(np.arange(len(own))) + 0.5),
        ], 1)], 1).astype(np.float32)

    def answer(self) -> tuple[Floats, Floats, Floats]:
        """(n, 2) places, (n,) visibility and (n,) confidence: the follower's own, or the guide's where they are far
        apart and the guide is surer; of the visibility the other one has a say."""
        signs, guide = self.signs(), self._guide
        confidence = confidence_of(signs)
        told = (self._distance(self.xy, guide) > APART) & (guide.confidence + BENEFIT > confidence)
        own, its = _logit(visibility_of(signs)), _logit(guide.visibility)
        share = np.where(told, 1 - OTHER, OTHER) * np.isfinite(guide.xy).all(1)
        visibility = 1 / (1 + np.exp(-((1 - share) * own + share * its)))
        return (np.where(told[:, None], guide.xy, self.xy), visibility.astype(np.float32),
                np.where(told, guide.confidence, confidence))

    def _align(self, templates: Templates, shapes: Floats, rows: Rows, now: Picture, starts: tuple[Floats, Floats]
               ) -> tuple[Warps, Floats, NDArray[np.bool_]]:
        """As of a follower, and where that fails from the guide's place, too.

        A first template found there has to match better than the recent one does where the flow led.
        """
        warps, match, holds = super()._align(templates, shapes, rows, now, starts)
        if templates is self._recent:
            self._rival = np.where(holds, match, 0)
        rest = np.flatnonzero(~holds & (self._weight()[rows] > 0))
        if len(rest):
            start = self._guide.xy[rows[rest]]
            others, matches = templates.align(now.floats, rows[rest], Warps(start, shapes[rows[rest]]), ALIGNMENTS)
            near = np.linalg.norm(others.xy - start, axis=1) < NEAR_GUIDE
            better = (matches > np.maximum(FOUND_AGAIN, self._rival[rest])) & near
            warps.xy[rest[better]], warps.shape[rest[better]] = others.xy[better], others.shape[better]
            match[rest[better]], holds[rest[better]] = matches[better], True
        return warps, match, holds

    def _drift(self, lost: Rows, held: Rows, moved: Floats) -> None:
        """Points coast from where they coasted to, wherever they were shown."""
        self.xy[lost] = self._lost.coast[lost]
        super()._drift(lost, held, moved)

    def _search(self, lost: Rows, now: Picture) -> None:
        """Lost points go with the guide as far as it is to be trusted, and are searched for at both places."""
        gone = lost[self._lost_for[lost] > 0]
        ways, fresh = self._lost, gone[self._lost_for[gone] == 1]
        ways.led[fresh] = self._was[fresh]
        ways.coast[gone] = self.xy[gone]
        ways.lead(gone, self._guide.xy[gone] - self._guide_before.xy[gone], self._guide.xy[gone])
        weight = self._weight(ways.record())[gone] * ways.share(self._lost_for[gone])
        self.xy[gone] = ways.coast[gone] + weight[:, None] * (ways.led[gone] - ways.coast[gone])
        super()._search(lost, now)
        self._search_elsewhere(gone[self._lost_for[gone] > 0], now)
        found = gone[self._lost_for[gone] == 0]
        ways.vote(found, self.xy[found])

    def _search_elsewhere(self, lost: Rows, now: Picture) -> None:
        """Look for points that are still lost at that of their two places where they are not shown."""
        places = np.stack([self._lost.coast[lost], self._lost.led[lost]])
        off = np.linalg.norm(places - self.xy[lost], axis=2)
        far = off.max(0) > AGREE * self._unit
        rows, other = lost[far], places[off.argmax(0), np.arange(len(lost))][far]
        before, turn = (self.xy[rows], self._match[rows], self._match_centre[rows]), self._turn
        self.xy[rows] = other
        super()._search(rows, now)
        self._turn = turn
        still = self._lost_for[rows] > 0
        for state, old in zip((self.xy, self._match, self._match_centre), before, strict=True):
            state[rows[still]] = old[still]

    def _weight(self, record: float = 0.0) -> Floats:
        """(n,) how far the guide's place counts for lost points, 0 … 1."""
        low, high = TRUST
        weight = np.clip((worth_of_guide(self.signs()) + record - low) / (high - low), 0, 1)
        return np.where(np.isfinite(self._guide.xy).all(1), weight, 0).astype(np.float32)

    def _compare(self, apart_before: Floats) -> None:
        """Note how fast points and guide part, and, of points that are held, how far they are apart."""
        apart = self._distance(self.xy, self._guide)
        self._parting = np.abs(apart - apart_before)
        held = self.is_on & (self._lost_for == 0) & np.isfinite(self._guide.xy).all(1)
        if held.any():
            self._usual = MEMORY * self._usual + (1 - MEMORY) * float(np.log10(apart[held] + 0.5).mean())
            self._heard = MEMORY * self._heard + 1 - MEMORY
        mean = MEMORY * self._apart + (1 - MEMORY) * apart
        self._apart = np.where(self._lost_for == 0, mean, self._apart).astype(np.float32)

    def _distance(self, xy: Floats, guide: Guide) -> Floats:
        """(n,) from points to the guide, in units of 1/256 of the picture's longer side; 0 where it is silent."""
        distance = np.linalg.norm(xy - guide.xy, axis=1) / self._unit
        return np.asarray(np.nan_to_num(distance), np.float32)


def _logit(probability: Floats) -> Floats:
    clipped = np.clip(probability, 0.002, 0.998)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)
