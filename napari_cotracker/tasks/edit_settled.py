"""An edit whose motion is solved: quick for every frame, and frank about how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import inside
from ..core.regions import Region
from ..core.tracks import State, Tracks
from ..core.warps import SplineWarp
from ..core.words import counted
from ..effects.maps import Box, box_on_frame
from ..effects.motion import FrameMotion, Motion
from ..effects.occlusion import hidden_at, hidden_share
from ..effects.references import shares
from .edit_options import WITH_MATTE, MatteOptions

Picture = NDArray[Any]
Points = NDArray[np.float64]
Matte = NDArray[np.float32]

SAMPLES = 20  # places across an area by which is told how much of it tracks support
LINES = 9  # of the mesh, each way
MARGIN = 40  # px around what is painted, for soft edges
FAR_OFF = 3.0  # px by which tracks miss where a frame is to be doubted
FEW = 3  # tracks
LEAST_SUPPORT = 0.5
MOST = 0.5  # of an area, more than which is not left out silently


@dataclass(frozen=True)
class Ground:
    """What an edit rests on.

    Parameters
    ----------
    tracks : Tracks
        Those that carry it.
    motions : mapping of int to Motion
        From each reference frame; none for labels that are made of tracks.
    size : (width, height)
        Of the film.
    matte : MatteOptions
    threshold : float
        As of `Tracks.states`.
    samples : mapping of int to (K, 2)
        Places within what is painted on each reference frame.
    doubt : str
        A sentence where all of it is to be doubted; else empty.
    """

    tracks: Tracks
    motions: Mapping[int, Motion]
    size: tuple[int, int]
    matte: MatteOptions
    threshold: float
    samples: Mapping[int, Points]
    doubt: str = ""

    def main(self, t: int) -> int:
        """The reference frame that counts most on a frame."""
        counts = shares(self.motions, t)
        return max(counts, key=lambda k: counts[k])

    def hidden(self, t: int, front: Matte | None = None) -> Matte | None:
        """(H, W) 0 … 1 where something is in front on a frame; None if nothing is known to be.

        A matte that is given knows better than tracks, between which edges can only be guessed.
        """
        if front is not None or not (self.matte.behind and self.motions):
            return front
        return hidden_share(self.tracks, self.motions[self.main(t)], t, self.size, self.threshold, box=self._box(t))

    def left_out(self, t: int) -> float:
        """0 … 1 how much of what is painted and on the picture tracks hide on a frame."""
        reference = self.main(t)
        motion = self.motions[reference]
        places = motion.warp(t).forward(self.samples[reference])
        places = places[inside(places, self.size)]
        if not (self.matte.behind and len(places)):
            return 0.0
        return float((hidden_at(self.tracks, motion, t, places, self.threshold) > 0.5).mean())

    def _box(self, t: int) -> Box:
        """The part of a frame where what is painted may be."""
        boxes = [box_on_frame(motion.warp(t), _around(self.samples[k]), self.size, MARGIN)
                 for k, motion in self.motions.items()]
        low, high = np.min(boxes, axis=0).tolist(), np.max(boxes, axis=0).tolist()
        return Box(low[0], low[1], high[2], high[3])


class Content(Protocol):
    """What an edit shows; answers None to what it has not."""

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture: ...
    def labels(self, t: int, front: Matte | None) -> NDArray[Any] | None: ...
    def matte(self, t: int, front: Matte | None) -> Matte | None: ...
    def shapes(self, t: int) -> list[Region | None]: ...
    def corners(self, t: int) -> Points | None: ...


@dataclass(frozen=True)
class EditFacts:
    """How far to trust an edit on a frame.

    Parameters
    ----------
    model : str
        What tracks told: the motion's model, or a simpler one; empty where nothing was solved.
    how : {"reference", "direct", "chained", "held"}
        As of `effects.motion.FrameMotion`.
    inliers : int
        Tracks that the frame rests on.
    tracks : int
        That carry the edit.
    residual : float
        Pixels by which they miss, root mean square; NaN without any.
    support : float
        0 … 1 share of the edit's area that has tracks near it, or around it if it moves as a plane.
    doubt : str
        A sentence where the frame is to be doubted; else empty.
    reason : str
        The same in a word, alike for frames that are doubted for the same reason.
    """

    model: str
    how: str
    inliers: int
    tracks: int
    residual: float
    support: float
    doubt: str = ""
    reason: str = ""


@dataclass(frozen=True)
class EditOverlay:
    """What there is to draw of a frame's motion.

    Parameters
    ----------
    ids : (K,)
        Tracks that carry the edit and are on the frame.
    xy : (K, 2)
    residuals : (K,)
        Pixels from where the motion takes them; NaN where that is not known.
    counted : (K,) bool
        Whether the motion rests on them.
    hull : (M, 2)
        Outline around these.
    mesh : (R, C, 2)
        A grid over the edit's area as it is on the frame; NaN where it is behind the camera.
    """

    ids: NDArray[np.int64]
    xy: Points
    residuals: Points
    counted: NDArray[np.bool_]
    hull: Points
    mesh: Points


@dataclass(frozen=True)
class SettledEdit:
    """An edit on every frame.

    Parameters
    ----------
    what : str
        One of `edit_options.WHATS`.
    ground : Ground
    content : Content
    """

    what: str
    ground: Ground
    content: Content

    @property
    def motions(self) -> Mapping[int, Motion]:
        """From each reference frame."""
        return self.ground.motions

    def draw(self, t: int, picture: Picture, front: Matte | None = None) -> Picture:
        """(H, W, C) a frame as a render shows it.

        Parameters
        ----------
        t : int
            0-based frame.
        picture : (H, W, 1/3/4) uint8, uint16 or float
            The frame; grey becomes colour.
        front : (H, W) float32, optional
            0 … 1 what else is in front.
        """
        if picture.ndim == 2 or picture.shape[2] == 1:
            picture = np.repeat(picture.reshape(*picture.shape[:2], 1), 3, 2)
        return self.content.draw(t, picture, front)

    def labels(self, t: int, front: Matte | None = None) -> NDArray[Any] | None:
        """(H, W) labels on a frame, without what is hidden if that was asked for; None if it has none."""
        return self.content.labels(t, front)

    def matte(self, t: int, front: Matte | None = None) -> Matte | None:
        """(H, W) 0 … 1 how much of each pixel of a frame a mask covers; None if it has none."""
        return self.content.matte(t, front)

    def shapes(self, t: int) -> list[Region | None]:
        """Shapes on a frame, if shapes were given; None for one that is behind the camera."""
        return self.content.shapes(t)

    def corners(self, t: int) -> Points | None:
        """(4, 2) corners on a frame, if corners were given."""
        return self.content.corners(t)

    def facts(self, t: int) -> EditFacts:
        """How far to trust a frame."""
        tracks = self.ground.tracks
        if not self.motions:
            seen = int((tracks.states(self.ground.threshold)[t] == State.VISIBLE).sum())
            doubt = self.ground.doubt if seen else "No track is visible here."
            reason = ("groups" if seen else "held") if doubt else ""
            return EditFacts("", "direct", seen, len(tracks), np.nan, 1.0, doubt, reason)
        reference = self.ground.main(t)
        motion, places = self.motions[reference], self.ground.samples[reference]
        support = float(motion.tells(places, t).mean()) if len(places) else 0.0
        frame = motion.frames[t]
        reason, doubt = _doubt(frame, support, places)
        if self.what in WITH_MATTE and self.ground.left_out(t) > MOST:
            reason, doubt = "hidden", "Most of it is left out here: its tracks are hidden; behind=no carries it whole."
        if self.ground.doubt and reason != "held" and frame.how != "reference":  # whatever follows, comes of that
            reason, doubt = "strangers", self.ground.doubt
        return EditFacts(frame.model, frame.how, frame.inliers, len(tracks), frame.residual, support, doubt, reason)

    def overlay(self, t: int) -> EditOverlay:
        """What there is to draw of a frame's motion."""
        tracks = self.ground.tracks
        xy = tracks.xy[t].astype(np.float64)
        there = np.isfinite(xy).all(1)
        nothing = np.zeros((0, 2))
        if not self.motions:
            count = int(there.sum())
            return EditOverlay(tracks.ids[there], xy[there], np.full(count, np.nan), np.ones(count, bool), nothing,
                               np.zeros((0, 0, 2)))
        reference = self.ground.main(t)
        motion = self.motions[reference]
        misses = np.hypot(*(motion.warp(t).forward(motion.places) - xy).T)
        mesh = motion.warp(t).forward(_mesh(self.ground.samples[reference]))
        return EditOverlay(tracks.ids[there], xy[there], misses[there], motion.used[t, there],
                           motion.frames[t].support, mesh)


