"""A simulated person who knows the truth, and answers what is asked about one track on one frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..core.tracks import Floats
from .datasets import Clip
from .metrics import SIDE, distances

Bools = NDArray[np.bool_]

TOLERANCE = 4.0  # px that still count as right
JITTER = 0.7  # px, standard deviation of a click
SHARE_SEEN = 0.4  # of the frames in which a point must be visible to be worth a person's time


class Answer(Enum):
    """What a person says of a cell."""

    CORRECT = "click where it is"
    VERIFY = "it is right"
    OCCLUDE = "it is hidden"


class Reply(NamedTuple):
    """An answer, and what it settles.

    Parameters
    ----------
    answer : Answer
    xy : (2,) float32
        Where the point is from now on, NaN if the person cannot see it.
    is_visible : bool
        Whether the person sees it.
    """

    answer: Answer
    xy: Floats
    is_visible: bool


@dataclass(frozen=True, eq=False)
class Annotator:
    """Answers from the truth, with an unsteady hand that is the same hand every time.

    Parameters
    ----------
    clip : Clip
    columns : (N,) int
        The points of the clip that are annotated.
    tolerance, jitter : float
        Pixels of the clip.
    """

    clip: Clip
    columns: NDArray[np.intp]
    tolerance: float
    jitter: float

    @classmethod
    def of(cls, clip: Clip, tracks: int, is_native: bool = False) -> Annotator:
        """The annotator of some tracks of a clip, chosen evenly among those that are visible for long enough.

        Parameters
        ----------
        clip : Clip
        tracks : int
            At most so many.
        is_native : bool
            Whether `TOLERANCE` and `JITTER` are pixels of the clip; else of one whose longer side is 256.
        """
        unit = 1.0 if is_native else max(clip.size) / SIDE
        return cls(clip, choose_tracks(clip.visible, tracks), TOLERANCE * unit, JITTER * unit)

    @property
    def visible(self) -> Bools:
        """(T, N) where the points can be seen."""
        return self.clip.visible[:, self.columns]

    def error(self, xy: NDArray[np.float32]) -> NDArray[np.float64]:
        """(T, N) how far (T, N, 2) positions are off; infinite where there are none, 0 where nobody can say."""
        off = distances(self.clip.xy[:, self.columns], xy)
        return np.where(self.visible, off, 0.0)

    def place(self, track: int, frame: int) -> Floats:
        """(2,) where the person clicks."""
        column = int(self.columns[track])
        chance = np.random.default_rng([crc32(self.clip.name.encode()), column, frame])
        return np.asarray(self.clip.xy[frame, column] + chance.normal(0, self.jitter, 2), np.float32)

    def answer(self, track: int, frame: int, xy: Floats, is_visible: bool) -> Reply:
        """What the person says of a cell that is shown at `xy`, (2,), and said to be visible or not."""
        truth = self.clip.xy[frame, self.columns[track]]
        if not self.clip.visible[frame, self.columns[track]]:
            answer = Answer.OCCLUDE if is_visible else Answer.VERIFY
            return Reply(answer, np.full(2, np.nan, np.float32), False)
        if distances(truth, xy) <= self.tolerance:
            return Reply(Answer.VERIFY, np.asarray(xy, np.float32), True)
        return Reply(Answer.CORRECT, self.place(track, frame), True)


def choose_tracks(visible: Bools, count: int) -> NDArray[np.intp]:
    """(n,) at most `count` columns of (T, N), evenly out of those seen in two fifths of the frames; else out of all."""
    fit = np.flatnonzero(visible.mean(0) >= SHARE_SEEN)
    fit = fit if len(fit) else np.flatnonzero(visible.any(0))
    return fit[np.unique(np.linspace(0, len(fit) - 1, min(count, len(fit))).round().astype(np.intp))]
