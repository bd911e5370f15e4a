"""From decoded frames to arrays, upright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .origin import FULL
from .scaler import widened


@dataclass(frozen=True)
class Layout:
    """How the pictures of a film become arrays; taken from its first frame.

    Parameters
    ----------
    coded_width, coded_height : int
        Size in the file, before it is turned upright.
    transposed, flip_x, flip_y : bool
        What turns it upright: first the transposition, then the flips.
    native : str
        FFmpeg's name of the pixel format nearest to the file's own that numpy can hold.
    is_mixed : bool
        Whether colours of 8 bits are stored as brightness and differences, so that RGB is computed.
    """

    coded_width: int
    coded_height: int
    transposed: bool
    flip_x: bool
    flip_y: bool
    native: str
    is_mixed: bool = False

    @classmethod
    def of(cls, frame: Any) -> Layout:
        """The layout that a frame's size, pixel format and display matrix ask for."""
        native = _native_format(frame.format)
        is_mixed = native in {"rgb24", "rgba"} and not frame.format.is_rgb and not frame.format.has_palette
        return cls(frame.width, frame.height, *_orientation(frame), native, is_mixed)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) upright."""
        size = self.coded_width, self.coded_height
        return size[::-1] if self.transposed else size

    @property
    def has_more_than_rgb(self) -> bool:
        """Whether the file holds more than 8-bit RGB does, or less (grey)."""
        return self.native != "rgb24"

    def to_rgb(self, frame: Any) -> NDArray[np.uint8]:
        """(H, W, 3) uint8."""
        return self._convert(frame, "rgb24")

    def to_native(self, frame: Any) -> NDArray[Any]:
        """(H, W, C) uint8 or uint16 with 1, 3 or 4 channels.

        What is computed is rounded, which takes several times as long as `to_rgb`: that one is one
        to two of 255 steps too dark, and whatever is written from it would be too. Of deep colours
        white becomes all of 16 bits. Numbers of grey are taken as they are, as by `to_rgb`, whatever
        range a film states: FFmpeg, which makes most of them, uses all numbers and lets some be tagged
        as limited, and to stretch these would cut off what is dark or bright.
        """
        picture = self._convert(frame, self.native, interpolation=_carefully()) if self.is_mixed else (
            self._convert(frame, self.native))
        if picture.dtype == np.uint16 and picture.ndim == 3 and not frame.format.is_rgb:
            picture = widened(picture, frame.format.name, int(frame.color_range) == FULL)
        return picture if picture.ndim == 3 else picture[:, :, None]

    def _convert(self, frame: Any, name: str, **how: Any) -> NDArray[Any]:
        if (frame.width, frame.height) != (self.coded_width, self.coded_height):
            # a broadcast may change its size on the way
            how |= {"width": self.coded_width, "height": self.coded_height}
        picture = frame.to_ndarray(format=name, **how)
        if self.transposed:
            picture = picture.swapaxes(0, 1)
        picture = picture[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]
        return np.ascontiguousarray(picture)


def _carefully() -> Any:
    """How FFmpeg's scaler computes colours without a bias."""
    from av.video.reformatter import Interpolation

    return Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def _orientation(frame: Any) -> tuple[bool, bool, bool]:
    """(transposed, flip_x, flip_y) of a frame's display matrix, rounded to right angles.

    The matrix (row vectors, 16.16 fixed point) maps a pixel to x' = a x + c y, y' = b x + d y.
    """
    matrix = next((data for data in frame.side_data if data.type.name == "DISPLAYMATRIX"), None)
    if matrix is None:
        return False, False, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
    if abs(b) > abs(a):
        return True, c < 0, b < 0
    return False, a < 0, d < 0


def _native_format(pixels: Any) -> str:
    deep = any(part.bits > 8 for part in pixels.components)
    alpha = any(part.is_alpha for part in pixels.components)
    grey = len(pixels.components) - alpha == 1 and not pixels.has_palette and not pixels.is_rgb
    if alpha or pixels.has_palette:
        return "rgba64le" if deep else "rgba"
    if grey:
        return "gray16le" if deep else "gray"
    return "rgb48le" if deep else "rgb24"
