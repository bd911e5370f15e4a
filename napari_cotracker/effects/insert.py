"""A picture with alpha that sticks to a surface: a logo, a texture, a painted fix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from ..core.options import option
from ..core.planes import fitted
from ..core.warps import Warp, facing, mapped
from .colour import from_linear, is_premultiplied, to_linear, to_share
from .distance import box_of
from .maps import Box, whole
from .motion import Motion
from .sampling import Source
from .shutter import MOST, Exposure, exposed

Points = NDArray[np.float64]
Linear = NDArray[np.float32]
Picture = NDArray[Any]

BAND = 64  # rows
LEAST = 1e-6  # alpha to divide by
ALIGNED = 64  # px of a picture at which the part with anything in it may begin
MODES = ("over", "multiply", "screen")


@dataclass(frozen=True)
class InsertOptions:
    """How a picture is laid over frames."""

    mode: str = option("over", "How it is mixed with what is below.", values=MODES)
    opacity: float = option(1.0, "0 for nothing, 1 for all of it.", least=0, most=1)
    shutter: float = option(0.0, "Motion blur: how long the shutter is open, in degrees; film has 180.", least=0,
                            most=360)
    samples: int | None = option(None, "Times within a frame of which motion blur is the mean; if empty, as many as "
                                 "the motion takes.", least=2, most=MOST)


class Insert:
    """A picture and its place on the reference picture.

    Parameters
    ----------
    picture : (h, w, 3) or (h, w, 4), uint8, uint16 or float
        Not premultiplied; floats are linear light.
    corners : (4, 2), optional
        Where its outer corners are on the reference picture: top left, top right, bottom right, bottom
        left. By default its pixels are those of the reference picture, as what is painted there.

    Raises
    ------
    EditError
        If it is no such picture, or the corners do not go round.
    """

    def __init__(self, picture: Picture, corners: ArrayLike | None = None) -> None:
        picture = np.asarray(picture)
        if picture.ndim != 3 or picture.shape[2] not in (3, 4) or not picture.size:
            raise EditError(f"expected a picture of shape (H, W, 3) or (H, W, 4), got {picture.shape}")
        height, width = picture.shape[:2]
        placement = np.eye(3) if corners is None else placed((width, height), corners)
        area = _seen_of(picture)
        # a border without anything makes the outer edges soft
        self._placement = placement @ np.array([(1, 0, area.left - 1), (0, 1, area.top - 1), (0, 0, 1)])
        self._source = Source(np.pad(_premultiplied(picture[area.slices]), [(1, 1), (1, 1), (0, 0)]))

    def on(self, exposure: Exposure, size: tuple[int, int]) -> tuple[Box, Linear]:
        """The picture alone as frames show it: premultiplied light and alpha, the mean while the shutter is open.

        Parameters
        ----------
        exposure : Exposure
            `moment` of a warp for a moment.
        size : (width, height)
            Of the frame.

        Returns
        -------
        box : Box
            The part of the frame outside of which there is nothing.
        layer : (H, W, 4) float32
        """
        placement, at = self._placement, exposure.at
        box, layer = exposed(self._source, replace(exposure, at=lambda time: Placed(at(time), placement)), size)
        np.maximum(layer, 0, out=layer)  # what a cubic overshoots is no light
        np.minimum(layer[..., 3], 1, out=layer[..., 3])
        return box, layer


@dataclass(frozen=True)
class Placed:
    """From pixels of a picture by way of the reference picture to a frame.

    Parameters
    ----------
    warp : Warp
    matrix : (3, 3)
        From the picture to the reference picture.
    """

    warp: Warp
    matrix: Points

    def forward(self, xy: ArrayLike) -> Points:
        """(..., 2) where places of the picture are on the frame."""
        return self.warp.forward(mapped(self.matrix, xy))

    def inverse(self, xy: ArrayLike) -> Points:
        """(..., 2) which places of the picture are at places of the frame."""
        return mapped(np.asarray(np.linalg.inv(self.matrix), np.float64), self.warp.inverse(xy))


def composite(frame: Picture, insert: Insert, exposure: Exposure, options: InsertOptions | None = None, *,
              front: Linear | None = None, gain: ArrayLike = 1.0) -> Picture:
    """A copy of a frame with a picture laid over it: `lay` of `Insert.on`."""
    return lay(frame, insert.on(exposure, (frame.shape[1], frame.shape[0])), options, front=front, gain=gain)


def lay(frame: Picture, shown: tuple[Box, Linear], options: InsertOptions | None = None, *,
        front: Linear | None = None, gain: ArrayLike = 1.0) -> Picture:
    """A copy of a frame with something laid over it, mixed in linear light; other pixels stay bit by bit.

    Parameters
    ----------
    frame : (H, W, 3) or (H, W, 4), uint8, uint16 or float
        Alpha, if there is one, becomes as opaque as what is laid over; floats are multiplied by it, whole numbers
        are not.
    shown : (Box, (h, w, 4) float32)
        A part of the frame, and premultiplied light and alpha within: of `Insert.on`.
    options : InsertOptions, optional
    front : (H, W) float32, optional
        0 … 1 how much of each pixel is covered by something in front.
    gain : float or (3,)
        Light of what is laid over is multiplied by this.

    Raises
    ------
    EditError
        If shapes do not fit.
    """
    options = options or InsertOptions()
    height, width = frame.shape[:2]
    if front is not None and front.shape != (height, width):
        raise EditError(f"expected a front matte of shape {(height, width)}, got {front.shape}")
    (box, layer), found = shown, frame.copy()
    if not layer.size:
        return found
    strength = np.append(np.broadcast_to(np.asarray(gain, np.float64), 3), 1) * options.opacity
    part = found[box.slices]
    for top in range(0, box.height, BAND):  # a band at a time stays near the processor
        rows = slice(top, top + BAND)
        seen: Any = 1 if front is None else 1 - np.clip(front[box.slices][rows], 0, 1)
        planes = [layer[rows, :, k] * np.float32(strength[k]) * seen for k in range(4)]
        _lay(part[rows], planes, options.mode)
    return found


def _lay(part: Picture, layer: list[Linear], mode: str) -> None:
    """Lay premultiplied red, green, blue and alpha over a part of a frame, in place, where there is any of it."""
    *light, alpha = layer
    touched = alpha > 0
    if not touched.any():
        return
    has_alpha = part.shape[2] == 4
    is_straight = has_alpha and not is_premultiplied(part.dtype)
    below = to_share(part[..., 3]) if has_alpha else np.ones_like(alpha)
    over = below + alpha * (1 - below)
    for channel, plane in enumerate(light):  # numpy is several times as fast with planes as with pixels
        under = to_linear(part[..., channel])
        mixed = mix(under * below if is_straight else under, plane, alpha, mode, below)
        mixed = np.asarray(mixed / np.maximum(over, LEAST), np.float32) if is_straight else mixed
        np.copyto(part[..., channel], from_linear(mixed, part.dtype), where=touched)
    if has_alpha:
        np.copyto(part[..., 3], _share_as(over, part.dtype), where=touched)


def mix(below: Linear, light: Linear, alpha: Linear, mode: str = "over", opaque: Linear | float = 1.0) -> Linear:
    """Light of a premultiplied layer and what is below, which is premultiplied by how opaque it is.

    Where there is nothing below, the layer is as it is in every mode.
    """
    if mode == "multiply":
        return np.asarray(below * (1 - alpha + light) + light * (1 - opaque))
    if mode == "screen":
        return np.asarray(below + light * (1 - np.clip(below, 0, 1)))
    return np.asarray(below * (1 - alpha) + light)


def exposure_of(motion: Motion, t: int, options: InsertOptions | None = None) -> Exposure:
    """The time in which the shutter is open around a frame."""
    options = options or InsertOptions()
    return Exposure(lambda time: motion.warp(t + time), options.shutter / 360, options.samples)


def moment(warp: Warp) -> Exposure:
    """A moment in which nothing moves."""
    return Exposure(lambda time: warp)


def placed(size: tuple[int, int], corners: ArrayLike) -> Points:
    """(3, 3) from the pixels of a picture of `size` (width, height) to where its outer corners are.

    Raises
    ------
    EditError
        If the corners do not go round an area that bulges.
    """
    there: Points = np.array(corners, np.float64)
    width, height = size
    own = np.array([(0, 0), (width, 0), (width, height), (0, height)]) - 0.5
    if there.shape == (4, 2) and np.isfinite(there).all():
        sides = np.roll(there, -1, 0) - there
        turns = sides[:, 0] * np.roll(sides, -1, 0)[:, 1] - sides[:, 1] * np.roll(sides, -1, 0)[:, 0]
        matrix = fitted("homography", own, there)
        if matrix is not None and ((turns > 0).all() or (turns < 0).all()):
            return facing(matrix, own.mean(0))
    raise EditError(f"expected four corners that go round: top left, top right, bottom right, bottom left; got "
                    f"{np.round(there, 1).tolist()!s:.90}; move them")


def _seen_of(picture: Picture) -> Box:
    """The part of a picture in which there is anything; one pixel of a picture that is transparent everywhere."""
    height, width = picture.shape[:2]
    if picture.shape[2] == 3:
        return whole((width, height))
    seen = box_of(picture[..., 3] > 0, 0)
    # smaller copies are of the same pixels wherever the part begins
    left, top = (start // ALIGNED * ALIGNED for start in (seen.left, seen.top))
    return Box(left, top, max(seen.right, left + 1), max(seen.bottom, top + 1))


def _premultiplied(picture: Picture) -> Linear:
    """(h, w, 4) light multiplied by alpha, and alpha."""
    light = to_linear(picture[..., :3])
    alpha = to_share(picture[..., 3:]) if picture.shape[2] == 4 else np.ones((*picture.shape[:2], 1), np.float32)
    return np.concatenate([light * alpha, alpha], -1)


def _share_as(share: Linear, dtype: Any) -> Picture:
    if np.issubdtype(dtype, np.floating):
        return share.astype(dtype)
    return np.asarray(np.rint(np.clip(share, 0, 1) * np.iinfo(dtype).max).astype(dtype))
