"""The port through which everything reads pictures."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


@runtime_checkable
class Video(Protocol):
    """Lazy frames; frame *k* is always the same picture, whatever was read before.

    Attributes
    ----------
    n_frames, height, width : int
    fps : Fraction
        Average frame rate; exact for constant rates.
    times : (T,) float64
        Presentation time of each frame in seconds.
    frame_numbers : (T,) int64
        The plate's own numbers (``shot.1001.png`` is 1001), gaps kept.
    path : str or None
        Where it lies; None for arrays in memory.
    fingerprint : str
        Changes when the content changes, not when the file is moved.
    bad_frames : set of int
        Frames found undecodable so far; each reads as its last good neighbour.
    """

    @property
    def n_frames(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def fps(self) -> Fraction: ...
    @property
    def times(self) -> NDArray[np.float64]: ...
    @property
    def frame_numbers(self) -> NDArray[np.int64]: ...
    @property
    def path(self) -> str | None: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def bad_frames(self) -> set[int]: ...

    def read(self, frames: Iterable[int]) -> Frames:
        """(n, H, W, 3) uint8 RGB of some frames, in the order asked.

        Raises
        ------
        VideoError
            If a frame number is outside the clip. Undecodable frames do not raise.
        """
        ...

    def read_native(self, frames: Iterable[int]) -> NDArray[Any]:
        """Some frames in the file's own depth: (n, H, W, C) uint8, uint16 or float32, C of 1, 3 or 4."""
        ...

    def close(self) -> None:
        """Release files and threads; reading afterwards raises `VideoError`."""
        ...


@runtime_checkable
class Shortened(Protocol):
    """A video that knows whether its file was cut off."""

    def shortfall(self) -> str:
        """What to say of that in a sentence, "" if it was not."""
        ...


@runtime_checkable
class Unpaced(Protocol):
    """A video that does not know its frames per second, as images and arrays do not, and takes them from a person."""

    def set_rate(self, fps: Fraction) -> None:
        """Use other frames per second from now on."""
        ...


def version_of(video: Video) -> str:
    """What changes with every single picture: the `version` of videos that have one, of others the fingerprint.

    A fingerprint, which outlives copies of a file, may be of samples only. Whatever is kept of pictures goes by this.
    """
    return str(getattr(video, "version", video.fingerprint))
