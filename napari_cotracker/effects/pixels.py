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

SPARSE = 0.2  # of a mask's box, below which pixels are quicker one by one
NEXT_TO_NOTHING = 1e-4  # mean alpha around a pixel that tells it no colour


def change(effect: Effect, frame: Picture, mask: NDArray[np.floating[Any]], options: Any = None) -> Picture:
    """A copy of a frame with an effect where a mask is, softly where that is soft; other pixels stay bit by bit.

    Parameters
    ----------
    effect : Effect
        Of `core.registry.effects`.
    frame : (H, W, 3) or (H, W, 4), uint8, uint16 or float
        Its alpha stays; floats are multiplied by it, whole numbers are not. Where floats are NaN or infinite, an
        effect sees what is around.
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
    within = box_of(mask > 0, 0)
    if not (within.width and within.height):
        return found
    around = _grown(within, effect.reach(read), frame)
    seen, share = frame[around.slices], np.clip(mask[around.slices], 0, 1).astype(np.float32)
    alpha: Light | None = None
    if seen.shape[2] == 4:
        alpha = np.asarray(np.nan_to_num(to_share(seen[..., 3:]), posinf=1, neginf=0), np.float32)
    light = _finite(to_linear(seen if alpha is None else straight(seen)[..., :3]))
    light = light if alpha is None else _behind(light, alpha)
    changed, inner = effect.apply(light, share, read), within.within(around)
    times = alpha[inner] if alpha is not None and is_premultiplied(frame.dtype) else None
    _put(found[within.slices], light[inner], changed[inner], share[inner], times)
    return found


def _put(part: Picture, light: Light, changed: Light, share: Light, alpha: Light | None) -> None:
    """Mix light with changed light where there is a share of it, into part of a picture, whose own alpha stays."""
    import cv2

    where = share > 0
    if where.mean() < SPARSE:
        times = None if alpha is None else alpha[where]
        part[where, :3] = from_linear(_mixed(light[where], changed[where], share[where], times), part.dtype)
        return
    colours = from_linear(_mixed(light, changed, share, alpha), part.dtype)
    if part.shape[2] == 4:
        colours = np.concatenate([colours, part[..., 3:]], 2)
    cv2.copyTo(colours, where.view(np.uint8), part)  # NumPy takes forty times as long


def _mixed(light: Light, changed: Light, share: Light, alpha: Light | None) -> Light:
    mixed = np.asarray(changed - light, np.float32)
    mixed *= share[..., None]
    mixed += light
    return mixed if alpha is None else mixed * alpha


def _finite(light: Light) -> Light:
    """Light without what is no number or infinite, as single pixels of rendered plates are: as it is around them."""
    good = np.asarray(np.isfinite(light).all(-1), bool).reshape(*light.shape[:2], 1)
    return light if good.all() else _behind(np.where(good, light, np.float32(0)), np.asarray(good, np.float32))


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


def _grown(box: Box, reach: int, frame: Picture) -> Box:
    height, width = frame.shape[:2]
    return Box(max(box.left - reach, 0), max(box.top - reach, 0), min(box.right + reach, width),
               min(box.bottom + reach, height))
