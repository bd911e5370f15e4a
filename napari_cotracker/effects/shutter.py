"""Motion blur: the mean of a picture over the time in which a shutter is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from ..core.warps import Warp
from .maps import Box, box_on_frame, inverse_map
from .sampling import Source, sampled

Linear = NDArray[np.float32]
Points = NDArray[np.float64]

MOST = 64  # times
EVEN = 34.0  # times² for a pixel of motion: 99.9 % of a logo are then within two of 255 levels, of white noise seven
STILL = 1 / 16  # px: less motion is none
LOOKS = 9  # times at which is asked how far it moves
ACROSS = 6  # places of a picture, each way, whose motion is asked for
BAND = 64  # rows


@dataclass(frozen=True)
class Exposure:
    """How a picture moves while a shutter is open.

    Parameters
    ----------
    at : callable
        From a time, in frames from the middle of the exposure, to the warp then.
    span : float
        Frames for which the shutter is open; 0 for a moment.
    samples : int, optional
        Times of which the blur is the mean; as many as the motion calls for if not given.
    """

    at: Callable[[float], Warp]
    span: float = 0.0
    samples: int | None = None

    def times(self, count: int) -> list[float]:
        """So many times, evenly spread, the first and the last at the ends."""
        return [float(share) * self.span for share in np.linspace(-0.5, 0.5, count)]


def exposed(source: Source, exposure: Exposure, size: tuple[int, int]) -> tuple[Box, Linear]:
    """A picture as a frame of `size` (width, height) shows it while a shutter is open.

    Returns
    -------
    box : Box
        The part of the frame outside of which there is nothing.
    layer : (H, W, C) float32
    """
    middle = exposure.at(0.0)
    pixels = way(source.box, exposure, size) if exposure.span > 0 else 0.0
    if pixels < STILL:
        box = box_on_frame(middle, source.box, size)
        return box, source.through(middle, box)
    box = _swept(source.box, exposure, size)
    if not (box.width and box.height):
        return box, np.zeros((box.height, box.width, source.picture.shape[2]), np.float32)
    level, fine = source.detail(middle, box)
    looks = looks_at(times_for(pixels), fine) if exposure.samples is None else \
        looks_at(exposure.samples, fine, is_exact=True)
    return box, _mean(source, exposure, box, level, looks)


def times_for(pixels: float) -> int:
    """Of how many times motion blur is the mean, where it is so many pixels long."""
    return min(max(ceil(sqrt(EVEN * pixels)), 2), MOST)


def way(area: Box, exposure: Exposure, size: tuple[int, int]) -> float:
    """Pixels that a part of a picture moves at most while the shutter is open, as far as a frame shows it."""
    x, y = (np.linspace(start - 0.5, stop - 0.5, ACROSS) for start, stop in ((area.left, area.right),
                                                                             (area.top, area.bottom)))
    places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    path = np.stack([exposure.at(time).forward(places) for time in exposure.times(LOOKS)])
    length = np.hypot(*np.moveaxis(np.diff(path, axis=0), -1, 0)).sum(0)
    with np.errstate(invalid="ignore"):
        shown = ((path > -1) & (path < size)).all(-1).any(0)
    told = length[np.isfinite(length) & shown] if (np.isfinite(length) & shown).any() else length[np.isfinite(length)]
    return float(told.max()) if len(told) else float(MOST)


def looks_at(count: int, fine: int, *, is_exact: bool = False) -> Points:
    """(L, 3) when and where within a pixel a picture is looked at: shares of the exposure and of the pixel, x and y.

    Of `fine` × `fine` places within a pixel each time has `fine`, one in every row and column, so that they lie
    around its middle; times that follow have the others.

    Parameters
    ----------
    count : int
        Times, at least.
    fine : int
        Places within a pixel, each way.
    is_exact : bool
        Whether there are to be no more times, at the price of all places each time.
    """
    step = np.arange(fine)
    turns = np.concatenate([step, step[::-1]])  # there and back, so that none is earlier than others in the mean
    if fine > 1 and not is_exact:
        count = len(turns) * ceil(count / len(turns))
    shifts: list[list[int]] = [step.tolist() if is_exact else [int(turns[k % len(turns)])] for k in range(count)]
    times = (np.arange(count) + 0.5) / count - 0.5
    return np.array([(time, (column + 0.5) / fine - 0.5, ((column + shift) % fine + 0.5) / fine - 0.5)
                     for time, group in zip(times, shifts, strict=True) for shift in group for column in step])


def _swept(area: Box, exposure: Exposure, size: tuple[int, int]) -> Box:
    """The part of a frame that a part of a picture covers at any time; empty if none."""
    boxes = [box_on_frame(exposure.at(time), area, size) for time in exposure.times(LOOKS)]
    boxes = [box for box in boxes if box.width and box.height]
    low, high = (np.min(boxes, axis=0).tolist(), np.max(boxes, axis=0).tolist()) if boxes else ([0] * 4, [0] * 4)
    return Box(low[0], low[1], high[2], high[3])


def _mean(source: Source, exposure: Exposure, box: Box, level: int, looks: Points) -> Linear:
    """Where pixels are is asked at three times, and a parabola between."""
    maps = [inverse_map(exposure.at(time), box) for time in exposure.times(3)]
    if min(box.width, box.height) < 2:
        maps += [np.zeros_like(maps[0])] * 2
    else:
        maps += list(np.gradient(maps[1], axis=(1, 0)))
    planes = np.stack(maps).astype(np.float32, copy=False)
    if level:
        planes[:3] += 0.5
        planes /= 2**level
        planes[:3] -= 0.5
    picture, weights = source.smaller[level] if level else source.picture, _weights(looks)
    found = np.zeros((box.height, box.width, picture.shape[2]), np.float32)
    for top in range(0, box.height, BAND):
        rows = slice(top, top + BAND)
        for places in _places(planes[:, rows], weights):
            found[rows] += sampled(picture, places)
    found /= np.float32(len(looks))
    return found


def _weights(looks: Points) -> Linear:
    """(L, 5) what the first, middle and last map and the slopes by x and y count."""
    time, x, y = 2 * looks[:, 0], looks[:, 1], looks[:, 2]
    return np.stack([time * (time - 1) / 2, 1 - time * time, time * (time + 1) / 2, x, y], -1).astype(np.float32)


def _places(planes: Linear, weights: Linear) -> Iterator[Linear]:
    flat = planes.reshape(len(planes), -1)
    for row in weights:
        yield (row @ flat).reshape(planes.shape[1:])
