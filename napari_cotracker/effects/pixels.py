"""What is done to the pixels of a frame within a mask that follows something: any `core.declarations.Effect`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Effect
from ..core.errors import EditError
from ..core.options import read_options
from .colour import from_linear, is_premultiplied, straight, to_linear, to_share
from .distance import box_of
from .maps import Box

Picture = NDArray[Any]
Light = NDArray[np.float32]

NEXT_TO_NOTHING = 1e-4  # mean alpha around a pixel that tells it no colour


def change(effect: Effect, frame: Picture, mask: NDArray[np.floating[Any]], options: Any = None) -> Picture:
    """A copy of a frame with an effect where a mask is, softly where that is soft; other pixels stay bit by bit.

    Parameters
    ----------
    effect : Effect
        Of `core.registry.effects`.
    frame : (H, W, 3) or (H, W, 4), uint8, uint16 or float
        Its alpha stays; floats are multiplied by it, whole numbers are not.
    mask : (H, W) float
        0 … 1, such as `mask.PaintedMask.matte`.
    options : mapping or dataclass, optional
        Of the effect.

    Raises
    ------
    EditError
        If shapes do not fit.
    FormatError
        If there is no such option.
    """
    if mask.shape != frame.shape[:2]:
        raise EditError(f"expected a mask of shape {frame.shape[:2]}, got {mask.shape}")
    read = read_options(effect.options, options, effect.name)
    found = frame.copy()
    box = _inside(box_of(mask > 0, effect.reach(read)), frame)
    if not (box.width and box.height):
        return found
    part, share = found[box.slices], np.clip(mask[box.slices], 0, 1).astype(np.float32)
    if part.shape[2] == 3:
        mixed = _mixed(effect, to_linear(part), share, read)
    else:
        alpha = to_share(part[..., 3:])
        light = _behind(to_linear(straight(part)[..., :3]), alpha)
        mixed = _mixed(effect, light, share, read) * (alpha if is_premultiplied(frame.dtype) else 1)
    np.copyto(part[..., :3], from_linear(mixed, frame.dtype), where=share[..., None] > 0)
    return found


def _mixed(effect: Effect, light: Light, share: Light, options: Any) -> Light:
    return np.asarray(light + share[..., None] * (effect.apply(light, share, options) - light), np.float32)


def _behind(light: Light, alpha: Light) -> Light:
    """(H, W, 3) light with that of what can be seen spread to where nothing can, so that no effect draws black in."""
    import cv2

    empty = alpha[..., 0] <= 0
    if not empty.any() or empty.all():
        return light
    spread, weight = light * alpha, alpha
    found, known = np.zeros_like(light), np.zeros(light.shape[:2], bool)
    side = 3
    while not known[empty].all():
        near = cv2.blur(weight, (side, side), borderType=cv2.BORDER_CONSTANT)
        new = (near > NEXT_TO_NOTHING) & ~known
        found[new] = (cv2.blur(spread, (side, side), borderType=cv2.BORDER_CONSTANT) / np.maximum(
            near, NEXT_TO_NOTHING)[..., None])[new]
        known |= new
        if side > 2 * max(light.shape[:2]):
            break
        side = 2 * side + 1
    return np.where(empty[..., None], found, light)


def _inside(box: Box, frame: Picture) -> Box:
    height, width = frame.shape[:2]
    return Box(max(box.left, 0), max(box.top, 0), min(box.right, width), min(box.bottom, height))
