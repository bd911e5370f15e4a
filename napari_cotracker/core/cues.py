"""Signs that a cell may be wrong, each as a probability, and words for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from . import signs
from .neighbours import Neighbours
from .signs import Part, Places
from .tracks import CellArrays, Floats

UNIT = 256.0  # px of the longer side that figures in pixels are meant for


class Cue(IntEnum):
    """Why a cell may be wrong."""

    LOW_CONFIDENCE = 0
    FLIP = 1
    DISAGREEMENT = 2
    JUMP = 3
    OUTLIER = 4
    FAR = 5
    BORDER = 6


@dataclass(frozen=True)
class Curve:
    """From an amount 0 … ∞ to a probability: `top` · aˢ / (aˢ + halfˢ), s being `steep`.

    Parameters
    ----------
    top : float
        What it comes to in the end; 0 switches a cue off.
    half : float
        The amount for half of that.
    steep : float
    """

    top: float
    half: float
    steep: float = 1.0

    def __call__(self, amount: Floats) -> Floats:
        """Of amounts of any shape; NaN gives 0."""
        ratio = np.maximum(np.nan_to_num(amount, posinf=1e9), 0) / np.float32(self.half)
        power = ratio if self.steep == 1 else ratio**self.steep
        return np.asarray(self.top * power / (1 + power), np.float32)


@dataclass(frozen=True)
class CueWeights:
    """How much each cue says: about the probability that a visible cell is off by more than 4 px of a picture of 256.

    The constants were fitted on clips with exact truth, to tracks from one point and to spans that were
    followed from both ends, by the two bundled trackers; ``benchmarks/review_cues.py`` measures them.

    Parameters
    ----------
    low_confidence : Curve
        Of 1 − confidence.
    flip : Curve
        Of flips of the visibility within a few frames, weighted by nearness. This is about the visibility
        being wrong.
    disagreement : Curve
        Of pixels between the forward and the backward side.
    jump : Curve
        Of pixels out of line, per 1 + `usual_jumps` times what is usual for the track.
    usual_jumps : float
    outlier : Curve
        Of pixels from where companions would have taken the point, per 1 + `spread_counts` times what they
        are off themselves + `usual_misses` times what they usually miss the point by after a few frames.
    spread_counts, usual_misses : float
    far : Curve
        Of frames from the nearest anchor or start.
    border : Curve
        Of nearness to the border: 1 on it, 0 from `border_reach` px on; `leaving` on the first frames off the
        picture: about every fourth point that is said to leave it is still there.
    border_reach, leaving : float
    agreement : Curve
        Of pixels between both sides: that share remains of what all cues but flips say. Two answers that
        began at opposite ends rarely agree by chance.
    agreed : float
        The share that remains at least.
    hidden_counts : float
        Factor for cells that count as occluded, or lie off the picture for some frames.
    """

    low_confidence: Curve = Curve(0.92, 0.125, 2.0)
    flip: Curve = Curve(0.8, 2.2)
    disagreement: Curve = Curve(1.0, 11.0, 1.8)
    jump: Curve = Curve(0.85, 3.0, 2.5)
    usual_jumps: float = 1.0
    outlier: Curve = Curve(0.6, 6.0, 2.0)
    spread_counts: float = 0.1
    usual_misses: float = 2.0
    far: Curve = Curve(0.15, 60.0)
    border: Curve = Curve(0.4, 1.0, 2.0)
    border_reach: float = 4.0
    leaving: float = 1.5
    agreement: Curve = Curve(1.0, 1.0)
    agreed: float = 0.35
    hidden_counts: float = 0.5


@dataclass(frozen=True, eq=False)
class Evidence:
    """All cues of n tracks over T frames.

    Parameters
    ----------
    scores : (7, T, n) float32
        For every `Cue` the probability that a cell is wrong; 0 where nothing is to be asked.
    amounts : (7, T, n) float32
        What that was made of: confidence, number of flips, pixels between both sides, out of line, from
        the companions; frames from the nearest anchor; pixels from the border, -1 where it leaves.
    part : Part
    """

    scores: Floats
    amounts: Floats
    part: Part

    @property
    def worst(self) -> Floats:
        """(T, n) the largest score of every cell."""
        return np.asarray(self.scores.max(0))


def gather(cells: CellArrays, size: tuple[int, int], columns: Places, starts: Places, neighbours: Neighbours,
           *, doubt: Floats | None = None, weights: CueWeights | None = None) -> Evidence:
    """What speaks against the cells of some tracks.

    Parameters
    ----------
    cells : CellArrays
        Of all N tracks.
    size : (width, height)
    columns : (n,) int64
    starts : (n,) int64
        Frame of the query of each track in `columns`, -1 where it is not known.
    neighbours : Neighbours
        Of all N tracks, those in `columns` compared.
    doubt : (T, n) float32, optional
        Pixels between the forward and the backward answer, NaN where there are not both.
    weights : CueWeights, optional
    """
    weights = weights or CueWeights()
    part = Part.of(cells, size, columns, starts)
    unit = max(size) / UNIT
    off, spread = neighbours.residuals(columns, signs.origins(part))
    missed = np.asarray(weights.spread_counts * spread + weights.usual_misses * neighbours.usual(columns), np.float32)
    (near_flips, n_flips), (jump, usual) = signs.flips(part), signs.jumps(part)
    away, room = signs.frames_away(part), signs.margin(part, size)
    near_border = np.where(room < 0, weights.leaving, 1 - room / unit / weights.border_reach)
    apart = np.full(part.state.shape, np.nan, np.float32) if doubt is None else doubt
    sure = np.where(part.visible, np.nan_to_num(part.confidence, nan=1.0), 1.0)
    scores = np.stack([
        weights.low_confidence(1 - sure), weights.flip(near_flips), weights.disagreement(apart / unit),
        weights.jump(jump / (unit + weights.usual_jumps * usual)),
        weights.outlier(off / (unit + missed)),
        weights.far(away), weights.border(near_border),
    ])
    remains = np.maximum(weights.agreement(apart / unit), np.float32(weights.agreed))
    scores[list(_LESS_IF_AGREED)] *= np.where(np.isfinite(apart), remains, 1)
    scores *= np.where(part.settled, 0, np.where(part.visible | part.leaving, 1, weights.hidden_counts))
    amounts = np.stack([sure, n_flips, apart, jump, off, away, room])
    return Evidence(scores.astype(np.float32), amounts.astype(np.float32), part)


_LESS_IF_AGREED = (Cue.LOW_CONFIDENCE, Cue.JUMP, Cue.OUTLIER, Cue.FAR, Cue.BORDER)


def words(cue: Cue, amount: float, n_frames: int) -> str:
    """Why a cell may be wrong, in words for the user.

    Parameters
    ----------
    cue : Cue
    amount : float
        Of `Evidence.amounts`.
    n_frames : int
        T: as many from the nearest anchor means that there is none.
    """
    if cue == Cue.LOW_CONFIDENCE:
        return f"confidence {amount:.2f}"
    if cue == Cue.FLIP:
        return f"visibility flips {_times(amount)} in {2 * signs.FLIP_REACH} frames"
    if cue == Cue.DISAGREEMENT:
        return f"forward and backward are {amount:.0f} px apart"
    if cue == Cue.JUMP:
        return f"jumps {amount:.0f} px"
    if cue == Cue.OUTLIER:
        return f"moves unlike its neighbours ({amount:.0f} px)"
    if cue == Cue.FAR:
        return f"{amount:.0f} frames from the nearest anchor" if amount < n_frames else "no frame of it was checked yet"
    return "leaves the picture" if amount < 0 else "at the border of the picture"


def _times(count: float) -> str:
    return {1: "once", 2: "twice"}.get(round(count), f"{count:.0f} times")
