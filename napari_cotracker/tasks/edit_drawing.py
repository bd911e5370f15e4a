"""Labels and corners drawn over frames, to look at them; and whether what is drawn has colours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core import registry
from ..effects.colour import from_linear, to_linear
from ..effects.distance import box_of
from ..effects.pixels import change
from ..formats.palette import palette

if TYPE_CHECKING:
    from .edits import Edit

Picture = NDArray[Any]
OUTLINE = np.array([1.0, 0.35, 0.0], np.float32)  # light of an orange


def keeps_grey(edit: Edit) -> bool:
    """Whether an edit leaves grey frames grey: one that holds still does, and an effect if it does so to a ramp."""
    if edit.what != "effect":
        return edit.what == "stabilise"
    ramp = np.repeat(np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8, 1), 3, 2)
    found = change(registry.effects()[str(edit.effect)], ramp, np.ones((8, 8), np.float32), edit.options)
    return bool(np.allclose(found, found[..., :1], atol=1e-4))


def draw_labels(picture: Picture, labels: NDArray[Any], strength: float) -> Picture:
    """A copy of a frame with labels over it, each in its colour of `formats.palette` made as bright as it can be.

    Parameters
    ----------
    picture : (H, W, 3) or (H, W, 4), uint8, uint16 or float
    labels : (H, W) integer or bool
    strength : float
        0 … 1.
    """
    import cv2

    found = picture.copy()
    box = box_of(labels > 0, 0)
    if not (box.width and box.height):
        return found
    shown, part = labels[box.slices], found[box.slices]
    # numbers beyond the palette take its colours again, but for that of the background
    numbers = shown if shown.dtype == np.uint8 else np.where(shown > 0, (shown.astype(np.int64) - 1) % 255 + 1, 0)
    colours = _colours(picture.dtype)[numbers]
    below = np.ascontiguousarray(part[..., :3])
    mixed = cv2.addWeighted(below, 1 - strength, colours, strength, 0)
    np.copyto(part[..., :3], mixed, where=(shown > 0)[..., None])
    return found


def draw_corners(picture: Picture, corners: NDArray[np.float64]) -> Picture:
    """A copy of a frame with the outline through four corners; as it is where one is behind the camera."""
    import cv2

    found = picture.copy()
    if not np.isfinite(corners).all():
        return found
    line = np.zeros(picture.shape[:2], np.uint8)
    limit = 1 << 14  # what is drawn has to fit into short numbers
    points = np.rint(np.clip(corners, -limit, limit) * 16).astype(np.int32)
    cv2.polylines(line, [points.reshape(-1, 1, 2)], True, 255, max(picture.shape[0] // 360, 1), cv2.LINE_AA, 4)
    where, share = line > 0, line[line > 0, None].astype(np.float32) / 255
    light = to_linear(picture[where][:, :3])
    found[where, :3] = from_linear(light + share * (OUTLINE - light), picture.dtype)
    return found


@cache
def _colours(dtype: np.dtype[Any]) -> Picture:
    """(256, 3) the palette in a kind of pixels, without its darkness, in which films are not seen."""
    colours = palette().astype(np.float32)
    bright = np.rint(colours * 255 / np.maximum(colours.max(1, keepdims=True), 1)).astype(np.uint8)
    return from_linear(to_linear(bright), dtype)
