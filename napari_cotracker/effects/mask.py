"""Masks painted on one frame or several, carried to every other: labels and soft mattes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from ..core.warps import Warp
from .distance import AROUND, Distance, box_of, distances_in
from .maps import Box, Map, box_on_frame, inverse_map
from .motion import Motion
from .references import shares
from .sampling import sampled

Labels = NDArray[Any]
Matte = NDArray[np.float32]


class _Part(NamedTuple):
    value: int
    box: Box
    distance: Distance


class PaintedMask:
    """A mask on a reference picture, ready to be carried to frames.

    Its outline is told between pixels, so that carrying it does not fray it.

    Parameters
    ----------
    labels : (H, W) integer or bool
        0 is background.

    Raises
    ------
    EditError
        If it is no such picture, or nothing is painted.
    """

    def __init__(self, labels: ArrayLike) -> None:
        painted = np.asarray(labels)
        if painted.ndim != 2 or not (np.issubdtype(painted.dtype, np.integer) or painted.dtype == bool):
            raise EditError(f"expected a mask of shape (H, W) of whole numbers, got {painted.shape} {painted.dtype}")
        self.dtype = painted.dtype
        values = [int(value) for value in np.unique(painted) if value]
        if not values:
            raise EditError("expected a painted mask on the reference frame, got an empty one; paint what to carry")
        self.values = tuple(values)
        self.box = box_of(painted != 0)
        self._parts = [_Part(value, box, distances_in(painted == value, box)) for value in values
                       for box in [box_of(painted == value)]]
        # an area's edge towards its neighbours is none towards the background, so that no gap opens between
        self._all = _Part(0, self.box, distances_in(painted != 0, self.box))

    def labels(self, warp: Warp, size: tuple[int, int]) -> Labels:
        """(H, W) the mask on a frame of `size` (width, height)."""
        found = np.zeros((size[1], size[0]), self.dtype)
        box = box_on_frame(warp, self.box, size)
        if not (box.width and box.height):
            return found
        places = inverse_map(warp, box)
        best = np.full(places.shape[:2], -np.inf, np.float32)
        values = np.zeros(best.shape, self.dtype)
        for part in self._parts:
            here = box_on_frame(warp, part.box, size).within(box)
            near = _sampled(part, places[here])
            values[here] = np.where(near > best[here], self.dtype.type(part.value), values[here])
            best[here] = np.maximum(near, best[here])
        # a single area's edge is that of all
        inside = (best if len(self._parts) == 1 else _sampled(self._all, places)) > 0
        found[box.slices] = np.where(inside, values, 0)
        return found

    def distance(self, warp: Warp, size: tuple[int, int], value: int | None = None) -> tuple[Box, Distance]:
        """Pixels of the reference picture from the edge of a label, of all if none is named, above 0 inside.

        Returns
        -------
        box : Box
            The part of the frame where the mask might be.
        distance : (H, W)
            Within that.
        """
        part = self._all if value is None else self._parts[self.values.index(value)]
        box = box_on_frame(warp, part.box, size)
        if not (box.width and box.height):
            return box, np.zeros((box.height, box.width), np.float32)
        return box, _sampled(part, inverse_map(warp, box))

    def matte(self, warp: Warp, size: tuple[int, int], feather: float = 0.0, value: int | None = None) -> Matte:
        """(H, W) 0 … 1 how much of each pixel of a frame the mask covers.

        Parameters
        ----------
        warp : Warp
        size : (width, height)
        feather : float
            Pixels of the reference picture over which it fades, half of them outside; at least a pixel
            of the frame, at most 64.
        value : int, optional
            A label; all by default.
        """
        box, distance = self.distance(warp, size, value)
        found = np.zeros((size[1], size[0]), np.float32)
        found[box.slices] = covered(distance, feather)
        return found


class MaskOnFrames:
    """Masks on several reference frames, such as one that was painted and corrections of it.

    Parameters
    ----------
    masks : mapping
        From 0-based reference frames to labels (H, W).
    motions : mapping
        From the same frames to motions that begin there.

    Raises
    ------
    EditError
        If there is none, or one has no motion.
    """

    def __init__(self, masks: Mapping[int, ArrayLike], motions: Mapping[int, Motion]) -> None:
        missing = sorted(set(masks) - set(motions))
        if not masks or missing:
            raise EditError(f"expected a motion for each mask's frame, got none for {missing or 'any'}")
        self._masks = {t: PaintedMask(labels) for t, labels in masks.items()}
        self._motions = {t: motions[t] for t in masks}

    def labels(self, t: int, size: tuple[int, int], hidden: Matte | None = None) -> Labels:
        """(H, W) the mask on a frame.

        Parameters
        ----------
        t : int
            0-based frame.
        size : (width, height)
        hidden : (H, W) float32, optional
            0 … 1 where something is in front, of `occlusion.hidden_share`; more than half is left out.
        """
        counts = shares(self._motions, t)
        if len(counts) == 1:
            reference = next(iter(counts))
            found = self._masks[reference].labels(self._motions[reference].warp(t), size)
        else:
            found = self._between(counts, t, size)
        return found if hidden is None else np.where(hidden > 0.5, found.dtype.type(0), found)

    def matte(self, t: int, size: tuple[int, int], feather: float = 0.0, hidden: Matte | None = None) -> Matte:
        """(H, W) 0 … 1 how much of each pixel of a frame the masks cover.

        Parameters
        ----------
        t : int
            0-based frame.
        size : (width, height)
        feather : float
            As of `PaintedMask.matte`.
        hidden : (H, W) float32, optional
            0 … 1 where something is in front; so much is left out.
        """
        counts = shares(self._motions, t)
        if len(counts) == 1:
            reference = next(iter(counts))
            found = self._masks[reference].matte(self._motions[reference].warp(t), size, feather)
        else:
            mean = np.zeros((size[1], size[0]), np.float32)
            for k, count in counts.items():
                mean += np.float32(count) * self._distance(k, None, t, size)
            found = covered(mean, feather)
        return found if hidden is None else np.asarray(found * (1 - np.clip(hidden, 0, 1)))

    def _between(self, counts: Mapping[int, float], t: int, size: tuple[int, int]) -> Labels:
        """Outlines lie between those of the two frames; a label that only one has ends half way."""
        kind = np.result_type(*(self._masks[k].dtype for k in counts))
        best, found = np.zeros((size[1], size[0]), np.float32), np.zeros((size[1], size[0]), kind)
        for value in sorted({value for k in counts for value in self._masks[k].values}):
            mean = np.zeros(best.shape, np.float32)
            for k, count in counts.items():
                mean += np.float32(count) * self._distance(k, value, t, size)
            found = np.where(mean > best, kind.type(value), found)
            best = np.maximum(best, mean)
        return found

    def _distance(self, reference: int, value: int | None, t: int, size: tuple[int, int]) -> Distance:
        mask = self._masks[reference]
        whole = np.full((size[1], size[0]), -float(max(mask.box.width, mask.box.height)), np.float32)
        if value is None or value in mask.values:
            box, distance = mask.distance(self._motions[reference].warp(t), size, value)
            whole[box.slices] = np.maximum(distance, whole[box.slices])
        return whole


def covered(distance: Distance, feather: float = 0.0) -> Matte:
    """0 … 1 how much of each pixel lies inside, from distances of which each pixel's change tells how large it is."""
    if min(distance.shape) < 2:
        return (distance > 0).astype(np.float32)
    slope = np.hypot(*np.gradient(np.clip(distance, -64, 64)))
    wide = np.maximum(np.clip(slope, 1e-3, 64), feather)
    return np.asarray(np.clip(0.5 + distance / wide, 0, 1), np.float32)


def _sampled(part: _Part, places: Map) -> Distance:
    import cv2

    # NumPy is eight times as slow along an axis of two
    moved = np.asarray(cv2.subtract(places, (part.box.left, part.box.top, 0, 0))) if places.size else places
    return np.asarray(sampled(part.distance, moved, "linear", -AROUND))