def samples_of(area: NDArray[np.bool_] | None, size: tuple[int, int]) -> Points:
    """(K, 2) places spread over an area of a picture of `size` (width, height); over all of it if there is none."""
    if area is None:
        x, y = np.linspace(0, size[0] - 1, SAMPLES), np.linspace(0, size[1] - 1, SAMPLES)
        return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    rows, columns = np.nonzero(area)
    (top, bottom), (left, right) = (rows.min(), rows.max()), (columns.min(), columns.max())
    y, x = np.linspace(top, bottom, SAMPLES).round().astype(int), np.linspace(left, right, SAMPLES).round().astype(int)
    places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    inside = area[places[:, 1], places[:, 0]]
    if not inside.any():  # a thin line between the places
        some = np.linspace(0, len(rows) - 1, SAMPLES).round().astype(int)
        return np.asarray(np.stack([columns[some], rows[some]], -1), np.float64)
    return np.asarray(places[inside], np.float64)


def _around(places: Points) -> Box:
    low, high = np.floor(places.min(0)).astype(int).tolist(), np.ceil(places.max(0)).astype(int).tolist()
    reach = [max(side, MARGIN) // 4 for side in (high[0] - low[0], high[1] - low[1])]  # samples may miss its rim
    return Box(low[0] - reach[0], low[1] - reach[1], high[0] + reach[0] + 1, high[1] + reach[1] + 1)


def _mesh(places: Points) -> Points:
    x, y = np.linspace(places.min(0), places.max(0), LINES).T
    return np.asarray(np.stack(np.meshgrid(x, y), -1))


def _doubt(frame: FrameMotion, support: float, places: Points) -> tuple[str, str]:
    """What speaks most against a frame: the reason in a word, and a sentence; empty if nothing does."""
    if frame.how == "held":
        return "held", "No track tells this frame; it is as on the nearest one that tracks tell."
    if frame.how == "reference":
        return "", ""
    if isinstance(frame.warp, SplineWarp) and (frame.warp.turns(places) <= 0).any():
        return "folded", "The surface folds over itself here; choose a plane, or track more points."
    if frame.inliers < FEW:
        return "few", f"Only {counted(frame.inliers, 'track')} carry it here." if frame.inliers != 1 else \
            "Only one track carries it here: it moves, but neither turns nor grows."
    if frame.residual > FAR_OFF:
        return "off", f"Tracks miss by {frame.residual:.1f} pixels here; choose another model, or other tracks."
    if support < LEAST_SUPPORT:
        return "bare", f"Tracks are near only {support:.0%} of it here."
    return "", ""
