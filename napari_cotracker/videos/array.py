"""Arrays as videos: numpy, dask, zarr, or anything with ``shape``, ``dtype`` and ``[frame]``."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import VideoSource
from ..core.errors import VideoError
from .cache import DEFAULT_BYTES
from .fingerprint import hash_array, hash_rows, is_hashed_whole, is_in_memory
from .frames import LazyVideo
from .levels import Levels, estimate_limits, fill_range
from .once import once

SAMPLED_FRAMES = 5
EXPECTED = "expected a video array of shape (T, Y, X), (T, Y, X, 3) or (T, Y, X, 4)"


class ArrayVideo(LazyVideo):
    """A (T, Y, X) grey or (T, Y, X, 3 or 4) colour array as a video; one frame at a time is asked for.

    8-bit values are shown as they are. Colour of unsigned integers is shown over the whole range of its
    type, of floats over 0 … 1, where its values are of that kind (`fill_range`). All others are spread
    between contrast limits, estimated from a few frames if none are given.

    Parameters
    ----------
    array : array-like
        Bool, integers or real floats; also what NumPy makes an array of, such as a tensor of torch.
    contrast_limits : (float, float), optional
        Values to show black and white.
    fps : Fraction or float
        Arrays do not know their rate.
    cache_bytes : int
        Room for converted frames.
    fingerprint : str, optional
        Where it is known already, of every frame.

    Raises
    ------
    VideoError
        If the shape or type cannot be a video, it is empty, the contrast limits make no sense, or no
        finite value is found to estimate them from.
    """

    def __init__(self, array: Any, *, contrast_limits: tuple[float, float] | None = None,
                 fps: Fraction | float = Fraction(24), cache_bytes: int = DEFAULT_BYTES,
                 fingerprint: str | None = None) -> None:
        super().__init__("the array", None, cache_bytes)
        self._array = array = _as_known(array)
        self._shape, self._dtype = _check_array(array)
        self._fps = Fraction(fps).limit_denominator(1_000_000)
        self._fingerprint = fingerprint
        self._limits = self._choose_limits(contrast_limits)
        self._levels = Levels(self._limits)

    @property
    def n_frames(self) -> int:
        """T, the length of the first axis."""
        return self._shape[0]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self._shape[2], self._shape[1]

    @property
    def array(self) -> Any:
        """What was given."""
        return self._array

    @property
    def fps(self) -> Fraction:
        """Frames per second, as given."""
        return self._fps

    def set_rate(self, fps: Fraction) -> None:
        """Use other frames per second from now on; pictures, and what tells them apart, stay."""
        self._fps = fps

    @property
    def contrast_limits(self) -> tuple[float, float] | None:
        """Values shown black and white; None where the type's own range is used."""
        return self._limits

    @once
    def fingerprint(self) -> str:
        """Changes with shape, type, contrast limits and content (of a lazy array: of nine frames)."""
        return self._fingerprint or hash_array(self._array, self._limits)

    @once
    def version(self) -> str:
        """Changes with any frame; that of a lazy array, whose frames cannot all be asked for, no other one has."""
        if self._fingerprint or is_hashed_whole(self._array):
            return self.fingerprint
        return f"{self.fingerprint} {hash_rows(self._array) if is_in_memory(self._array) else uuid4().hex}"

    def _choose_limits(self, given: tuple[float, float] | None) -> tuple[float, float] | None:
        if given is not None:
            low, high = (float(v) for v in given)
            if not (np.isfinite([low, high]).all() and low < high):
                raise VideoError(f"expected contrast limits (low, high) with low < high, got {given!r}")
            return low, high
        if self._dtype in (np.dtype(bool), np.dtype(np.uint8)):
            return None
        sampled = [p[..., :3] if p.ndim == 3 else p for k in self._sampled() if (p := self._frame(k)) is not None]
        limits = estimate_limits(sampled)
        if limits is None:
            raise VideoError(f"expected a video with finite values, got none in its frames {self._sampled()}; "
                             "give contrast_limits if other frames hold some")
        has_range = len(self._shape) == 4 and self._dtype.kind in "uf"
        return None if has_range and fill_range(sampled, limits) else limits

    def _sampled(self) -> list[int]:
        count = min(self.n_frames, SAMPLED_FRAMES)
        return sorted({int(k) for k in np.linspace(0, self.n_frames - 1, count)})

    def _frame(self, frame: int) -> NDArray[Any] | None:
        """One frame as numpy; None where the array cannot deliver it (a missing chunk, a failing computation)."""
        try:
            picture = np.asarray(self._array[frame])
        except Exception:  # any library may lie behind the array
            return None
        return picture if picture.shape == self._shape[1:] else None

    def _load(self, frame: int) -> NDArray[np.uint8] | None:
        picture = self._frame(frame)
        if picture is None:
            return None
        rgb = self._levels.to_rgb(picture)
        return rgb.copy() if np.shares_memory(rgb, picture) else rgb

    def _load_native(self, frame: int) -> NDArray[Any] | None:
        picture = self._frame(frame)
        if picture is None:
            return None
        picture = picture[:, :, None] if picture.ndim == 2 else picture
        if picture.dtype == bool:
            return picture.astype(np.uint8) * 255
        return picture.copy() if picture.dtype in (np.uint8, np.uint16) else picture.astype(np.float32)


def _as_known(array: Any) -> Any:
    """An array whose type NumPy knows; tensors of torch have types of their own, but share their memory."""
    if not (hasattr(array, "dtype") and hasattr(array, "__array__")):
        return array
    try:
        np.dtype(array.dtype)
    except TypeError:
        try:
            return np.asarray(array)
        except (TypeError, ValueError, RuntimeError) as error:
            raise VideoError(f"{EXPECTED}, got {type(array).__name__}, of which NumPy cannot make an array "
                             f"({error!s:.100}); hand in video.detach().cpu().numpy()") from None
    return array


def _check_array(array: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of what can be a video."""
    try:
        shape, dtype = tuple(int(n) for n in array.shape), np.dtype(array.dtype)
    except (AttributeError, TypeError, ValueError):
        raise VideoError(f"{EXPECTED}, got {type(array).__name__} without a shape or a numeric type") from None
    if dtype.kind not in "buif":
        raise VideoError(f"expected a video array of bool, integers or floats, got {dtype}")
    if len(shape) == 4 and shape[1] in {1, 3} and shape[3] not in {1, 3, 4}:
        raise VideoError(f"{EXPECTED}, got {shape}; colours must come last: numpy.moveaxis(array, 1, -1)")
    if len(shape) not in {3, 4} or (len(shape) == 4 and shape[3] not in {1, 3, 4}):
        raise VideoError(f"{EXPECTED}, got {shape}")
    if 0 in shape:
        raise VideoError(f"{EXPECTED}, got an empty one: {shape}")
    if len(shape) == 3 and shape[2] in {3, 4} and min(shape[:2]) > 4:
        raise VideoError(f"{EXPECTED}, got {shape}, which looks like one colour picture; use array[None]")
    return shape, dtype


def _accepts(source: Any) -> bool:
    return not isinstance(source, (str, Path)) and hasattr(source, "shape") and hasattr(source, "__getitem__")


VIDEO_SOURCE = VideoSource("array", _accepts, ArrayVideo, priority=10, takes_rate=True)
