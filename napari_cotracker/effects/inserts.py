"""A picture that was placed on several reference frames, or a picture and others that take its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from ..core.warps import MeanWarp, Warp
from .insert import Insert, InsertOptions, Placed, placed
from .maps import Box
from .motion import Motion
from .references import shares
from .shutter import Exposure

Points = NDArray[np.float64]
Linear = NDArray[np.float32]
Picture = NDArray[Any]


@dataclass(frozen=True)
class Placement:
    """What was placed on a reference frame.

    Parameters
    ----------
    picture : (h, w, 3) or (h, w, 4), optional
        If not given, that of the first placement.
    corners : (4, 2), optional
        As of `Insert`.
    """

    picture: Picture | None = None
    corners: ArrayLike | None = None


class InsertOnFrames:
    """Pictures on several reference frames.

    Between two of them one picture lies between its two places; two different ones fade into each other.

    Parameters
    ----------
    placements : mapping
        From 0-based reference frames to placements; the first has a picture.
    motions : mapping
        From the same frames to motions that begin there.

    Raises
    ------
    EditError
        If there is none, one has no motion, or corners do not go round.
    """

    def __init__(self, placements: Mapping[int, Placement], motions: Mapping[int, Motion]) -> None:
        missing = sorted(set(placements) - set(motions))
        first = next(iter(placements.values()), Placement()).picture
        if first is None or missing:
            raise EditError("expected a picture, and a motion for each reference frame, got none for "
                            f"{missing or 'any'}")
        self._motions = {t: motions[t] for t in placements}
        self._inserts, self._of, self._matrices = list[Insert](), dict[int, int](), dict[int, Points]()
        known: list[Picture] = []
        for t, placement in placements.items():
            picture = first if placement.picture is None else placement.picture
            same = [k for k, other in enumerate(known) if other is picture or np.array_equal(other, picture)]
            if not same:
                self._inserts.append(Insert(picture))
                known.append(picture)
            self._of[t] = same[0] if same else len(known) - 1
            size = picture.shape[1], picture.shape[0]
            self._matrices[t] = np.eye(3) if placement.corners is None else placed(size, placement.corners)

    def on(self, t: int, size: tuple[int, int], options: InsertOptions | None = None) -> tuple[Box, Linear]:
        """Premultiplied light and alpha as a frame of `size` (width, height) shows them, for `insert.lay`."""
        counts = shares(self._motions, t)
        layers = []
        for number in sorted({self._of[k] for k in counts}):
            own = {k: count for k, count in counts.items() if self._of[k] == number}
            box, layer = self._inserts[number].on(self._exposure(own, t, options), size)
            layers.append((box, layer * np.float32(sum(own.values())) if len(counts) > len(own) else layer))
        return layers[0] if len(layers) == 1 else _sum(layers)

    def _exposure(self, counts: Mapping[int, float], t: int, options: InsertOptions | None) -> Exposure:
        """From a picture to the frame, while the shutter is open."""
        options, total = options or InsertOptions(), sum(counts.values())
        shares = [count / total for count in counts.values()]

        def at(time: float) -> Warp:
            warps = [Placed(self._motions[k].warp(t + time), self._matrices[k]) for k in counts]
            return warps[0] if len(warps) == 1 else MeanWarp(warps, shares)

        return Exposure(at, options.shutter / 360, options.samples)


def _sum(layers: list[tuple[Box, Linear]]) -> tuple[Box, Linear]:
    """Layers that together count 1, as one."""
    boxes = np.array([box for box, layer in layers if layer.size]).reshape(-1, 4)
    if not len(boxes):
        return layers[0]
    box = Box(*boxes[:, :2].min(0).tolist(), *boxes[:, 2:].max(0).tolist())
    found = np.zeros((box.height, box.width, 4), np.float32)
    for own, layer in layers:
        if layer.size:
            found[own.within(box)] += layer
    return box, found
