"""What is done to the pixels of a frame within a mask that follows something: any `core.declarations.Effect`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Effect
from ..core.errors import EditError
from ..core.options import read_options
from .colour import from_linear, to_linear
from .distance import box_of
from .maps import Box

Picture = NDArray[Any]


def change(effect: Effect, frame: Picture, mask: NDArray[np.floating[Any]], options: Any = None) -> Picture:
    """A copy of a frame with an effect where a mask is, softly where that is soft; other pixels stay bit by bit.

    Parameters
    ----------
    effect : Effect
        Of `core.registry.effects`.
    frame : (H, W, 3) or (H, W, 4), uint8, uint16 or float
        Its alpha stays.
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
    light = to_linear(part[..., :3])
    changed = effect.apply(light, share, read)
    mixed = light + share[..., None] * (changed - light)
    np.copyto(part[..., :3], from_linear(mixed, frame.dtype), where=share[..., None] > 0)
    return found


def _inside(box: Box, frame: Picture) -> Box:
    height, width = frame.shape[:2]
    return Box(max(box.left, 0), max(box.top, 0), min(box.right, width), min(box.bottom, height))
