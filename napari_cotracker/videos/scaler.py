"""Colours that FFmpeg's scaler gets wrong by a step or two.

To it, white of deep colours is 65283 of 65535, as if 16 bits were 8 with zeros behind; and of 8 bits of full range it
makes red and blue a step too dark.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .origin import FULL, LIMITED

MOST = 65535
LUMA = {1: (0.2126, 0.0722), 4: (0.3, 0.11), 5: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}
"""What red and blue have of brightness, by the scaler's number of a matrix (ITU-T H.273)."""

Deep = NDArray[np.uint16]


class Whites(NamedTuple):
    """What becomes of white and of opaque pixels."""

    colours: int
    alpha: int


def widened(picture: Deep, pixels: str, is_full: bool) -> Deep:
    """(H, W, 3 or 4) that the scaler made of deep brightness and differences, with white and opaque at the very top.

    Parameters
    ----------
    picture : (H, W, 3) or (H, W, 4)
    pixels : str
        FFmpeg's name of the format that it was made of.
    is_full : bool
        Whether that uses the full range.
    """
    whites = whites_of(pixels, is_full, _native(picture))
    return _times(picture, MOST / whites.colours, MOST / whites.alpha)


def narrowed(picture: Deep, pixels: str) -> Deep:
    """(H, W, 3 or 4) for the scaler to make brightness and differences of limited range of, so that white is white.

    Parameters
    ----------
    picture : (H, W, 3) or (H, W, 4)
    pixels : str
        FFmpeg's name of the format that it will be.
    """
    whites = whites_of(pixels, False, _native(picture))
    return _times(picture, whites.colours / MOST, whites.alpha / MOST)


def parted(picture: NDArray[np.uint8], matrix: int) -> Any:
    """FFmpeg's frame of brightness and differences of full range, for every pixel.

    Parameters
    ----------
    picture : (H, W, 3)
    matrix : int
        The scaler's number.
    """
    import av
    import cv2

    red, blue = LUMA[matrix]
    luma = np.array([red, 1 - red - blue, blue])
    differences = [(np.eye(3)[k] - luma) / (2 - 2 * share) for k, share in ((2, blue), (0, red))]
    rows = np.column_stack([[luma, *differences], [0, 128, 128]])
    parts = np.stack(cv2.split(cv2.transform(picture, rows)))
    return av.VideoFrame.from_ndarray(parts, format="yuv444p")


@cache
def whites_of(pixels: str, is_full: bool, native: str) -> Whites:
    """Asks the scaler what it makes of white and of opaque; another version may know better.

    Parameters
    ----------
    pixels : str
        FFmpeg's name of a format of more than 8 bits.
    is_full : bool
    native : {"rgb48le", "rgba64le"}
        What it becomes.
    """
    import av

    frame = av.VideoFrame(16, 16, pixels)
    parts = frame.format.components
    if len(parts) < 3 or len(frame.planes) not in (len(parts), 2):  # packed, of which there are few
        return Whites(MOST, MOST)
    bits = parts[0].bits
    most, middle = (1 << bits) - 1, 1 << bits - 1
    high = 16 - bits if len(frame.planes) == 2 else 0  # where differences share a plane, numbers lie at the top
    order = ">u2" if pixels.endswith("be") else "<u2"
    for plane, value in zip(frame.planes, (most if is_full else 235 << bits - 8, middle, middle, most)):
        plane.update(np.full(plane.buffer_size // 2, value << high, order).tobytes())
    frame.color_range = FULL if is_full else LIMITED
    found: Any = frame.to_ndarray(format=native)[8, 8]
    return Whites(int(found[:3].max()), int(found[-1]))


def _native(picture: Deep) -> str:
    return "rgb48le" if picture.shape[2] == 3 else "rgba64le"


def _times(picture: Deep, colours: float, alpha: float) -> Deep:
    """Colours and alpha times a factor each, rounded, and not beyond 16 bits."""
    import cv2

    found = np.asarray(cv2.addWeighted(picture, colours, picture, 0, 0), np.uint16)
    if picture.shape[2] == 4:
        opacity = np.ascontiguousarray(picture[..., 3])
        found[..., 3] = cv2.addWeighted(opacity, alpha, opacity, 0, 0)
    return found
