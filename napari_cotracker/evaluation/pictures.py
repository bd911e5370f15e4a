"""Frames as TAP-Vid hands them to a tracker: decoded from JPEG or PNG, and resized."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError

Picture = NDArray[np.uint8]
LOBES = 3  # of the Lanczos kernel


class EncodedFrames:
    """JPEG or PNG pictures that are decoded when they are asked for; like a uint8 array (T, H, W, 3).

    Parameters
    ----------
    pictures : sequence of bytes
        All of the size of the first.
    name : str
        Of the clip, for messages.

    Raises
    ------
    FormatError
        If the first picture, or later any other one, is damaged or of another size.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, pictures: Sequence[bytes], name: str) -> None:
        self._pictures, self._name = pictures, name
        self.shape = (len(pictures), *self._decode(0).shape)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, frame: int) -> Picture:
        picture = self._decode(frame)
        if picture.shape != self.shape[1:]:
            raise FormatError(f"expected frames of one size in clip {self._name!r}, got {picture.shape[:2]} in frame "
                              f"{frame} after {self.shape[1:3]} (height, width); the data set is damaged")
        return picture

    def _decode(self, frame: int) -> Picture:
        import cv2

        content = np.frombuffer(self._pictures[frame], np.uint8)
        try:
            picture = cv2.imdecode(content, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION) if len(content) else None
        except cv2.error:  # larger than it can be
            picture = None
        if picture is None:
            raise FormatError(f"expected a JPEG or PNG picture as frame {frame} of clip {self._name!r}, "
                              "got something else; the data set is damaged: copy it again")
        return np.ascontiguousarray(picture[..., ::-1], np.uint8)


def resize(picture: Picture, size: tuple[int, int]) -> Picture:
    """A picture (H, W, 3) in another size (width, height), picture edges on picture edges.

    With the Lanczos kernel, widened where the picture shrinks, first across and then down, as the library
    does by which TAP-Vid's reader resizes.
    """
    (height, width, channels), (columns, rows) = picture.shape, size
    if (width, height) == size:
        return picture
    narrow = _rounded(_lanczos(width, columns) @ picture.transpose(1, 0, 2).reshape(width, -1).astype(np.float32))
    across = narrow.reshape(columns, height, channels).transpose(1, 0, 2).reshape(height, -1)
    return _rounded(_lanczos(height, rows) @ across).reshape(rows, columns, channels).astype(np.uint8)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(np.rint(values), 0, 255)


@cache
def _lanczos(source: int, target: int) -> NDArray[np.float32]:
    """(target, source) weights of each old pixel in each new one."""
    scale = source / target
    centre = (np.arange(target)[:, None] + 0.5) * scale - 0.5
    away = (np.arange(source) - centre) / max(scale, 1)
    weights = np.where(np.abs(away) < LOBES, np.sinc(away) * np.sinc(away / LOBES), 0)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)
