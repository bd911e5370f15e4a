"""What every clip offers, whatever it is drawn with, and the choice of the points that are tracked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIZE = (256, 256)

# four looks at every frame, each from its own place within the pixel (x, y) and at its own time: rough
# edges and motion are smoothed at once, and neither places nor times shift the picture on average
LOOKS = [(-0.375, -0.125, -0.06), (0.125, -0.375, 0.18), (0.375, 0.125, 0.06), (-0.125, 0.375, -0.18)]

LEAST_VISIBLE = 0.38  # share of the frames in which a point must be seen to be worth a track
WELL_VISIBLE = 0.52  # the same for those that are taken first
STEADY_SHARE = 0.45  # share of the tracks that may be seen in nearly every frame


class Followed(NamedTuple):
    """Points of one thing, followed through the whole clip.

    Parameters
    ----------
    name : str
    home : (K, D) float64
        Where they sit on the thing.
    apart : float
        How far from each other chosen points are to be, in units of `home`.
    wanted : int
        How many of them to choose.
    detail : (K,) float64
        How much there is to see around them.
    xy : (T, K, 2) float64
        Pixels.
    visible : (T, K) bool
    """

    name: str
    home: Floats
    apart: float
    wanted: int
    detail: Floats
    xy: Floats
    visible: NDArray[np.bool_]

    def select(self, rows: list[int]) -> Followed:
        return self._replace(home=self.home[rows], detail=self.detail[rows], xy=self.xy[:, rows],
                             visible=self.visible[:, rows])


class Film(Protocol):
    """A clip that can be shot frame by frame."""

    @property
    def name(self) -> str: ...
    @property
    def n_frames(self) -> int: ...
    @property
    def fps(self) -> tuple[int, int]: ...
    def shoot(self, frame: int) -> NDArray[np.uint8]: ...
    def follow(self) -> list[Followed]: ...


@dataclass(frozen=True)
class Sensor:
    """The camera's own traces.

    Parameters
    ----------
    grain : float
        Standard deviation of the noise in grey levels at mid grey.
    blur : float
        Deviation of the lens blur in pixels.
    """

    grain: float = 2.0
    blur: float = 0.4

    def record(self, light: NDArray[np.float32], seed: list[int]) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 from light 0 … 1; always the same for the same seed."""
        seen = cv2.GaussianBlur(light, (0, 0), self.blur) if self.blur else light
        noise = np.random.default_rng(seed).standard_normal(seen.shape, np.float32)
        noise = 0.6 * noise + noise.mean(-1, keepdims=True)
        grainy = 255 * seen + noise * self.grain * np.sqrt(0.25 + 1.5 * np.clip(seen, 0, 1))
        return np.clip(np.rint(grainy), 0, 255).astype(np.uint8)


def choose(things: list[Followed]) -> list[Followed]:
    """The points worth a track: seen often enough, apart from each other, many of them hidden for a while."""
    return [thing.select(_pick(thing)) for thing in things if thing.wanted]


def _pick(thing: Followed) -> list[int]:
    share = thing.visible.mean(0)
    order = [k for k in np.argsort(-thing.detail, kind="stable").tolist() if share[k] >= LEAST_VISIBLE]
    steady = [k for k in order if share[k] > 0.95]
    fleeting = [k for k in order if WELL_VISIBLE <= share[k] <= 0.95 and _returns(thing.visible[:, k])]
    chosen = _spread(thing, steady, [], round(STEADY_SHARE * thing.wanted))
    chosen = _spread(thing, fleeting, chosen, thing.wanted)
    return _spread(thing, order, chosen, thing.wanted)


def _returns(visible: NDArray[np.bool_]) -> bool:
    """Whether a point is seen again after it was hidden."""
    return int((np.diff(visible.astype(np.int8)) == 1).sum()) > int(not visible[0])


def _spread(thing: Followed, order: list[int], chosen: list[int], count: int) -> list[int]:
    """More points in order, up to `count`, each far enough from the ones before."""
    chosen = list(chosen)
    for k in order:
        if len(chosen) >= count:
            break
        if not chosen or np.linalg.norm(thing.home[chosen] - thing.home[k], axis=1).min() >= thing.apart:
            chosen.append(k)
    return chosen
